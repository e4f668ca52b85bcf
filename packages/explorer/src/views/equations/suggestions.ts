/** What is worth a try: each shows something within twenty seconds. What is said of them was measured, with seed 1. */
import type { Answer } from "../../compute/questions.ts";
import type { TaskId } from "../../training/protocol.ts";

type Zoo = Answer<"zoo">;
type Gates = Answer<"equations">["gates"];

export interface Suggestion {
  readonly title: string;
  /** What to look for. */
  readonly about: string;
  readonly task: TaskId;
  /** The unchanged one, of the zoo. */
  readonly cell: string;
  /** The other's equations; null where the zoo does not have what they are made from. */
  change(gates: Gates, zoo: Zoo, equations: string): string | null;
}

const without = (gate: string) => (gates: Gates) =>
  gates.find(({ name }) => name === gate)?.without ?? null;

const ofZoo = (wanted: string) => (_: Gates, zoo: Zoo) =>
  zoo.find(({ name }) => name === wanted)?.equations ?? null;

export const SUGGESTIONS: readonly Suggestion[] = [
  {
    title: "Counting without the forget gate",
    about:
      "The exclamation mark says: begin anew. What cannot forget goes on with the old count, and its longest count stays at 0, while the unchanged cell gets beyond 20.",
    task: "counting",
    cell: "lstm",
    change: without("f"),
  },
  {
    title: "Counting without the input gate",
    about:
      "Not every gate is needed for everything: this one counts as far as the unchanged cell, and learns it sooner.",
    task: "counting",
    cell: "lstm",
    change: without("i"),
  },
  {
    title: "Adding without any gate",
    about:
      "A plain recurrent network against an LSTM: over 40 to 60 steps it hardly keeps the first number until the second comes.",
    task: "adding",
    cell: "lstm",
    change: ofZoo("rnn"),
  },
  {
    title: "A memory that doubles",
    about:
      "Each step carries twice what was there before. It grows beyond all bounds, and the training says so.",
    task: "counting",
    cell: "lstm",
    change: (gates) =>
      without("f")(gates)
        ?.replace("= c[t-1] +", "= 2 * c[t-1] +")
        .replace("o * tanh(c[t])", "o * c[t]") ?? null,
  },
];
