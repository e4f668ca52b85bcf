/** The papers' experiments, in the order in which they are run and reported. */
import type { PaperTask } from "../task.ts";
import { adding } from "./adding.ts";
import { contextChange } from "./contextChange.ts";
import { continualReber } from "./continualReber.ts";
import { copyMemory } from "./copyMemory.ts";
import { counting } from "./counting.ts";
import { embeddedReber } from "./embeddedReber.ts";
import { identities } from "./identities.ts";
import { interpretableUnits } from "./interpretableUnits.ts";
import { longLag } from "./longLag.ts";
import { multiplication } from "./multiplication.ts";
import { odyssey } from "./odyssey.ts";
import { reberForgetGate } from "./reberForgetGate.ts";
import { temporalOrder } from "./temporalOrder.ts";
import { twoSequence } from "./twoSequence.ts";
import { vanishingGradient } from "./vanishingGradient.ts";

export const PAPERS: readonly PaperTask[] = [
  identities,
  vanishingGradient,
  contextChange,
  adding,
  multiplication,
  temporalOrder,
  twoSequence,
  longLag,
  embeddedReber,
  continualReber,
  reberForgetGate,
  counting,
  copyMemory,
  odyssey,
  interpretableUnits,
];
