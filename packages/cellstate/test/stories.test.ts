import { RandomStream, streamKey, Vocabulary } from "@cellstate/core";
import { describe, expect, test } from "vitest";
import {
  LIKES,
  NAMES,
  PLACES,
  promptFor,
  type Story,
  storyText,
  tellStory,
  writeStoryBook,
} from "../src/stories.ts";

const BOOK = writeStoryBook(1, { first: 300, second: 300, unseen: 200 });
const ALL: readonly Story[] = [...BOOK.first, ...BOOK.second, ...BOOK.unseen];

/** What the story itself says: an answer from a reader that understands its sentences. */
function readAnswer({ facts }: Story, question: string): string | undefined {
  const [, name, place, like] =
    /My name is (\w+)\. I live in (\w+) and I like (\w+)\./.exec(facts) ?? [];
  const [, other, otherPlace, otherLike] =
    /name is (\w+)\. S?[Hh]e lives in (\w+) and likes (\w+)\.$/.exec(facts) ?? [];
  const named = /^Who (?:likes|lives in) (\w+)\?$/.exec(question)?.[1];
  if (named !== undefined) return named === place || named === like ? name : other;
  const mine = / I | my name\?/.test(question);
  if (question.startsWith("Where")) return mine ? place : otherPlace;
  if (question.includes(" like?")) return mine ? like : otherLike;
  return mine ? name : other;
}

describe("a story", () => {
  test("reads as a child would tell it", () => {
    const story = tellStory(new RandomStream(streamKey(1, "example")), 2);
    expect(storyText(story)).toMatchInlineSnapshot(`
      "My name is Wish. I live in Cairo and I like tea. My brother's name is Leo. He lives in Paris and likes rain. Who lives in Cairo? Wish. What is my name? Wish. Where do I live? Cairo. Who likes rain? Leo. What do I like? tea. What is my brother's name? Leo. What does my brother like? rain. Where does my brother live? Paris. Who lives in Paris? Leo. Who likes tea? Wish.
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

  test("asks for every person's name, place and liking, in both directions", () => {
    for (const { people, questions } of ALL) {
      expect(new Set(questions.map(({ text }) => text)).size).toBe(5 * people);
    }
  });

  test("tells of two different people, places and likings", () => {
    for (const { facts } of BOOK.second) {
      for (const kind of [NAMES, PLACES, LIKES]) {
        const said = kind.filter((word) => new RegExp(`\\b${word}\\b`).test(facts));
        expect(said, facts).toHaveLength(2);
      }
    }
  });

  test("turns to the second person at the sentence that brings a new name", () => {
    for (const { facts, turn, people } of ALL) {
      if (people === 1) expect(turn).toBeNull();
      else expect(facts.slice(turn ?? 0)).toMatch(/^My (brother|sister|uncle|aunt)'s name is/);
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
  test("has a closed vocabulary of some seventy words, each within the first few hundred stories", () => {
    const { size } = Vocabulary.of(ALL.map(storyText), "words");
    const much = writeStoryBook(2, { first: 1000, second: 1000, unseen: 0 });
    const larger = Vocabulary.of([...much.first, ...much.second].map(storyText), "words");
    expect(larger.size).toBe(size);
    expect(size).toBeGreaterThan(60);
    expect(size).toBeLessThan(90);
  });

  test("is the same for the same seed and another for another", () => {
    const counts = { first: 5, second: 5, unseen: 5 };
    expect(writeStoryBook(7, counts)).toEqual(writeStoryBook(7, counts));
    expect(writeStoryBook(8, counts)).not.toEqual(writeStoryBook(7, counts));
  });

  test("keeps unseen stories unseen, whatever is told", () => {
    const told = new Set([...BOOK.first, ...BOOK.second].map(({ facts }) => facts));
    expect(BOOK.unseen.filter(({ facts }) => told.has(facts))).toEqual([]);
  });

  test("asks about the same unseen stories however many others there are", () => {
    expect(writeStoryBook(1, { first: 0, second: 9, unseen: 200 }).unseen).toEqual(BOOK.unseen);
  });
});
