/** What `cellstate info` says of a network: what it reads and answers, its cells and sizes. */
import { type Cell, modelShape, stepWords, type TaskModel, typesetText } from "@cellstate/core";
import { describeNetwork } from "../shapes/describe.ts";
import { columnsRead } from "../shapes/readInputs.ts";
import { dataRecordOf } from "../shapes/taskData.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { grouped, truncate, withoutControls } from "../terminal/text.ts";

export function networkInfoJson({ task, network }: TaskModel): Record<string, unknown> {
  const { config } = network;
  const { encoder, decoder, hidden, embeddingSize, dropout } = config;
  const named = ({ name, equations }: Cell) => ({ name, equations: equations.trim() });
  return {
    task: task.kind,
    shape: modelShape({ network }),
    reads: { ...config.ports.input, columns: readColumns(task) },
    answers: config.ports.output,
    labels: labelsOf(task),
    ...(task.kind === "forecasting" ? forecastJson(task) : {}),
    encoder: encoder && { ...encoder, cell: named(encoder.cell) },
    decoder: decoder && { ...decoder, cell: named(decoder.cell) },
    ...{ hidden, embeddingSize, dropout },
    parameters: network.parameters.size,
    precision: network.weights instanceof Float64Array ? "float64" : "float32",
    training: network.training,
  };
}

type Task = TaskModel["task"];

function forecastJson({ config }: Extract<Task, { kind: "forecasting" }>) {
  const { target, horizon, history, step, season, quantiles, form, unit, calendar } = config;
  return {
    ...{ target, unit, horizon, history, step: stepWords(step), season, quantiles, form, calendar },
    calibrated: config.calibration !== null,
  };
}

function labelsOf(task: Task): readonly string[] | null {
  return "labels" in task ? task.labels : null;
}

function readColumns(task: Task): readonly string[] {
  if (task.kind === "forecasting") return task.config.inputs.map(({ name }) => name);
  return columnsRead(task);
}

export function printNetwork(path: string, model: TaskModel, { out }: Terminal): void {
  const { task, network } = model;
  const width = Math.min(out.width, 100);
  const say = (text: string): void => out.line(truncate(withoutControls(text), width));
  out.line(`${out.style(path, "bold")}: ${task.kind} (${modelShape(model)})`);
  say(describeNetwork(network));
  say(
    `${grouped(network.parameters.size)} parameters in ${network.weights instanceof Float64Array ? "float64" : "float32"}`,
  );
  out.line();
  for (const line of meaning(model)) say(line);
  const { encoder, decoder } = network.config;
  const cells = new Map<string, Cell>();
  for (const part of [encoder, decoder]) if (part) cells.set(part.cell.equations, part.cell);
  for (const cell of cells.values()) {
    out.line();
    out.line(typesetText(cell, { width }));
  }
  out.line();
}

/** What its numbers mean, a line each. */
function meaning({ task, network }: TaskModel): string[] {
  const lines: string[] = [];
  const columns = readColumns(task);
  const { text, label, target } = dataRecordOf(network.training);
  const { input } = task.ports;
  if (columns.length > 0) lines.push(`reads     ${columns.join(", ")}`);
  else if (task.kind === "generation")
    lines.push(`reads     a label${label === null ? "" : ` (${label})`}`);
  else {
    const size = input.kind === "tokens" ? `, ${grouped(input.size)} different tokens` : "";
    lines.push(`reads     ${text === null ? "texts" : `the texts of ${text}`}${size}`);
  }
  if (task.kind === "forecasting") {
    const { horizon, history, step, season, quantiles, form, calibration } = task.config;
    const bands = quantiles.length === 0 ? "" : `, quantiles ${quantiles.join(" ")}`;
    const by = calibration === null ? "" : ", calibrated";
    lines.push(
      `answers   ${task.config.target}, ${horizon} ahead from ${history} back${bands}${by}`,
    );
    lines.push(`step      ${stepWords(step)}, season ${season}, ${form}`);
    return lines;
  }
  const labels = labelsOf(task);
  const of = target ?? label;
  const what = of === null ? "" : `${of}: `;
  if (labels !== null && task.kind !== "generation") {
    lines.push(`answers   ${what}${grouped(labels.length)} labels: ${labels.join(", ")}`);
  } else if (labels !== null) {
    lines.push(`labels    ${grouped(labels.length)}: ${labels.join(", ")}`);
    lines.push("answers   texts");
  } else
    lines.push(`answers   ${what}${task.ports.output.kind === "tokens" ? "texts" : "a number"}`);
  return lines;
}
