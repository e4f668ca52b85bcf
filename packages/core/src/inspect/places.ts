/** Where in a model its recurrent layers are. */
import type { RecurrentLayer } from "../layers/recurrent.ts";
import { directionsOf } from "../layers/stack.ts";
import type { Network } from "../models/network.ts";
import type { TracePlace } from "./signals.ts";

/** All layers of a network, in the order in which its plans have them. */
export function networkLayers({ encoder, hidden, decoder }: Network): RecurrentLayer[] {
  return [
    ...hidden,
    ...(encoder?.layers.flatMap(directionsOf) ?? []),
    ...(decoder?.stack.layers.flatMap(directionsOf) ?? []),
    ...(decoder?.combine ? [decoder.combine] : []),
  ];
}

const ALONG = {
  rnn: "steps",
  encoder: "steps",
  hidden: "once",
  decoder: "outputSteps",
  combine: "outputSteps",
} as const;

/** The layer's place, which its name tells: `encoder.1.reverse`. */
export function placeOf({ name, cell, sizes }: RecurrentLayer): TracePlace {
  const [part, layer = "0", reverse] = name.split(".");
  if (!isPart(part)) throw new RangeError(`layer ${name}: no such part of a model`);
  return {
    name,
    part,
    layer: Number(layer),
    direction: reverse === undefined ? "forward" : "backward",
    along: ALONG[part],
    cell,
    sizes,
  };
}

function isPart(name: string): name is keyof typeof ALONG {
  return Object.hasOwn(ALONG, name);
}
