/** The views in the order of the navigation. */
import type { ViewEntry } from "./view.ts";

export const VIEWS: readonly ViewEntry[] = [
  {
    id: "tour",
    title: "Tour",
    question: "How does a network remember, and forget? In ten stops, ten minutes.",
    load: () => import("./tour.tsx"),
  },
  {
    id: "walk",
    title: "Cell walk",
    question: "What does a cell compute in one step?",
    load: () => import("./walk.tsx"),
  },
  {
    id: "strip",
    title: "Text strip",
    question: "What does one unit do along the text, and what does the network expect next?",
    load: () => import("./strip.tsx"),
  },
  {
    id: "states",
    title: "States",
    question: "What does every unit do at every step?",
    load: () => import("./states.tsx"),
  },
  {
    id: "ledger",
    title: "Memory ledger",
    question: "What is kept, erased and written, and how long does it last?",
    load: () => import("./ledger.tsx"),
  },
  {
    id: "context",
    title: "Context change",
    question: "What does a change of subject make the network forget?",
    load: () => import("./context.tsx"),
  },
  {
    id: "gradients",
    title: "Gradient flow",
    question: "How far back does a mistake teach?",
    load: () => import("./gradients.tsx"),
  },
  {
    id: "saturation",
    title: "Saturation",
    question: "Which units are nearly always open, or nearly always shut?",
    load: () => import("./saturation.tsx"),
  },
  {
    id: "shapes",
    title: "Shapes",
    question: "What can be built of such cells? Four shapes, each trained.",
    load: () => import("./shapes.tsx"),
  },
  {
    id: "find",
    title: "Find units",
    question: "Which units tell one part of a text from the rest?",
    load: () => import("./find.tsx"),
  },
  {
    id: "clamp",
    title: "Hold",
    question: "What is a unit or a gate worth? Hold it, and see what becomes of the answers.",
    load: () => import("./clamp.tsx"),
  },
  {
    id: "train",
    title: "Train",
    question: "How does a network come to know what it knows?",
    load: () => import("./train.tsx"),
  },
  {
    id: "equations",
    title: "Equations",
    question: "What becomes of a cell when its equations are changed?",
    load: () => import("./equations.tsx"),
  },
  {
    id: "compare",
    title: "Compare",
    question: "Where do two models, or two readings, part?",
    load: () => import("./compare.tsx"),
  },
];
