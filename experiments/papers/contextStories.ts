/**
 * Stories in which the subject changes any number of times, and questions about any fact in them: a closed vocabulary, words and
 * signs as tokens. As long as nobody else is named, it is the last named who is told of; so what a pronoun means, and whose fact
 * it is, is a matter of context.
 */
import { type RandomStream, Vocabulary } from "../../packages/core/src/index.ts";

/** Who can be told of, and how they are called once they are known. */
const PEOPLE = [
  { name: "Arjun", pronoun: "He" },
  { name: "Leo", pronoun: "He" },
  { name: "Mira", pronoun: "She" },
  { name: "Nora", pronoun: "She" },
] as const;

/** What can be known of each, how it is told and asked. */
const RELATIONS = [
  {
    tells: ["lives", "in"],
    values: ["Cairo", "Delhi", "Lima", "Oslo", "Paris", "Pune"],
    asks: (name: string) => ["Where", "does", name, "live", "?"],
  },
  {
    tells: ["likes"],
    values: ["birds", "chess", "music", "soup", "tea", "trains"],
    asks: (name: string) => ["What", "does", name, "like", "?"],
  },
] as const;

/** What is told besides: nobody asks for it. */
const IDLE = [
  ["sat", "down"],
  ["walked", "home"],
  ["slept", "well"],
  ["looked", "up"],
] as const;

/** Answers, of which each relation has six: a guess is right once in six. */
export const CHANCE = 1 / RELATIONS[0].values.length;

export interface StoryFact {
  readonly question: readonly string[];
  readonly answer: string;
  /** Index of the word that tells it. */
  readonly at: number;
  /** Subject changes before it. */
  readonly changesBefore: number;
}

export interface ContextStory {
  readonly words: readonly string[];
  readonly facts: readonly StoryFact[];
  /** Indices of the names at which the subject changes; the first subject is none. */
  readonly changes: readonly number[];
  /** Indices of names that name once more whom the story is about already. */
  readonly repeats: readonly number[];
}

export interface StoryOptions {
  /** Words and signs at most; a story ends with its last whole sentence. */
  readonly words: number;
  /** How likely the next sentence is about someone else, 0 to 1. */
  readonly changeRate: number;
}

/** Words of a sentence with its stop: one more where it says where someone lives, which is said of each once at the most. */
const SENTENCE = 4;
/** In a story, of whom two facts each can be told: four at the most, however long it is. */
const PEOPLE_IN_A_STORY = 2;
/** A subject that goes on is named again, instead of a pronoun, so often. */
const NAMED_AGAIN = 0.3;

/** The next story of a stream: the same stream gives the same stories. */
export function tellContextStory(
  { words: mostWords, changeRate }: StoryOptions,
  stream: RandomStream,
): ContextStory {
  const people = stream.shuffle([...PEOPLE]).slice(0, PEOPLE_IN_A_STORY);
  const sentences = Math.max(1, Math.floor((mostWords - PEOPLE_IN_A_STORY) / SENTENCE));

  // Who each sentence is about.
  const subjects: number[] = [0];
  while (subjects.length < sentences) {
    const before = subjects[subjects.length - 1];
    const turns = stream.uniform() < changeRate;
    subjects.push(turns ? (before + 1) % people.length : before);
  }
  // Which sentences tell facts: drawn over the whole story, so that they lie at any distance from its end.
  const facts = new Map<number, number>();
  const told = new Set<string>();
  const places = stream.shuffle(subjects.map((_, place) => place));
  for (const place of places) {
    const relation = stream.integer(RELATIONS.length);
    const fact = `${subjects[place]} ${relation}`;
    if (told.has(fact)) continue;
    told.add(fact);
    facts.set(place, relation);
  }
  return write(people, subjects, facts, stream);
}

function write(
  people: readonly (typeof PEOPLE)[number][],
  subjects: readonly number[],
  factAt: ReadonlyMap<number, number>,
  stream: RandomStream,
): ContextStory {
  const words: string[] = [];
  const facts: StoryFact[] = [];
  const changes: number[] = [];
  const repeats: number[] = [];
  for (const [place, subject] of subjects.entries()) {
    const { name, pronoun } = people[subject];
    const isNew = place === 0 || subject !== subjects[place - 1];
    const isNamed = isNew || stream.uniform() < NAMED_AGAIN;
    if (isNew && place > 0) changes.push(words.length);
    if (isNamed && !isNew) repeats.push(words.length);
    words.push(isNamed ? name : pronoun);
    const relation = factAt.get(place);
    if (relation === undefined) {
      words.push(...IDLE[stream.integer(IDLE.length)]);
    } else {
      const { tells, values, asks } = RELATIONS[relation];
      const answer = values[stream.integer(values.length)];
      words.push(...tells, answer);
      const at = words.length - 1;
      facts.push({ question: asks(name), answer, at, changesBefore: changes.length });
    }
    words.push(".");
  }
  return { words, facts, changes, repeats };
}

/** A question after a story: everything up to the word before the answer. */
export function askedStory(
  { words }: Pick<ContextStory, "words">,
  { question }: StoryFact,
): string[] {
  return [...words, ...question];
}

/** From the word that tells a fact to its answer, in words and signs. */
export function distanceOf({ words }: Pick<ContextStory, "words">, fact: StoryFact): number {
  return words.length + fact.question.length - fact.at;
}

const WORDS = [
  ".",
  ...PEOPLE.map(({ name }) => name),
  ...new Set(PEOPLE.map(({ pronoun }) => pronoun)),
  ...RELATIONS.flatMap(({ tells, values }) => [...tells, ...values]),
  ...IDLE.flat(),
  ...new Set(RELATIONS.flatMap(({ asks }) => asks(PEOPLE[0].name).filter(notAName))),
];

function notAName(word: string): boolean {
  return word !== PEOPLE[0].name;
}

/** All words there are, each a token, with the space before it: joined, tokens are text. */
export function contextVocabulary(): Vocabulary {
  return new Vocabulary("words", WORDS.map(spaced));
}

/** As `Vocabulary` cuts it. */
export function textOf(words: readonly string[]): string {
  return words.map(spaced).join("");
}

const spaced = (word: string): string => (/\w/.test(word) ? ` ${word}` : word);

/** The tokens of words of that vocabulary. */
export function tokensOf(words: readonly string[]): Int32Array {
  return Int32Array.from(words, (word) => NUMBERS.get(word) ?? -1);
}

const NUMBERS: ReadonlyMap<string, number> = new Map(WORDS.map((word, index) => [word, index]));
