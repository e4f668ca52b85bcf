/** A network in a few words: `lstm, one bidirectional layer of 64 → lstm with multiplicative attention, one layer of 64`. */
import type { Network } from "@cellstate/core";

export function describeNetwork({ config }: Network): string {
  const { encoder, decoder, hidden } = config;
  const parts: string[] = [];
  if (encoder) {
    const both = encoder.bidirectional ? "bidirectional " : "";
    parts.push(`${encoder.cell.name}, ${layers(encoder.layers, both)} of ${encoder.hiddenSize}`);
  } else if (hidden.length > 0) {
    parts.push(`feed-forward, ${layers(hidden.length, "hidden ")} of ${hidden[0]}`);
  }
  if (decoder) {
    const attention = decoder.attention === "none" ? "" : ` with ${decoder.attention} attention`;
    parts.push(
      `${decoder.cell.name}${attention}, ${layers(decoder.layers, "")} of ${decoder.hiddenSize}`,
    );
  }
  return parts.join(" → ");
}

function layers(count: number, kind: string): string {
  return count === 1 ? `one ${kind}layer` : `${count} ${kind}layers`;
}
