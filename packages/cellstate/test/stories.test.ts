import { RandomStream, streamKey, Vocabulary } from "@cellstate/core";
import { describe, expect, test } from "vitest";
import {
  BROTHERS,
  EXAMPLE,
  LIKES,
  PLACES,
  promptFor,
  SISTERS,
  type Story,
  storyText,
  TELLERS,
  tellStory,
  writeStoryBook,
} from "../src/stories.ts";

const BOOK = writeStoryBook(1, { short: 300, long: 300, unseen: 200 });
const NAMES: readonly string[] = [...TELLERS, ...BROTHERS, ...SISTERS];
const ALL: readonly Story[] = [EXAMPLE, ...BOOK.short, ...BOOK.long, ...BOOK.unseen];

/** What the story itself says: an answer from a reader that understands its sentences. */
function readAnswer({ facts }: Story, question: string): string | undefined {
  const [, name, ...teller] =
    /My name is (\w+)\. I live in (\w+) and I like (\w+)\./.exec(facts) ?? [];
  const [, other, ...relative] =
    /My \w+'s name is (\w+)\. S?[Hh]e lives in (\w+) and likes (\w+)\./.exec(facts) ?? [];
  const asked = /^Who (?:likes|lives in) (\w+)\?$/.exec(question)?.[1];
  if (asked !== undefined) {
    return teller.includes(asked) ? name : relative.includes(asked) ? other : undefined;
  }
  const ofTeller = / I |my name/.test(question);
  const [place, like] = ofTeller ? teller : relative;
  if (question.startsWith("Where")) return place;
  if (question.endsWith("like?")) return like;
  return ofTeller ? name : other;
}

test("there are twenty names, each once", () => {
  expect(new Set(NAMES).size).toBe(20);
});

describe("a story", () => {
  test("reads as one would tell it", () => {
    const story = tellStory(new RandomStream(streamKey(1, "example")), "both");
    expect(storyText(story)).toMatchInlineSnapshot(`
      "My name is Hugo. I live in Lima and I like tea. My brother's name is Wish. He lives in Paris and likes soup. Who lives in Lima? Hugo. What is my name? Hugo. Where do I live? Lima. Who likes soup? Wish. What do I like? tea. What is my brother's name? Wish. What does my brother like? soup. Where does my brother live? Paris. Who lives in Paris? Wish. Who likes tea? Hugo.
      "
    `);
  });

  test("answers each of its questions in what it tells", () => {
    for (const story of ALL) {
      for (const { text, answer } of story.questions) {
        expect(readAnswer(story, text), `${story.facts} ${text}`).toBe(answer);
      }
    }
  });

  test("asks five things of each person in it, each once", () => {
    for (const { questions, turn } of ALL) {
      expect(questions).toHaveLength(turn === null ? 5 : 10);
      expect(new Set(questions.map(({ text }) => text)).size).toBe(questions.length);
    }
  });

  test("tells of two different people, places and likings", () => {
    for (const { facts } of BOOK.long) {
      for (const kind of [NAMES, PLACES, LIKES]) {
        const said = kind.filter((word) => new RegExp(`\\b${word}\\b`).test(facts));
        expect(said, facts).toHaveLength(2);
      }
    }
  });

  test("turns to the relative at the sentence that brings the second name", () => {
    for (const { facts, turn } of BOOK.long) {
      expect(facts.slice(turn ?? 0)).toMatch(/^My (brother|sister)'s name is/);
    }
  });

  test("gives a prompt that ends in its question and holds no answer to another", () => {
    const [story] = BOOK.unseen;
    for (const question of story.questions) {
      expect(promptFor(story, question)).toBe(`${story.facts} ${question.text}`);
    }
  });
});

describe("a book of stories", () => {
  test("has a closed vocabulary of some sixty words, each within the first few hundred stories", () => {
    const { size } = Vocabulary.of(ALL.map(storyText), "words");
    const much = writeStoryBook(2, { short: 1000, long: 1000, unseen: 0 });
    const larger = Vocabulary.of([...much.short, ...much.long].map(storyText), "words");
    expect(larger.size).toBe(size);
    expect(size).toBeGreaterThan(50);
    expect(size).toBeLessThan(80);
  });

  test("is the same for the same seed and another for another", () => {
    const counts = { short: 5, long: 5, unseen: 5 };
    expect(writeStoryBook(7, counts)).toEqual(writeStoryBook(7, counts));
    expect(writeStoryBook(8, counts)).not.toEqual(writeStoryBook(7, counts));
  });

  test("keeps unseen stories unseen, whatever is told", () => {
    const told = new Set([...BOOK.short, ...BOOK.long].map(({ facts }) => facts));
    expect(BOOK.unseen.filter(({ facts }) => told.has(facts))).toEqual([]);
  });

  test("never tells the story that is shown", () => {
    expect(EXAMPLE.facts).toBe(
      "My name is Krish. I live in Pune and I like tea. My brother's name is Wish. He lives in Delhi and likes chess.",
    );
    expect(EXAMPLE.questions[0]).toEqual({ text: "Who likes chess?", answer: "Wish" });
    const { long } = writeStoryBook(1, { short: 0, long: 60_000, unseen: 0 });
    expect(long.filter(({ facts }) => facts === EXAMPLE.facts)).toEqual([]);
  });

  test("asks about the same unseen stories however many others there are", () => {
    expect(writeStoryBook(1, { short: 0, long: 9, unseen: 200 }).unseen).toEqual(BOOK.unseen);
  });
});
