/**
 * All that the page knows, as signals, and what a person can do: one object that every view is given. What a link restores is in `state`
 * (`page.ts`); what follows from it (the open model, what it read) is computed here, once.
 */
import {
  batch,
  computed,
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
  untracked,
} from "@preact/signals";
import type { Compute } from "../compute/client.ts";
import type {
  Answer,
  Ask,
  OpenModel,
  OpenPlace,
  QuestionKind,
  Reading,
} from "../compute/questions.ts";
import type { Training } from "../training/client.ts";
import { type BuiltIn, readBuiltIn } from "./builtIn.ts";
import { digestOf } from "./digest.ts";
import type { Cursor, Json, ModelRef, PageInput, PageState, ViewId } from "./page.ts";

/** What has been asked: an earlier answer stands until the next one comes, so that nothing flickers. */
export interface Asked<T> {
  readonly value: T | null;
  readonly error: string | null;
  readonly busy: boolean;
}

export type NoticeKind = "error" | "note";

export interface Notice {
  readonly id: number;
  readonly kind: NoticeKind;
  readonly text: string;
}

/** The parts of `PageState`, a signal each. */
export type StateSignals = { readonly [K in keyof PageState]: Signal<PageState[K]> };

export class Session {
  readonly state: StateSignals;
  readonly compute: Compute;
  readonly training: Training;
  /** Null while it loads, or where it could not be had (a notice says why). */
  readonly model: Signal<OpenModel | null> = signal(null);
  /** Of the open model, where it brings some along. */
  readonly builtIn: Signal<BuiltIn | null> = signal(null);
  /** What the model said and saw along the input. */
  readonly reading: Signal<Asked<Reading>> = signal({ value: null, error: null, busy: false });
  /** The place under the cursor. */
  readonly place: ReadonlySignal<OpenPlace | null>;
  readonly notices: Signal<readonly Notice[]> = signal([]);
  /** Whether time runs: Space. Views that can play (walk, strip, training) listen. */
  readonly playing = signal(false);
  /** Units as a view shows them from top to bottom; null for all by their numbers. The view sets it while it is there. */
  readonly rows: Signal<readonly number[] | null> = signal(null);
  /** Models that were opened from files, by digest: Back finds them again. */
  readonly #files = new Map<string, OpenModel>();
  #notices = 0;

  constructor(initial: PageState, compute: Compute, training: Training) {
    this.compute = compute;
    this.training = training;
    this.state = {
      view: signal(initial.view),
      model: signal(initial.model),
      input: signal(initial.input),
      cursor: signal(initial.cursor),
      signal: signal(initial.signal),
      order: signal(initial.order),
      selected: signal(initial.selected),
      edits: signal(initial.edits),
      own: signal(initial.own),
    };
    this.place = computed(() => {
      const model = this.model.value;
      return model ? (model.places[this.state.cursor.value.place] ?? model.places[0]) : null;
    });
    effect(() => {
      const ref = this.state.model.value;
      untracked(() => {
        if (ref.kind === "built-in") void this.#openBuiltIn(ref.name);
        else this.#openKnown(ref);
      });
    });
    effect(() => {
      const model = this.model.value;
      const input = this.state.input.value;
      this.compute.losses.value;
      if (model) void this.#read(model, input);
    });
  }

  /** The state as a whole: what a link is made from. */
  page(): PageState {
    const { view, model, input, cursor, signal: name, order, selected, edits, own } = this.state;
    return {
      view: view.value,
      model: model.value,
      input: input.value,
      cursor: cursor.value,
      signal: name.value,
      order: order.value,
      selected: selected.value,
      edits: edits.value,
      own: own.value,
    };
  }

  /** Goes to what a link says. */
  show(page: PageState): void {
    batch(() => {
      this.state.view.value = page.view;
      this.state.model.value = page.model;
      this.state.input.value = page.input;
      this.state.cursor.value = page.cursor;
      this.state.signal.value = page.signal;
      this.state.order.value = page.order;
      this.state.selected.value = page.selected;
      this.state.edits.value = page.edits;
      this.state.own.value = page.own;
    });
  }

  /** Moves the cursor and keeps it within the model and the input; edits belong to a step, and are left behind. */
  move(to: Partial<Cursor>): void {
    const model = this.model.peek();
    const before = this.state.cursor.peek();
    const wanted = { ...before, ...to };
    const place = clamp(wanted.place, (model?.places.length ?? 1) - 1);
    const units = model?.places[place].units ?? 1;
    const steps = this.reading.peek().value?.placeSteps[place] ?? 1;
    const next = {
      place,
      unit: clamp(wanted.unit, units - 1),
      step: clamp(wanted.step, steps - 1),
    };
    if (next.place === before.place && next.unit === before.unit && next.step === before.step)
      return;
    batch(() => {
      this.state.cursor.value = next;
      if (next.place !== before.place || next.step !== before.step) this.state.edits.value = {};
      if (next.place === before.place) return;
      this.state.selected.value = null;
      this.#keepSignal(next.place);
    });
  }

