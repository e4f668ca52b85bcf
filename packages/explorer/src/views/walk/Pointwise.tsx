/** What a gate does, before any network: numbers times shares, place by place. The shares can be dragged. */
import { shortNumber } from "../../draw/colours.ts";
import type { Json } from "../../state/page.ts";
import { keepOwn, ownOf } from "../measures/own.ts";
import type { ViewProps } from "../view.ts";

const VECTOR = [1, 2, 3, 4, 5, 6];
const GATE = [1, 1, 1, 0, 0, 1];

export function Pointwise({ session }: ViewProps) {
  const gate = gateIn(ownOf(session, "walk").gate);
  const product = VECTOR.map((value, place) => value * gate[place]);
  return (
    <section class="pointwise" aria-label="The pointwise product">
      <p>
        All that a gate does is this: it multiplies, place by place. 1 lets a number through, 0
        drops it, and between them is a share. Drag the gate.
      </p>
      <table>
        <tbody>
          <tr>
            <th scope="row">memory</th>
            {VECTOR.map((value) => (
              <td key={value}>{value}</td>
            ))}
          </tr>
          <tr>
            <th scope="row">∘ gate</th>
            {gate.map((value, place) => (
              <td key={VECTOR[place]}>
                <input
                  type="range"
                  min={0}
                  max={1}
                  step={0.05}
                  value={value}
                  aria-label={`gate at place ${place + 1}`}
                  onInput={(event) => {
                    const moved = gate.with(place, Number(event.currentTarget.value));
                    keepOwn(session, "walk", { gate: moved });
                  }}
                />
                <output>{shortNumber(value)}</output>
              </td>
            ))}
          </tr>
          <tr>
            <th scope="row">= kept</th>
            {product.map((value, place) => (
              <td key={VECTOR[place]}>
                <strong>{shortNumber(value)}</strong>
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </section>
  );
}

function gateIn(kept: Json | undefined): number[] {
  if (!Array.isArray(kept) || kept.length !== GATE.length) return GATE;
  return kept.map((value) => (typeof value === "number" && value >= 0 && value <= 1 ? value : 0));
}
