/** The four shapes, each on a trained example: what flows from what is read to what is answered, and where a decoder looked. */
import { useComputed } from "@preact/signals";
import type { Answer, Reading } from "../compute/questions.ts";
import { shortNumber } from "../draw/colours.ts";
import { Heatmap } from "../draw/Heatmap.tsx";
import { heatmapSvg } from "../draw/heatmapSvg.ts";
import { Legend } from "../draw/Legend.tsx";
import { Figure } from "../figure/Figure.tsx";
import type { Session } from "../state/session.ts";
import { useAnswer } from "../state/useAnswer.ts";
import { keepOwn, numberIn, ownOf } from "./measures/own.ts";
import { useBuiltIn } from "./measures/useBuiltIn.ts";
import { Flow } from "./shapes/Flow.tsx";
import "./shapes.css";
import type { ViewProps } from "./view.ts";

export const SHAPES = [
  {
    model: "tea",
    shape: "vec2vec",
    title: "One thing to one answer",
    about: "There is no sequence, so no memory either: plain layers, one after the other.",
  },
  {
    model: "digits",
    shape: "vec2seq",
    title: "One thing to a sequence",
    about: "What is read becomes the first state of a decoder, which writes letter by letter.",
  },
  {
    model: "waves",
    shape: "seq2vec",
    title: "A sequence to one answer",
    about: "An encoder reads step by step; only what it knows at its end is asked.",
  },
  {
    model: "dates",
    shape: "seq2seq",
    title: "A sequence to a sequence",
    about:
      "An encoder reads all of it and hands its last states over; a decoder writes, and looks back by attention.",
  },
] as const;

/** Shown beside, where no network of a shape is open. */
const FIRST = "dates";
const SHARE = { kind: "gate", low: 0, high: 1 } as const;

export default function Shapes({ session }: ViewProps) {
  const isOpen = useComputed(() => session.model.value?.family === "network");
  const beside = useBuiltIn(session, () => (isOpen.value ? null : FIRST));
  const ask = () => {
    if (isOpen.value) {
      const model = session.model.value;
      return model && { model: model.id, input: session.state.input.value };
    }
    const { model } = beside.value;
    return model && { model: model.id, input: { kind: "sample", sample: 0 } as const };
  };
  const read = useAnswer(session, "read", ask);
  const flow = useAnswer(session, "attention", ask);
  const about = isOpen.value ? session.builtIn.value : beside.value.about;
  const error = read.value.error ?? flow.value.error ?? beside.value.error;
  const shown = SHAPES.find(({ model }) => model === about?.name);
  return (
    <>
      <fieldset class="shapes-choice">
        <legend>Open the example of</legend>
        {SHAPES.map(({ model, shape, title }) => (
          <button
            key={model}
            type="button"
            aria-pressed={shown?.model === model}
            onClick={() => session.openBuiltIn(model)}
          >
            {title} <span class="shapes-code">{shape}</span>
          </button>
        ))}
      </fieldset>
      <p>
        {shown?.about} {about?.about}
        {isOpen.value
          ? " It is open now, so the other views show it too; choose another example above."
          : " It stands here beside your model; choose it to see it in the other views."}
      </p>
      {error ? <p role="alert">{error}</p> : null}
      {read.value.value && flow.value.value ? (
        <>
          <FlowFigure reading={read.value.value} flow={flow.value.value} name={about?.name} />
          <Attention session={session} attention={flow.value.value.attention} />
        </>
      ) : error ? null : (
        <p aria-busy="true">Reading…</p>
      )}
    </>
  );
}

interface FlowFigureProps {
  readonly reading: Reading;
  readonly flow: Answer<"attention">;
  readonly name: string | undefined;
}

function FlowFigure({ reading, flow, name = "model" }: FlowFigureProps) {
  const { handOver } = flow;
  return (
    <Flow
      name={`shapes-${name}`}
      reading={reading}
      flow={flow}
      table={() => ({
        columns: ["place", "state", "unit", "handed over"],
        rows: handOver.reduce((count, { values }) => count + values.length, 0),
        cell: (row, column) => {
          let at = row;
          for (const { place, state, values } of handOver) {
            if (at < values.length) return [place, state, at, values[at]][column];
            at -= values.length;
          }
          return "";
        },
      })}
    />
  );
}

interface AttentionProps {
  readonly session: Session;
  readonly attention: Answer<"attention">["attention"];
}

function Attention({ session, attention }: AttentionProps) {
  if (!attention || attention.target.length === 0) return null;
  const { source, target, weights } = attention;
  const own = ownOf(session, "shapes");
  const row = within(numberIn(own, "row"), target.length);
  const column = within(numberIn(own, "column"), source.length);
  const values = new Float32Array(weights.length);
  for (let to = 0; to < target.length; to++) {
    for (let from = 0; from < source.length; from++) {
      values[from * target.length + to] = weights[to * source.length + from];
    }
  }
  const cells = { values, steps: source.length, units: target.length, order: null };
  const looked = weights.subarray(row * source.length, (row + 1) * source.length);
  const most = looked.indexOf(Math.max(...looked));
  const title = "Where the decoder looked";
  const picture = {
    cells,
    scale: SHARE,
    stepNames: source,
    rowName: (to: number) => target[to],
    rowsWord: "tokens written",
  };
  return (
    <Figure
      name="shapes-attention"
      title={title}
      caption="Each row is a token that it wrote, each column a token that was read: the stronger the colour, the more it looked there. A row sums to 1."
      table={() => ({
        columns: ["written", ...source.map((token, from) => `${from}: ${token}`)],
        rows: target.length,
        cell: (to, at) => (at === 0 ? target[to] : weights[to * source.length + at - 1]),
      })}
      svg={() => heatmapSvg({ ...picture, title })}
    >
      <Legend scale={SHARE} name="share" />
      <p class="shapes-words" role="status">
        To write “{target[row]}” it looked at “{source[column]}” (step {column}) by{" "}
        <strong>{shortNumber(looked[column])}</strong>, and most of all at “{source[most]}” (step{" "}
        {most}) by {shortNumber(looked[most])}.
      </p>
      <Heatmap
        {...picture}
        label={`Attention of ${target.length} written tokens over ${source.length} read ones; the table has its numbers`}
        height={Math.max(160, 22 * target.length)}
        cursor={{ step: column, unit: row }}
        onCursor={(step, unit) => keepOwn(session, "shapes", { row: unit, column: step })}
      />
      <p class="shapes-sliders">
        <label>
          written{" "}
          <input
            type="range"
            min={0}
            max={target.length - 1}
            value={row}
            aria-valuetext={target[row]}
            onInput={(event) =>
              keepOwn(session, "shapes", { row: Number(event.currentTarget.value) })
            }
          />
        </label>
        <label>
          read{" "}
          <input
            type="range"
            min={0}
            max={source.length - 1}
            value={column}
            aria-valuetext={source[column]}
            onInput={(event) =>
              keepOwn(session, "shapes", { column: Number(event.currentTarget.value) })
            }
          />
        </label>
      </p>
    </Figure>
  );
}

function within(kept: number | null, length: number): number {
  return kept !== null && Number.isInteger(kept) && kept >= 0 && kept < length ? kept : 0;
}
