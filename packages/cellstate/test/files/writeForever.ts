/** A program to be killed: replaces one file again and again, all of each in a single letter. */
import { writeFileAtomically } from "../../src/files/atomicWrite.ts";

const [path, size] = process.argv.slice(2);
for (let round = 0; ; round++) {
  writeFileAtomically(path, new Uint8Array(Number(size)).fill(0x41 + (round % 26)));
  if (round === 0) process.stdout.write("begun\n");
}
