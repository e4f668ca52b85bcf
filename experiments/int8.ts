/**
 * What int8 weights cost: the loss of one model on text that it has not seen, in float32, with its weights rounded, and with
 * those computed in integers.
 */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { circumstances } from "../bench/results.ts";
import { cellstate, inFolder } from "./command.ts";
import type { Experiment } from "./experiment.ts";

const DATA = fileURLToPath(new URL("../../shared/data/tinyshakespeare.txt", import.meta.url));

/** Of the text, from its beginning; the rest is held out. */
const LEARNT = 0.9;
/** The same bits on every machine; a few minutes. */
const SETTINGS = ["--epochs", "5", "--engine", "wasm"] as const;
/** Nats a character, at the most. */
const ALLOWED = 0.01;

export const int8: Experiment = {
  about: "the loss that int8 weights cost, weights alone and in integers; 2 minutes",
  run: () =>
    inFolder(async (folder) => {
      const before = circumstances();
      const file = (name: string) => join(folder, name);
      const text = readFileSync(DATA, "utf8");
      const border = Math.floor(text.length * LEARNT);
      writeFileSync(file("learnt.txt"), text.slice(0, border));
      writeFileSync(file("heldOut.txt"), text.slice(border));

      const model = file("float32.safetensors");
      const train = ["train", file("learnt.txt"), ...SETTINGS, "--out", model, "--json"];
      const { parameters, seconds } = JSON.parse(await cellstate(train));
      const convert = (from: string, to: string, weights: string) =>
        cellstate(["convert", from, to, "--weights", weights]);
      await convert(model, file("int8.safetensors"), "int8");
      await convert(file("int8.safetensors"), file("rounded.safetensors"), "float32");
      const judge = async (name: string) => {
        const given = ["eval", file(name), file("heldOut.txt"), "--engine", "wasm", "--json"];
        const { loss, tokens } = JSON.parse(await cellstate(given));
        return { loss, tokens, bytes: statSync(file(name)).size };
      };
      const float32 = await judge("float32.safetensors");
      const rounded = await judge("rounded.safetensors");
      const integers = await judge("int8.safetensors");
      const cost = integers.loss - float32.loss;
      if (cost > ALLOWED) throw new Error(`int8 costs ${cost} nats, more than ${ALLOWED}`);
      return {
        question: "What do int8 weights cost (loss in nats a character on held-out text)?",
        command: "npm run experiments -- int8",
        ...before,
        model: {
          command: ["cellstate train learnt.txt", ...SETTINGS].join(" "),
          parameters,
          seconds,
        },
        heldOut: "the last tenth of tinyshakespeare",
        float32,
        weightsRoundedComputedInFloat32: rounded,
        weightsRoundedComputedInIntegers: integers,
        cost: {
          ofTheWeights: rounded.loss - float32.loss,
          ofTheIntegers: integers.loss - rounded.loss,
          together: cost,
          allowed: ALLOWED,
        },
      };
    }),
};