  /** Moves the cursor down by rows as they are shown; up for a negative count. */
  moveUnit(by: number): void {
    const { unit } = this.state.cursor.peek();
    const rows = this.rows.peek();
    const at = rows?.indexOf(unit) ?? -1;
    const next =
      rows && rows.length > 0 ? rows[at < 0 ? 0 : clamp(at + by, rows.length - 1)] : unit + by;
    this.move({ unit: next });
  }

  /** Asks the computing worker about the open model and its input. */
  ask<K extends QuestionKind>(kind: K, ask: Ask<K>): Promise<Answer<K>> {
    return this.compute.ask(kind, ask);
  }

  /**
   * Opens a model from bytes, as a file that was dropped.
   *
   * @param toRead What it reads first. @default what was read before, where the model can read it
   * @throws ComputeError for what is no model.
   */
  async openFile(bytes: Uint8Array, name: string, toRead: PageInput | null = null): Promise<void> {
    const digest = await digestOf(bytes);
    const model = await this.compute.ask("open", {
      ...{ id: digest, bytes, name, title: name, samples: [] },
    });
    this.#files.set(digest, model);
    if (model.note) this.notify("note", model.note);
    const isRead =
      this.state.input.peek().kind === "text" &&
      model.reads === "text" &&
      this.model.peek()?.reads === "text";
    batch(() => {
      this.state.model.value = { kind: "file", digest, name };
      this.builtIn.value = null;
      if (toRead !== null) this.state.input.value = toRead;
      else if (!isRead) this.state.input.value = { kind: "text", text: model.example };
      this.#start(model);
    });
  }

  /** Opens one of the models that the page brings along, on its first example. */
  openBuiltIn(name: string): void {
    batch(() => {
      this.state.model.value = { kind: "built-in", name };
      this.state.input.value = { kind: "sample", sample: 0 };
      this.state.cursor.value = { place: 0, unit: 0, step: 0 };
      this.state.selected.value = null;
      this.state.edits.value = {};
    });
  }

  /** What a view keeps in the link for itself. */
  remember(view: ViewId, own: Json): void {
    this.state.own.value = { ...this.state.own.peek(), [view]: own };
  }

  notify(kind: NoticeKind, text: string): void {
    if (this.notices.peek().some((notice) => notice.text === text)) return;
    this.notices.value = [...this.notices.peek(), { id: this.#notices++, kind, text }];
  }

  dismiss(id: number): void {
    this.notices.value = this.notices.peek().filter((notice) => notice.id !== id);
  }

  #openKnown({ digest, name }: Extract<ModelRef, { kind: "file" }>): void {
    const model = this.#files.get(digest);
    if (model === this.model.peek() && model) return;
    this.builtIn.value = null;
    if (model) this.#start(model);
    else {
      this.model.value = null;
      this.reading.value = { value: null, error: null, busy: false };
      this.notify(
        "note",
        `this link is for the model ${name} (${digest}): drop its file on the page`,
      );
    }
  }

  async #openBuiltIn(name: string): Promise<void> {
    try {
      const { about, bytes } = await readBuiltIn(name);
      const { title, samples } = about;
      const file = `${name}.safetensors`;
      const model = await this.compute.ask("open", { id: name, bytes, name: file, title, samples });
      const { value: ref } = this.state.model;
      if (ref.kind !== "built-in" || ref.name !== name) return;
      batch(() => {
        this.builtIn.value = about;
        this.#start(model);
      });
    } catch (error) {
      this.notify("error", messageOf(error));
    }
  }

  #start(model: OpenModel): void {
    this.model.value = model;
    const cursor = this.state.cursor.peek();
    const place = clamp(cursor.place, model.places.length - 1);
    const unit = clamp(cursor.unit, model.places[place].units - 1);
    this.state.cursor.value = { ...cursor, place, unit };
    const selected = this.state.selected.peek()?.filter((each) => each < model.places[place].units);
    this.state.selected.value = selected && selected.length > 0 ? selected : null;
    this.#keepSignal(place);
  }

  /** Another cell has other signals: the first gate then, or the first there is. */
  #keepSignal(place: number): void {
    const signals = this.model.peek()?.places[place].cell.signals ?? [];
    const name = this.state.signal.peek();
    if (signals.length === 0 || signals.some((each) => each.name === name)) return;
    const gate = signals.find(({ range }) => range?.[0] === 0 && range[1] === 1);
    this.state.signal.value = (gate ?? signals[0]).name;
  }

  async #read(model: OpenModel, input: PageInput): Promise<void> {
    const isCurrent = () => this.model.peek() === model && this.state.input.peek() === input;
    this.reading.value = { ...this.reading.peek(), busy: true };
    try {
      const value = await this.compute.ask("read", { model: model.id, input });
      if (!isCurrent()) return;
      batch(() => {
        this.reading.value = { value, error: null, busy: false };
        this.move({});
      });
    } catch (error) {
      if (isCurrent()) this.reading.value = { value: null, error: messageOf(error), busy: false };
    }
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(most, Math.round(value)));
}

export type { ModelRef };
