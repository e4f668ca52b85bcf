/** The cells that come with the project, in the order in which one would tell of them. */
import { CellstateError } from "../../errors.ts";
import type { Cell } from "../cell.ts";
import { didYouMean } from "../equationError.ts";
import { gru } from "./gru.ts";
import { gruResetBefore } from "./gruResetBefore.ts";
import { gruTorch } from "./gruTorch.ts";
import { irnn } from "./irnn.ts";
import { lstm } from "./lstm.ts";
import { lstm1997 } from "./lstm1997.ts";
import { lstmCifg } from "./lstmCifg.ts";
import { lstmCoupled } from "./lstmCoupled.ts";
import { lstmFgr } from "./lstmFgr.ts";
import { lstmNfg } from "./lstmNfg.ts";
import { lstmNiaf } from "./lstmNiaf.ts";
import { lstmNig } from "./lstmNig.ts";
import { lstmNoaf } from "./lstmNoaf.ts";
import { lstmNog } from "./lstmNog.ts";
import { lstmPeephole } from "./lstmPeephole.ts";
import { lstmProjection } from "./lstmProjection.ts";
import { lstmProjectionTorch } from "./lstmProjectionTorch.ts";
import { lstmTorch } from "./lstmTorch.ts";
import { mgu } from "./mgu.ts";
import { mingru } from "./mingru.ts";
import { minlstm } from "./minlstm.ts";
import { rnn } from "./rnn.ts";
import { rnnRelu } from "./rnnRelu.ts";
import { rnnReluTorch } from "./rnnReluTorch.ts";
import { rnnTorch } from "./rnnTorch.ts";
import { slstm } from "./slstm.ts";
import { sru } from "./sru.ts";

export {
  gru,
  gruResetBefore,
  gruTorch,
  irnn,
  lstm,
  lstm1997,
  lstmCifg,
  lstmCoupled,
  lstmFgr,
  lstmNfg,
  lstmNiaf,
  lstmNig,
  lstmNoaf,
  lstmNog,
  lstmPeephole,
  lstmProjection,
  lstmProjectionTorch,
  lstmTorch,
  mgu,
  mingru,
  minlstm,
  rnn,
  rnnRelu,
  rnnReluTorch,
  rnnTorch,
  slstm,
  sru,
};

/** Every cell of the zoo: simple networks, LSTMs, Greff et al.'s variants, GRUs, newer ones, PyTorch's forms. */
export const ZOO: readonly Cell[] = [
  rnn,
  rnnRelu,
  irnn,
  lstm1997,
  lstm,
  lstmPeephole,
  lstmCoupled,
  lstmProjection,
  lstmNig,
  lstmNfg,
  lstmNog,
  lstmNiaf,
  lstmNoaf,
  lstmCifg,
  lstmFgr,
  gru,
  gruResetBefore,
  mgu,
  mingru,
  minlstm,
  slstm,
  sru,
  rnnTorch,
  rnnReluTorch,
  lstmTorch,
  lstmProjectionTorch,
  gruTorch,
];

/**
 * The cell that the command calls so.
 *
 * @throws CellstateError `unknown-cell` where there is none, with the nearest name.
 */
export function findCell(name: string): Cell {
  const found = ZOO.find((cell) => cell.name === name);
  if (found) return found;
  const quoted = (text: string): string => JSON.stringify(text);
  const nearest = didYouMean(
    quoted(name),
    ZOO.map((cell) => quoted(cell.name)),
  );
  throw new CellstateError(
    "unknown-cell",
    `unknown cell ${quoted(name)}${nearest} (${ZOO.length} cells: cellstate cells)`,
  );
}
