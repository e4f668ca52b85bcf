/** The papers' experiments, in the order in which they are run and reported. */
import type { PaperTask } from "../task.ts";
import { adding } from "./adding.ts";
import { continualReber } from "./continualReber.ts";
import { copyMemory } from "./copyMemory.ts";
import { counting } from "./counting.ts";
import { embeddedReber } from "./embeddedReber.ts";
import { longLag } from "./longLag.ts";
import { multiplication } from "./multiplication.ts";
import { temporalOrder } from "./temporalOrder.ts";
import { twoSequence } from "./twoSequence.ts";

export const PAPERS: readonly PaperTask[] = [
  adding,
  multiplication,
  temporalOrder,
  twoSequence,
  longLag,
  embeddedReber,
  continualReber,
  counting,
  copyMemory,
];
