/**
 * The accounts of a memory, word by word, all units together: what was there, what of it was kept, and what was written. Behind them: how much
 * of what the first word in capitals wrote is still there.
 *
 *     npx node docs/guide/programs/ledger.ts names/lstm.safetensors "My name is Krish. I like tea." Krish
 */
import { createWasmEngine, loadModel, memoryLedger } from "cellstate";

const [path, text, word] = process.argv.slice(2);
const { labels, layers } = memoryLedger(loadModel(path), createWasmEngine(), text);
const [memory] = layers[0].states;
if ("reason" in memory) throw new Error(memory.reason);
const { keep, kept, written, memory: c } = memory;
const at = labels.indexOf(` ${word}`);

/** Σ |value| over the units. */
const total = (value: (unit: number) => number): number =>
  keep.unitNumbers.reduce((sum, unit) => sum + Math.abs(value(unit)), 0);
const cell = (value: number): string => value.toFixed(1).padStart(9);
const wrote = total((unit) => written.at(at, unit));

console.log(`${"".padEnd(12)}   before     kept  written   after   of “${word}” is left`);
labels.forEach((label, step) => {
  const before = step === 0 ? 0 : total((unit) => c.at(step - 1, unit));
  const left = total((unit) => memory.surviving(at, step, unit));
  const share = step < at ? "" : `${((100 * left) / wrote).toFixed(0)} %`;
  console.log(
    label.trim().padEnd(12) +
      cell(before) +
      cell(total((unit) => kept.at(step, unit))) +
      cell(total((unit) => written.at(step, unit))) +
      cell(total((unit) => c.at(step, unit))) +
      share.padStart(12),
  );
});
