/** `cellstate explore [MODEL]`: the page, on a person's own model. */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { decodeAnyModel, hasTorchLayers, readTorchLayers } from "@cellstate/core";
import { openBrowser } from "../explore/openBrowser.ts";
import { pageFolder } from "../explore/pageFolder.ts";
import { servePage } from "../explore/server.ts";
import { type GivenModel, siteOf } from "../explore/site.ts";
import { readFileLimited } from "../files/readFile.ts";
import { numberOption } from "../options.ts";
import { interruption } from "../run/interruption.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { UsageError } from "../usageError.ts";
import type { AddCommand } from "./common.ts";

/** What the first command leaves in its folder. */
const FIRST_MODEL = "stories.safetensors";

const EXAMPLES = `
Examples:
  $ cellstate explore
  $ cellstate explore tinyshakespeare.safetensors
  $ cellstate explore orders.safetensors --port 8080 --no-open`;

interface ExploreArguments {
  readonly port: number;
  readonly open: boolean;
}

const LAST_PORT = 65_535;

export const addExplore: AddCommand = (program, terminal) => {
  program
    .command("explore")
    .summary("a page in the browser: look inside a model, change it, watch one learn")
    .description(
      "Opens a page in the browser on a model: its gates, memory and gradients at every step, numbers that can be " +
        "changed, training to watch. Without a model: on stories.safetensors where the first command has left it, else " +
        "on one that the page brings along. Everything is computed in the browser; nothing leaves this machine.",
    )
    .argument(
      "[model]",
      "a model's file, or the state_dict of PyTorch's recurrent layers as .safetensors",
    )
    .addOption(numberOption("--port <n>", "integer", "to serve the page at; 0 for any").default(0))
    .option("--no-open", "only print the address")
    .addHelpText("after", EXAMPLES)
    .action((path: string | undefined, options: ExploreArguments) =>
      run(path, options, terminal()),
    );
};

async function run(
  path: string | undefined,
  { port, open }: ExploreArguments,
  { out, err }: Terminal,
): Promise<void> {
  if (port < 0 || port > LAST_PORT) {
    throw new UsageError(`--port ${port}: expected 0 to ${LAST_PORT}`);
  }
  const given = path ?? (existsSync(FIRST_MODEL) ? FIRST_MODEL : null);
  const model = given === null ? null : readModel(given);
  const folder = await pageFolder((note) => err.line(note));
  const server = await servePage(siteOf(folder, model), port);
  out.line(server.address);
  err.line(
    `${model?.name ?? "the model that the page brings along"}: the page is at the address above; Ctrl-C ends it`,
  );
  if (open && err.live) openBrowser(server.address);
  const stop = interruption(() => {});
  await new Promise<void>((resolve) => {
    stop.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  stop.end();
  await server.end();
}

/** Read here already, so that what is wrong with it is said in the terminal. */
function readModel(path: string): GivenModel {
  const bytes = readFileLimited(path);
  if (hasTorchLayers(bytes, path)) readTorchLayers(bytes, path);
  else decodeAnyModel(bytes, path);
  return { name: basename(path), bytes };
}
