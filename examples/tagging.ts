/**
 * seq2seq, aligned: for every step of a sequence an answer. How is each letter of a made-up word spoken?
 *
 * Some letters are settled by what stands before them, some by what comes after. A network that reads in one direction has
 * not seen what comes after; one that reads in both (bidirectional) has. The example trains one of each and compares them.
 *
 *     npm run example -- tagging [--quick]
 */
import {
  createWasmEngine,
  fitTaggingTask,
  learn,
  Predictor,
  RandomStream,
  streamKey,
  type Tagged,
} from "cellstate";

const quick = process.argv.includes("--quick");
const random = new RandomStream(streamKey(1, "spoken"));

/** The rules, a tag a letter. Those marked ▶ look ahead. */
function speak(word: string): string[] {
  const isVowel = (letter: string | undefined) => letter !== undefined && "aeiou".includes(letter);
  const letters = [...word];
  const last = letters.length - 1;
  return letters.map((letter, at) => {
    const [before, after] = [letters[at - 1], letters[at + 1]];
    if (letter === "e" && at === last && at >= 2) return "silent"; //              ▶ hop·e
    if (isVowel(letter)) {
      const isLong = at === last - 2 && !isVowel(after) && letters[last] === "e";
      return isLong ? "long" : "short"; //                                         ▶ h·o·pe, h·o·p
    }
    if (letter === "c") return after === "e" || after === "i" ? "soft" : "hard"; // ▶ c·ent, c·ot
    if (letter === "s") return isVowel(before) ? "voiced" : "voiceless"; //          ro·s·e, cat·s
    return "plain";
  });
}

/** A word of two to four syllables, often with an e at its end. */
function drawWord(): string {
  const pick = (letters: string): string => letters[random.integer(letters.length)];
  const syllables = Array.from(
    { length: 2 + random.integer(3) },
    () => pick("bccdlmprsst") + pick("aeiou") + (random.uniform() < 0.4 ? pick("nrst") : ""),
  );
  return syllables.join("") + (random.uniform() < 0.5 ? `${pick("clmpst")}e` : "");
}

const words = [...new Set(Array.from({ length: quick ? 1200 : 5000 }, drawWord))];
const held = words.splice(0, 200); // no word is on both sides: the set has each of them once
const targets = words.map(speak);
const task = fitTaggingTask({ name: "words", inputs: words, targets });
const engine = createWasmEngine();

/** Trains one tagger, and says how many letters it gets right: all, and of those that a rule looks ahead from. */
async function run(bidirectional: boolean): Promise<Predictor<string, Tagged>> {
  const model = await learn(
    task,
    { inputs: words, targets },
    {
      engine,
      length: { epochs: quick ? 12 : 20 },
      // One direction gets more units, so that both have about as many weights.
      model: { hiddenSize: (quick ? 24 : 32) * (bidirectional ? 1 : 1.5), bidirectional },
    },
  );
  const predictor = new Predictor<string, Tagged>(model, engine);
  const score = { all: 0, right: 0, ahead: 0, aheadRight: 0 };
  predictor.predict(held).forEach(({ tags }, index) => {
    speak(held[index]).forEach((tag, at) => {
      const isAhead = "aceiou".includes(held[index][at]);
      score.all++;
      if (isAhead) score.ahead++;
      if (tag !== tags[at]) return;
      score.right++;
      if (isAhead) score.aheadRight++;
    });
  });
  const percent = (part: number, of: number): string => `${((100 * part) / of).toFixed(1)} %`;
  console.log(
    `${bidirectional ? "both directions" : "one direction"}: ${percent(score.right, score.all)} of letters right, ` +
      `${percent(score.aheadRight, score.ahead)} where the rule looks ahead`,
  );
  return predictor;
}

await run(false);
const tagger = await run(true);

// Tags come with their probabilities, one a letter.
const word = "cicocase";
const { tags, probabilities } = tagger.predictOne(word);
[...word].forEach((letter, at) => {
  console.log(
    `  ${letter}  ${tags[at].padEnd(10)}${(100 * probabilities[at]).toFixed(1).padStart(5)} %`,
  );
});
