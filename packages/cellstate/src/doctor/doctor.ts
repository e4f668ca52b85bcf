/** What `cellstate doctor` does: looks around, measures, and says what `auto` would take. */
import { printJson } from "../commands/common.ts";
import { chooseEngine } from "../engine/choose.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { VERSION } from "../version.ts";
import { examineMachine } from "./machine.ts";
import { measureEngines } from "./measure.ts";
import { printFindings } from "./report.ts";
import { workloads } from "./workloads.ts";

export interface DoctorArguments {
  readonly seconds: number;
  readonly json?: boolean;
}

export async function doctor(
  { seconds, json }: DoctorArguments,
  { out, err }: Terminal,
): Promise<void> {
  const machine = examineMachine();
  const loads = workloads();
  if (seconds > 0 && machine.simd && err.live) {
    err.write(err.style(`measuring for about ${seconds} seconds ...`, "dim"));
  }
  const speeds =
    seconds > 0 && machine.simd
      ? await measureEngines(machine.blas, loads, machine.cores, seconds)
      : [];
  if (err.live) err.write("\r\x1b[K");
  const choices = loads.map(({ shape }) => chooseEngine({ shape }));
  if (!json) {
    printFindings({ machine, workloads: loads, speeds, choices }, out);
    return;
  }
  printJson(
    { out, err },
    {
      cellstate: VERSION,
      ...machine,
      workloads: loads.map(({ label, about, flops }) => ({ label, about, flops })),
      speeds,
      auto: choices.map(({ name, why }, i) => ({ workload: loads[i].label, engine: name, why })),
    },
  );
}
