/**
 * Small stories in a closed vocabulary, each followed by every question that can be asked about it: what `npm start` trains on.
 *
 * Someone tells where they live and what they like, and then turns to a relative: at that turn a network has to keep what it
 * knows of the one while it takes in the other. Every answer stands in the story; only memory finds it.
 */
import { RandomStream, streamKey } from "@cellstate/core";

/** Those who tell, and those who are told of: ten each, twenty names in all. */
export const TELLERS = [
  ...["Krish", "Arjun", "Omar", "Leo", "Hugo"],
  ...["Asha", "Mira", "Lena", "Zoe", "Nora"],
] as const;

export const BROTHERS = ["Wish", "Ivan", "Kofi", "Noah", "Theo"] as const;
export const SISTERS = ["Ines", "Yuki", "Ada", "Ruth", "Vera"] as const;

export const PLACES = ["Pune", "Delhi", "Oslo", "Lima", "Cairo", "Paris"] as const;

export const LIKES = ["tea", "chess", "music", "trains", "birds", "soup"] as const;

/** Who is told of, with the names and the pronoun that go with it. */
export const RELATIONS = [
  { relation: "brother", names: BROTHERS, pronoun: "He" },
  { relation: "sister", names: SISTERS, pronoun: "She" },
] as const;

export interface Question {
  /** `Who likes chess?` */
  readonly text: string;
  /** One word. */
  readonly answer: string;
}

export interface Story {
  /** What is told, before any question. Stories of the same facts are the same story. */
  readonly facts: string;
  /** Where in the facts the second person comes in: the index of a character. Null in a story of one. */
  readonly turn: number | null;
  /** All that can be asked, in a random order. */
  readonly questions: readonly Question[];
}

/** As a model reads it: the facts, then each question with its answer, and the end of the line. */
export function storyText({ facts, questions }: Story): string {
  return `${facts} ${questions.map(({ text, answer }) => `${text} ${answer}.`).join(" ")}\n`;
}

/** What stands before an answer: the facts and the question alone. The answers to the other questions would help. */
export function promptFor({ facts }: Story, { text }: Question): string {
  return `${facts} ${text}`;
}

/** Who is in a story: the teller, the relative, or one after the other. */
export type Cast = "teller" | "relative" | "both";

/** The next story of a stream: the same stream gives the same stories. */
export function tellStory(stream: RandomStream, cast: Cast): Story {
  const [place, otherPlace] = takeTwo(PLACES, stream);
  const [like, otherLike] = takeTwo(LIKES, stream);
  const { relation, names, pronoun } = takeOne(RELATIONS, stream);
  const name = takeOne(TELLERS, stream);
  const other = takeOne<string>(names, stream);

  const all = compose({ name, place, like, relation, pronoun, other, otherPlace, otherLike }, cast);
  return { ...all, questions: stream.shuffle([...all.questions]) };
}

/** What a story says of the two. */
interface Facts {
  readonly name: string;
  readonly place: string;
  readonly like: string;
  readonly relation: string;
  readonly pronoun: string;
  readonly other: string;
  readonly otherPlace: string;
  readonly otherLike: string;
}

/** The story of these facts, with its questions in an order of their own. */
function compose(facts: Facts, cast: Cast): Story {
  const { name, place, like, relation, pronoun, other, otherPlace, otherLike } = facts;
  const first = `My name is ${name}. I live in ${place} and I like ${like}.`;
  const second = `My ${relation}'s name is ${other}. ${pronoun} lives in ${otherPlace} and likes ${otherLike}.`;
  const ofTeller: Question[] = [
    { text: `Who likes ${like}?`, answer: name },
    { text: `Who lives in ${place}?`, answer: name },
    { text: "Where do I live?", answer: place },
    { text: "What do I like?", answer: like },
    { text: "What is my name?", answer: name },
  ];
  const ofRelative: Question[] = [
    { text: `Who likes ${otherLike}?`, answer: other },
    { text: `Who lives in ${otherPlace}?`, answer: other },
    { text: `Where does my ${relation} live?`, answer: otherPlace },
    { text: `What does my ${relation} like?`, answer: otherLike },
    { text: `What is my ${relation}'s name?`, answer: other },
  ];
  return {
    teller: { facts: first, turn: null, questions: ofTeller },
    relative: { facts: second, turn: null, questions: ofRelative },
    both: {
      facts: `${first} ${second}`,
      turn: first.length + 1,
      questions: [...ofTeller, ...ofRelative],
    },
  }[cast];
}

const SHOWN = compose(
  {
    ...{ name: "Krish", place: "Pune", like: "tea" },
    ...{ relation: "brother", pronoun: "He", other: "Wish" },
    ...{ otherPlace: "Delhi", otherLike: "chess" },
  },
  "both",
);

/** The story to show, the relative asked about first. No book holds it, so that it is never learnt from. */
export const EXAMPLE: Story = {
  ...SHOWN,
  questions: [...SHOWN.questions.slice(5), ...SHOWN.questions.slice(0, 5)],
};

export interface StoryBook {
  /** Short stories of one person, to begin with. */
  readonly short: readonly Story[];
  /** Stories of two. */
  readonly long: readonly Story[];
  /** Stories of two that are not among those; nor is `EXAMPLE` among any. */
  readonly unseen: readonly Story[];
}

/** How many of each. */
export type StoryCounts = { readonly [Part in keyof StoryBook]: number };

/** A book from a seed. The unseen stories do not depend on how many others there are. */
export function writeStoryBook(seed: number, counts: StoryCounts): StoryBook {
  const tell = (part: keyof StoryBook, casts: readonly Cast[], refused: ReadonlySet<string>) => {
    const stream = new RandomStream(streamKey(seed, "stories", part));
    const told: Story[] = [];
    while (told.length < counts[part]) {
      const next = tellStory(stream, casts[told.length % casts.length]);
      if (!refused.has(next.facts)) told.push(next);
    }
    return told;
  };
  const unseen = tell("unseen", ["both"], new Set([EXAMPLE.facts]));
  const facts = new Set([EXAMPLE, ...unseen].map((story) => story.facts));
  return {
    short: tell("short", ["teller", "relative"], facts),
    long: tell("long", ["both"], facts),
    unseen,
  };
}

function takeOne<T>(values: readonly T[], stream: RandomStream): T {
  return values[stream.integer(values.length)];
}

/** Two different ones. */
function takeTwo<T>(values: readonly T[], stream: RandomStream): [T, T] {
  const first = stream.integer(values.length);
  const second = (first + 1 + stream.integer(values.length - 1)) % values.length;
  return [values[first], values[second]];
}
