/** The answer to each question, a function a file. */
import type { Library } from "../library.ts";
import type { Answer, Ask, QuestionKind } from "../questions.ts";
import { answerAblate } from "./ablate.ts";
import { answerAttention } from "./attention.ts";
import { answerClamp } from "./clamp.ts";
import { answerCompare } from "./compare.ts";
import { answerContext } from "./context.ts";
import { answerEquations } from "./equations.ts";
import { answerFind } from "./find.ts";
import { answerGradients } from "./gradients.ts";
import { answerLedger, answerSurvival } from "./ledger.ts";
import { answerOpen } from "./open.ts";
import { answerOrder } from "./order.ts";
import { answerRead } from "./read.ts";
import { answerSaturation } from "./saturation.ts";
import { answerSignal } from "./signal.ts";
import { answerUnit } from "./unit.ts";
import { answerWalk } from "./walk.ts";
import { answerZoo } from "./zoo.ts";

export const answers: {
  readonly [K in QuestionKind]: (library: Library, ask: Ask<K>) => Answer<K>;
} = {
  ledger: answerLedger,
  survival: answerSurvival,
  open: answerOpen,
  close: (library, { id }) => {
    library.close(id);
    return null;
  },
  read: answerRead,
  signal: answerSignal,
  saturation: answerSaturation,
  gradients: answerGradients,
  context: answerContext,
  compare: answerCompare,
  unit: answerUnit,
  walk: answerWalk,
  order: answerOrder,
  attention: answerAttention,
  clamp: answerClamp,
  ablate: answerAblate,
  find: answerFind,
  zoo: answerZoo,
  equations: answerEquations,
};
