/**
 * Small stories in a closed vocabulary, each followed by every question that can be asked about it: what `npm start` trains on.
 *
 * Someone tells where they live and what they like, and then turns to a relative: at that turn a network has to keep what it
 * knows of the one while it takes in the other. Every answer stands in the story; only memory finds it.
 */
import { RandomStream, streamKey } from "@cellstate/core";

const MEN = ["Krish", "Wish", "Arjun", "Omar", "Leo", "Hugo", "Ivan", "Kofi", "Noah", "Theo"];
const WOMEN = ["Asha", "Mira", "Lena", "Zoe", "Nora", "Ines", "Yuki", "Ada", "Ruth", "Vera"];

/** Twenty. */
export const NAMES: readonly string[] = [...MEN, ...WOMEN];

export const PLACES = [
  "Pune",
  "Delhi",
  "Oslo",
  "Lima",
  "Cairo",
  "Kyoto",
  "Quito",
  "Paris",
] as const;

export const LIKES = ["tea", "chess", "music", "trains", "birds", "soup", "maps", "rain"] as const;

/** Who the second person is to the first, with the names and the pronoun that go with it. */
export const RELATIONS = [
  { relation: "brother", names: MEN, pronoun: "He" },
  { relation: "sister", names: WOMEN, pronoun: "She" },
  { relation: "uncle", names: MEN, pronoun: "He" },
  { relation: "aunt", names: WOMEN, pronoun: "She" },
] as const;

export interface Question {
  /** `Who likes chess?` */
  readonly text: string;
  /** One word. */
  readonly answer: string;
}

export interface Story {
  /** One person or two. */
  readonly people: 1 | 2;
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

/** The next story of a stream: the same stream gives the same stories. */
export function tellStory(stream: RandomStream, people: 1 | 2): Story {
  const [place, otherPlace] = takeTwo(PLACES, stream);
  const [like, otherLike] = takeTwo(LIKES, stream);
  const { relation, names, pronoun } = takeOne(RELATIONS, stream);
  const other = takeOne(names, stream);
  const others = NAMES.filter((candidate) => candidate !== other);
  const name = takeOne(others, stream);

  const first = `My name is ${name}. I live in ${place} and I like ${like}.`;
  const second = `My ${relation}'s name is ${other}. ${pronoun} lives in ${otherPlace} and likes ${otherLike}.`;
  const questions: Question[] = [
    { text: `Who likes ${like}?`, answer: name },
    { text: `Who lives in ${place}?`, answer: name },
    { text: "Where do I live?", answer: place },
    { text: "What do I like?", answer: like },
    { text: "What is my name?", answer: name },
  ];
  if (people === 2) {
    questions.push(
      { text: `Who likes ${otherLike}?`, answer: other },
      { text: `Who lives in ${otherPlace}?`, answer: other },
      { text: `Where does my ${relation} live?`, answer: otherPlace },
      { text: `What does my ${relation} like?`, answer: otherLike },
      { text: `What is my ${relation}'s name?`, answer: other },
    );
  }
  return {
    people,
    facts: people === 2 ? `${first} ${second}` : first,
    turn: people === 2 ? first.length + 1 : null,
    questions: stream.shuffle(questions),
  };
}

export interface StoryBook {
  /** Short stories of one person, to begin with. */
  readonly first: readonly Story[];
  /** Stories of two. */
  readonly second: readonly Story[];
  /** Stories of two that are not among those. */
  readonly unseen: readonly Story[];
}

/** How many of each. */
export type StoryCounts = { readonly [Part in keyof StoryBook]: number };

/** A book from a seed. The unseen stories do not depend on how many others there are. */
export function writeStoryBook(seed: number, counts: StoryCounts): StoryBook {
  const tell = (part: keyof StoryBook, people: 1 | 2, refused: ReadonlySet<string>): Story[] => {
    const stream = new RandomStream(streamKey(seed, "stories", part));
    const told: Story[] = [];
    while (told.length < counts[part]) {
      const next = tellStory(stream, people);
      if (!refused.has(next.facts)) told.push(next);
    }
    return told;
  };
  const unseen = tell("unseen", 2, new Set());
  const facts = new Set(unseen.map((story) => story.facts));
  return { first: tell("first", 1, facts), second: tell("second", 2, facts), unseen };
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
