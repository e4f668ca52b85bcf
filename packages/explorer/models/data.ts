/** Data for one small example of each of the four shapes, all of it made here. */
import { RandomStream, type SeriesInput, streamKey } from "cellstate";

const streamOf = (name: string): RandomStream => new RandomStream(streamKey(1, name));

/** About normal: mean 0, variance 1. */
function noiseOf(random: RandomStream): number {
  let sum = -2;
  for (let k = 0; k < 4; k++) sum += random.uniform();
  return Math.sqrt(3) * sum;
}

/** The share of its warmth above the room's that a cup loses in a minute. */
const LOSS: Readonly<Record<string, number>> = { china: 0.05, glass: 0.07, steel: 0.02 };

/** Cups by Newton's law of cooling from 95 °C, measured to about 1 °C. */
export function tea(part: string, count: number) {
  const random = streamOf(`tea-${part}`);
  const cups = Object.keys(LOSS);
  const inputs = Array.from({ length: count }, () => {
    const cup = cups[random.integer(cups.length)];
    return { cup, minutes: 60 * random.uniform(), room: 10 + 20 * random.uniform() };
  });
  const targets = inputs.map(({ cup, minutes, room }) => {
    const degrees = room + (95 - room) * Math.exp(-LOSS[cup] * minutes) + noiseOf(random);
    return degrees > 65 ? "too hot" : degrees > 45 ? "right" : "cold";
  });
  return { inputs, targets };
}

export const NAMES_OF_DIGITS = "zero one two three four five six seven eight nine".split(" ");

/** Which of seven lamps shine for 0 to 9: top, right above, right below, bottom, left below, left above, middle. */
const LAMPS = "1111110 0110000 1101101 1111001 0110011 1011011 1011111 1110000 1111111 1111011";
const LAMP_NAMES = [
  "top",
  "rightAbove",
  "rightBelow",
  "bottom",
  "leftBelow",
  "leftAbove",
  "middle",
];

/** The lamps of a digit, as a row. @param unsteady What is added to a lamp's light. @default nothing */
export function glyphOf(digit: number, unsteady = (): number => 0): Record<string, number> {
  const lamps = LAMPS.split(" ")[digit];
  return Object.fromEntries(
    LAMP_NAMES.map((name, index) => [name, Number(lamps[index]) + unsteady()]),
  );
}

export function digits(part: string, count: number) {
  const random = streamOf(`digits-${part}`);
  const numbers = Array.from({ length: count }, () => random.integer(10));
  return {
    inputs: numbers.map((digit) => glyphOf(digit, () => 0.15 * noiseOf(random))),
    targets: numbers.map((digit) => NAMES_OF_DIGITS[digit]),
  };
}

export const WAVES = ["sine", "square wave", "sawtooth"] as const;

/** A wave of 30 to 50 steps, of any phase, with a period of 10 to 20 steps, and noise. */
export function wave(part: string, index: number, kind: (typeof WAVES)[number]): SeriesInput {
  const random = streamOf(`waves-${part}-${index}`);
  const steps = 30 + random.integer(21);
  const period = 10 + 10 * random.uniform();
  const phase = random.uniform();
  const values = Float32Array.from({ length: steps }, (_, t) => {
    const moment = (t / period + phase) % 1;
    const height =
      kind === "sine"
        ? Math.sin(2 * Math.PI * moment)
        : kind === "square wave"
          ? moment < 0.5
            ? 1
            : -1
          : 2 * moment - 1;
    return height + 0.2 * noiseOf(random);
  });
  return { steps, values };
}

const MONTHS =
  "january february march april may june july august september october november december".split(
    " ",
  );
const WEEKDAYS = "sunday monday tuesday wednesday thursday friday saturday".split(" ");

function ordinal(day: number): string {
  const ends: Readonly<Record<number, string>> = { 1: "st", 2: "nd", 3: "rd" };
  return `${day}${day > 3 && day < 21 ? "th" : (ends[day % 10] ?? "th")}`;
}

/** Days of 1950 to 2049 as somebody might write them, and as ISO 8601 does. */
export function dates(part: string, count: number) {
  const random = streamOf(part);
  const pairs = Array.from({ length: count }, () => {
    const at = Date.UTC(1950 + random.integer(100), random.integer(12), 1 + random.integer(28));
    const date = new Date(at);
    const [year, day] = [date.getUTCFullYear(), date.getUTCDate()];
    const month = MONTHS[date.getUTCMonth()];
    const forms = [
      `${day} ${month} ${year}`,
      `${month} ${ordinal(day)}, ${year}`,
      `${WEEKDAYS[date.getUTCDay()]}, the ${ordinal(day)} of ${month} ${year}`,
      `${year}, ${month.slice(0, 3)} ${ordinal(day)}`,
    ];
    return [forms[random.integer(forms.length)], date.toISOString().slice(0, 10)] as const;
  });
  return { inputs: pairs.map(([written]) => written), targets: pairs.map(([, iso]) => iso) };
}
