/**
 * What the page asks its computing worker: each question with its answer. Answers are plain data that a worker can post. The worker (`worker.ts`)
 * answers each by one function of `answers/`; it computes nothing but what core's `inspect` computes.
 */
import type {
  Clamp,
  ContextChange,
  LayerComparison,
  Overrides,
  SignalSaturation,
  TokenProbability,
  TraceComparison,
  UnitOrder,
} from "@cellstate/core";
import type {
  ClampedOutcome,
  ContextLayer,
  FindBy,
  FittedSignal,
  FlowOfState,
  OpenModel,
  OrderLabel,
  Read,
  Reading,
  SignalValues,
  StateAccounts,
  UnitSignal,
  WalkedNode,
} from "./answerTypes.ts";

export * from "./answerTypes.ts";

export interface Questions {
  ledger: {
    ask: Read & { readonly place: number };
    /** Of the states, in the order of the equations. */
    answer: readonly StateAccounts[];
  };
  /** [steps, steps]: at step t, row t, what is still there of what was written at step s, column s. Of one unit; or the mean of the sizes over all. */
  survival: {
    ask: Read & { readonly place: number; readonly state: string; readonly unit: number | null };
    answer: SignalValues;
  };
  /** Opens a model's file; what is open already is not read again. */
  open: {
    ask: {
      readonly id: string;
      readonly bytes: Uint8Array;
      /** As the file is called, for messages. */
      readonly name: string;
      readonly title: string;
      /** Inputs that it brings along, as its task reads them; texts for a language model. */
      readonly samples: readonly unknown[];
    };
    answer: OpenModel;
  };
  /** Forgets a model; it can be opened again. */
  close: { ask: { readonly id: string }; answer: null };
  read: { ask: Read; answer: Reading };
  signal: {
    ask: Read & { readonly place: number; readonly signal: string };
    answer: FittedSignal;
  };
  walk: {
    ask: Read & { readonly place: number; readonly step: number; readonly edits: Overrides };
    answer: readonly WalkedNode[];
  };
  unit: {
    ask: Read & { readonly place: number; readonly unit: number; readonly step: number };
    answer: readonly UnitSignal[];
  };
  order: {
    ask: Read & {
      readonly place: number;
      readonly signal: string;
      readonly by: UnitOrder;
      /** What `correlation` is with. @default "position" */
      readonly label?: OrderLabel;
    };
    /** Units' numbers, from top to bottom. */
    answer: Int32Array;
  };
  gradients: {
    /** `at`: the step whose loss is followed back; null, or a step without one, for the last that has one. */
    ask: Read & {
      readonly at: number | null;
      /** Of a language model: with weights as they are drawn before training (seed 1), in place of its own. */
      readonly isUntrained: boolean;
    };
    answer: {
      readonly loss: number;
      readonly at: number;
      readonly layers: readonly {
        readonly place: string;
        readonly cell: string;
        readonly states: readonly FlowOfState[];
      }[];
    };
  };
  /** Of every signal of a place, in the equations' order. */
  saturation: { ask: Read & { readonly place: number }; answer: readonly SignalSaturation[] };
  context: {
    ask: {
      readonly model: string;
      readonly shared: string;
      readonly first: string;
      readonly second: string;
    };
    answer: Omit<ContextChange, "layers"> & {
      readonly layers: readonly ContextLayer[];
      /** Of each continuation, by its steps: the likeliest next tokens. */
      readonly top: readonly [
        readonly (readonly TokenProbability[])[],
        readonly (readonly TokenProbability[])[],
      ];
    };
  };
  compare: {
    ask: { readonly first: Read; readonly second: Read };
    answer: Omit<TraceComparison, "layers"> & {
      readonly layers: readonly (Omit<LayerComparison, "place"> & { readonly place: string })[];
      /** What each read, one a step. */
      readonly labels: readonly [readonly string[], readonly string[]];
    };
  };
  /** Of a network: what its encoder ends with, and where its decoder looked. */
  attention: {
    ask: Read;
    answer: {
      readonly handOver: readonly {
        readonly place: string;
        readonly state: string;
        readonly values: Float32Array;
      }[];
      readonly attention: {
        readonly source: readonly string[];
        readonly target: readonly string[];
        /** [target, source], row by row. */
        readonly weights: Float32Array;
      } | null;
    };
  };
  clamp: {
    ask: Read & { readonly clamps: readonly Clamp[] };
    answer: {
      readonly labels: readonly string[];
      readonly free: ClampedOutcome;
      readonly held: ClampedOutcome;
      readonly increase: number | null;
    };
  };
  /** Each unit held by itself; the costliest first. */
  ablate: {
    ask: Read & { readonly place: number; readonly signal: string; readonly value: number };
    answer: readonly {
      readonly unit: number;
      readonly increase: number | null;
      readonly change: number;
    }[];
  };
  find: {
    ask: Read & { readonly place: number; readonly by: FindBy };
    answer: {
      readonly units: readonly {
        readonly signal: string;
        readonly unit: number;
        readonly score: number;
        readonly sign: 1 | -1;
        readonly above: boolean;
      }[];
      /** What the best of all units reaches with turned labels in 95 % of the turns. */
      readonly level: number;
      readonly aboveLevel: number;
      readonly considered: number;
      readonly scoredOn: number;
      /** Of the best unit, for a span: the value that parts it best, and how well. */
      readonly suggested: {
        readonly threshold: number;
        readonly hit: number;
        readonly inside: number;
        readonly wrong: number;
        readonly outside: number;
        readonly balanced: number;
      } | null;
    };
  };
  /** Cells that can be trained as they are. */
  zoo: {
    ask: Record<string, never>;
    answer: readonly {
      readonly name: string;
      readonly title: string;
      readonly note: string | null;
      readonly equations: string;
    }[];
  };
  /** What a person types as a cell: typeset, or the first mistake in it. */
  equations: {
    ask: { readonly equations: string };
    answer: {
      /** MathML; null where there is a mistake. */
      readonly typeset: string | null;
      /** Those that can be taken away, with the equations without each. */
      readonly gates: readonly {
        readonly name: string;
        readonly caption: string;
        readonly without: string;
      }[];
      /** Its place counts from 1. */
      readonly mistake: {
        readonly line: number;
        readonly column: number;
        readonly reason: string;
      } | null;
    };
  };
}

export type QuestionKind = keyof Questions;
export type Ask<K extends QuestionKind> = Questions[K]["ask"];
export type Answer<K extends QuestionKind> = Questions[K]["answer"];

/** To the worker. */
export interface QuestionMessage<K extends QuestionKind = QuestionKind> {
  readonly number: number;
  readonly kind: K;
  readonly ask: Ask<K>;
}

/** From the worker. */
export type AnswerMessage =
  | { readonly number: number; readonly answer: unknown }
  | {
      readonly number: number;
      readonly error: { readonly message: string; readonly code: string };
    };
