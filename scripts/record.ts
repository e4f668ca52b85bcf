/**
 * Records the first command for the README: what `npm start` prints, as plain lines, → bench/results/start.txt.
 *
 *     npm run record               then npm run readme
 */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const program = fileURLToPath(new URL("../packages/cellstate/bin/cellstate.js", import.meta.url));
const started = spawn(process.execPath, [program, "start"], {
  env: { ...process.env, NO_COLOR: "1" },
  stdio: ["ignore", "pipe", "pipe"],
});
let text = "";
for (const stream of [started.stdout, started.stderr]) {
  stream.setEncoding("utf8").on("data", (part: string) => {
    process.stdout.write(part);
    text += part;
  });
}
started.on("close", (code) => {
  if (code === 0) {
    const file = new URL("../bench/results/start.txt", import.meta.url);
    writeFileSync(file, `$ npm start\n${stripVTControlCharacters(text)}`);
  }
  process.exitCode = code ?? 1;
});
