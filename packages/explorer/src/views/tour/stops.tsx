/**
 * The tour's ten stops: what is told at each, and which view shows it, from where. The places that the prose names (units 40, 70 and 88 of the stories model) are
 * held to be what it says of them by `test/tour.test.ts`; numbers are computed as it is read.
 */
import type { ComponentChildren, ComponentType } from "preact";
import type { Session } from "../../state/session.ts";
import type { ViewProps } from "../view.ts";
import { Go, Value } from "./links.tsx";

export interface Stop {
  readonly title: string;
  readonly model: "stories" | "names-rnn" | "names-lstm" | "names-gru" | "dates";
  readonly cursor: { readonly unit: number; readonly step: number };
  readonly signal: string;
  /** The view beneath the text. */
  load(): Promise<{ readonly default: ComponentType<ViewProps> }>;
  text(session: Session): ComponentChildren;
}

/** Words of the story by their steps. */
export const STEPS = { krish: 3, my: 14, wish: 18, question: 29 } as const;
/** Keeps what it wrote at *Krish* until the question, and shows it only then. */
export const KEEPER = 40;
/** Keeps what it holds until *Wish*, and drops it there. */
export const DROPPER = 70;
/** Drops what it holds where a sentence begins. */
export const BEGINNER = 88;

export const STOPS: readonly Stop[] = [
  {
    title: "A network that reads",
    model: "stories",
    cursor: { unit: KEEPER, step: 0 },
    signal: "h",
    load: () => import("../strip.tsx"),
    text: (session) => (
      <>
        <p>
          This network has read thousands of little stories, word by word, and tried to guess each
          next word. Under each word stands what it expected to come next. Most words it can guess
          from grammar. A name after a question mark it can only know if it <em>remembers</em>.
        </p>
        <p>
          Go to the{" "}
          <Go session={session} step={STEPS.question}>
            question mark
          </Go>
          : what does it expect? The name was said 26 words before. The colour shows one of its 96
          units, which are all the memory it has. Where is the name in there? That is what this tour
          is about. You can leave it at any time: the views in the row above are the same ones, and
          the text can be changed.
        </p>
      </>
    ),
  },
  {
    title: "The vanishing gradient",
    model: "names-rnn",
    cursor: { unit: 0, step: 0 },
    signal: "h",
    load: () => import("../gradients.tsx"),
    text: () => (
      <>
        <p>
          The simplest network that reads has one line: its new state is <code>tanh</code> of its
          old state and the word, each multiplied by weights. It learns by blame. When a guess is
          wrong, one asks of every number on the way: if you had been a little different, how much
          better had the guess been? The answer is a <em>gradient</em>, and it travels backward,
          word by word.
        </p>
        <p>
          At each word it is multiplied again. Take a part of a part of a part, and soon nothing is
          left: the early words get no blame, so nothing is learnt about them. In the picture the
          scale goes by tens, and a straight line downward is such a loss. Compare three kinds of
          network below, and look at them <em>before training</em> too: that is when they have to
          find out what to remember.
        </p>
      </>
    ),
  },
  {
    title: "A memory cell",
    model: "stories",
    cursor: { unit: KEEPER, step: STEPS.krish },
    signal: "c",
    load: () => import("../ledger.tsx"),
    text: (session) => (
      <>
        <p>
          The LSTM (long short-term memory) has a second state that is not squeezed through{" "}
          <code>tanh</code> at each step: the <em>memory cell</em> c. It is carried over as it is, a
          share of it is kept, and something is added. What is only multiplied by numbers near one,
          and added to, does not vanish.
        </p>
        <p>
          See the accounts of unit {KEEPER}. At{" "}
          <Go session={session} step={STEPS.krish}>
            Krish
          </Go>{" "}
          it wrote; from there to the{" "}
          <Go session={session} step={STEPS.question}>
            question
          </Go>{" "}
          the long bar in the triangle shows that this is still there. No other part of the network
          has to do anything for it.
        </p>
      </>
    ),
  },
  {
    title: "The pointwise product",
    model: "stories",
    cursor: { unit: KEEPER, step: STEPS.krish },
    signal: "f",
    load: () => import("../walk.tsx"),
    text: () => (
      <p>
        How does a network decide what share to keep? By a second list of numbers, as long as the
        memory, each between 0 and 1, and a multiplication place by place: [1 2 3 4 5 6] ∘ [1 1 1 0
        0 1] = [1 2 3 0 0 6]. That is all that a <em>gate</em> does. Drag its sliders below. In the
        diagram under them the same happens 96 times at once, three times in a step: find the boxes
        marked ∘.
      </p>
    ),
  },
  {
    title: "Where a gate comes from",
    model: "stories",
    cursor: { unit: DROPPER, step: STEPS.wish },
    signal: "f",
    load: () => import("../walk.tsx"),
    text: (session) => (
      <p>
        A gate is computed from what is known: the last output h and the word x, written one after
        the other as one long list, [h, x]. Weights W multiply it and a bias b is added: W·[h, x] +
        b. That is the same as one part for h and one part for x, W·h + W·x + b, and for a single
        number it is the straight line y = mx + c of school. In the diagram follow the forget gate f
        of{" "}
        <Go session={session} unit={DROPPER} step={STEPS.wish}>
          unit {DROPPER} at Wish
        </Go>{" "}
        from left to right: what came before, this word, the bias, their sum.
      </p>
    ),
  },
  {
    title: "Sigmoid and tanh",
    model: "stories",
    cursor: { unit: DROPPER, step: STEPS.wish },
    signal: "f",
    load: () => import("../saturation.tsx"),
    text: () => (
      <p>
        A sum can be any number; a share cannot. So the gates go through the <em>sigmoid</em> σ,
        which makes 0 of what is far below zero, 1 of what is far above, and a half of zero. What is
        to be written goes through <code>tanh</code>, which does the same between −1 and 1: it may
        add or take away. Below, each dot is a unit: how often is its gate nearly shut, how often
        nearly open? Drag a rectangle over some dots, and the other views show those units alone.
      </p>
    ),
  },
  {
    title: "The forget gate",
    model: "stories",
    cursor: { unit: DROPPER, step: STEPS.wish },
    signal: "f",
    load: () => import("../states.tsx"),
    text: (session) => (
      <>
        <p>
          It is often told like this: while the context stays, the forget gate stays near one and
          the name is kept; when the context changes, <em>my brother's name is …</em>, it goes to
          zero and the name is forgotten. Look. There is not one forget gate but 96. The gate of{" "}
          <Go session={session} unit={DROPPER} step={STEPS.wish} signal="f">
            unit {DROPPER}
          </Go>{" "}
          does just that: it is at{" "}
          <Value session={session} signal="f" unit={DROPPER} step={STEPS.wish - 1} /> before{" "}
          <em>Wish</em> and at{" "}
          <Value session={session} signal="f" unit={DROPPER} step={STEPS.wish} /> there.{" "}
          <Go session={session} unit={BEGINNER} step={STEPS.my}>
            Unit {BEGINNER}
          </Go>{" "}
          drops what it held where a new sentence begins. And{" "}
          <Go session={session} unit={KEEPER} step={STEPS.wish}>
            unit {KEEPER}
          </Go>{" "}
          stays at <Value session={session} signal="f" unit={KEEPER} step={STEPS.wish} />: nobody is
          forgotten who may still be asked for.
        </p>
        <p>
          Taken over all units, the gate's mean hardly moves when the subject changes. So the tale
          is true of single units, and not of the network. The view <em>Context change</em> measures
          it on sentences of your own.
        </p>
      </>
    ),
  },
  {
    title: "The input gate",
    model: "stories",
    cursor: { unit: KEEPER, step: STEPS.krish },
    signal: "i",
    load: () => import("../walk.tsx"),
    text: (session) => (
      <p>
        What is new has a gate of its own. A candidate g between −1 and 1 says <em>what</em> could
        be written, the input gate i says <em>how much</em> of it. At{" "}
        <Go session={session} unit={KEEPER} step={STEPS.krish}>
          Krish
        </Go>{" "}
        unit {KEEPER} has i at{" "}
        <Value session={session} signal="i" unit={KEEPER} step={STEPS.krish} /> and g at{" "}
        <Value session={session} signal="g" unit={KEEPER} step={STEPS.krish} />. The new memory is a
        sum: what the forget gate kept, and what the input gate let in, c = f ∘ c + i ∘ g. Choose
        the box i, pull it to 0, and see what follows: the name is never noted.
      </p>
    ),
  },
  {
    title: "The output gate, and why the first word is still heard",
    model: "stories",
    cursor: { unit: KEEPER, step: STEPS.question },
    signal: "o",
    load: () => import("../strip.tsx"),
    text: (session) => (
      <>
        <p>
          To keep something is not to speak of it. The output gate o says how much of the memory is
          shown, h = o ∘ tanh(c). Unit {KEEPER} has kept the name all along, but while the talk is
          of the brother, as{" "}
          <Go session={session} unit={KEEPER} step={20} signal="o">
            here
          </Go>
          , its output gate is at <Value session={session} signal="o" unit={KEEPER} step={20} />. At
          the{" "}
          <Go session={session} unit={KEEPER} step={STEPS.question} signal="o">
            question
          </Go>{" "}
          it is at <Value session={session} signal="o" unit={KEEPER} step={STEPS.question} />, and
          the name comes out.
        </p>
        <p>
          So a word can be heard at the last step because one sum carries it there: kept, and added
          to, and shown when it is asked for. The <em>GRU</em> does with fewer parts: one gate z
          both keeps and lets in, h = (1 − z) ∘ n + z ∘ h, and there is no memory apart from what is
          shown. Choose it as the model above, and walk through a step of it.
        </p>
      </>
    ),
  },
  {
    title: "What it is all good for",
    model: "dates",
    cursor: { unit: 0, step: 0 },
    signal: "c",
    load: () => import("../shapes.tsx"),
    text: () => (
      <>
        <p>
          A cell that reads a list of numbers can be put to use in four ways. From a sequence to a
          sequence: next words, tags, translations, forecasts. From a sequence to one answer: is
          this review kind? From one thing to a sequence: a name for a country. And from one thing
          to one answer, which needs no memory at all.
        </p>
        <p>
          Below, each of the four is trained on something small. In the last one an encoder reads a
          date and hands its states over, and a decoder writes it anew: the picture of its{" "}
          <em>attention</em> shows where it looked for each character.
        </p>
        <p>
          Now it is your turn. In <em>Context change</em>, type two ways to go on and see what is
          forgotten. Open <em>Equations</em>, delete the forget gate, and watch the same training
          with and without it. Or drop a model of your own on this page.
        </p>
      </>
    ),
  },
];
