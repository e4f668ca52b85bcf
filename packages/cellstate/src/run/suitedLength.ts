/** How long a network learns, and how many examples at a time, where nobody says: what a few minutes allow, and no more than does good. */
import type { Examples, NetworkConfig } from "@cellstate/core";
import type { NetworkSettings } from "./networkSettings.ts";

/** Multiply-adds that two cores do in two to three minutes. */
const BUDGET = 1.5e12;
/** Updates that small data get at the most, and passes over them. */
const MOST_STEPS = 8_000;
const MOST_EPOCHS = 100;
const LEAST_EPOCHS = 2;
/** Examples whose lengths are looked at. */
const LOOK = 500;

type Length = Pick<NetworkSettings, "epochs" | "patience"> & { readonly batchSize: number };

export interface SuitedLength {
  readonly length: Length;
  /** Multiply-adds of the whole run, about; infinite where the clock ends it. */
  readonly work: number;
}

export function suitedLength(
  settings: NetworkSettings,
  examples: Examples,
  config: NetworkConfig,
): SuitedLength {
  const { count } = examples;
  const batchSize = settings.batchSize ?? (count < 1000 ? 16 : count < 20_000 ? 32 : 64);
  const isGiven = [settings.epochs, settings.steps, settings.minutes].some((each) => each !== null);
  const steps = Math.ceil(count / batchSize);
  const cost = costOf(examples, config);
  const affordable = Math.floor(BUDGET / Math.max(1, count * cost));
  const most = Math.min(MOST_EPOCHS, Math.ceil(MOST_STEPS / Math.max(1, steps)), affordable);
  const epochs = isGiven ? settings.epochs : Math.max(LEAST_EPOCHS, most);
  const patience = settings.patience ?? (isGiven ? null : Math.max(5, Math.ceil(most / 4)));
  const updates = settings.steps ?? (epochs ?? Number.POSITIVE_INFINITY) * steps;
  return { length: { epochs, patience, batchSize }, work: updates * batchSize * cost };
}

/** Multiply-adds of learning from one example, about: forward once and backward twice, each weight of a layer at each of its steps. */
function costOf({ count, input, target, known }: Examples, config: NetworkConfig): number {
  const { encoder, decoder, hidden } = config;
  const stride = Math.max(1, Math.floor(count / LOOK));
  let read = 0;
  let written = 0;
  let looked = 0;
  for (let example = 0; example < count; example += stride) {
    read += input.steps(example);
    written += (target ?? known)?.steps(example) ?? 0;
    looked++;
  }
  const { ports, embeddingSize } = config;
  const width = ports.input.kind === "tokens" ? embeddingSize : ports.input.width;
  const layersOf = (from: number, size: number, layers: number): number =>
    4 * size * (from + size) + (layers - 1) * 8 * size * size;
  const encoded = encoder
    ? layersOf(width, encoder.hiddenSize, encoder.layers) * (encoder.bidirectional ? 2 : 1)
    : hidden.reduce((sum, size) => sum + size * size, 0);
  const classes = ports.output.kind === "numbers" ? ports.output.width : ports.output.size;
  const decoded = decoder
    ? layersOf(embeddingSize, decoder.hiddenSize, decoder.layers) + decoder.hiddenSize * classes
    : 0;
  return (3 * (encoded * read + 2 * decoded * written)) / Math.max(1, looked);
}
