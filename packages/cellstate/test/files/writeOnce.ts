/** Replaces a file once, and prints the error's message if there is one. */
import { writeFileAtomically } from "../../src/files/atomicWrite.ts";

const [path, size] = process.argv.slice(2);
try {
  writeFileAtomically(path, new Uint8Array(Number(size)).fill(0x41));
  process.stdout.write("written");
} catch (error) {
  process.stdout.write(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}
