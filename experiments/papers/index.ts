/** The papers' experiments, in the order in which they are run and reported. */
import type { PaperTask } from "../task.ts";
import { continualReber } from "./continualReber.ts";
import { counting } from "./counting.ts";

export const PAPERS: readonly PaperTask[] = [continualReber, counting];
