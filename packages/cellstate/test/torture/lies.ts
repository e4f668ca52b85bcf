/** What somebody may do to a header on purpose. The data stay; the checksum is made right afterwards. */
import type { RandomStream } from "@cellstate/core";
import { noise, pick } from "./chance.ts";

/** Values that have no business wherever they are put; texts of JSON, so that they need not be valid in JavaScript. */
const ABSURD = [
  "0",
  "-1",
  "1",
  "2",
  "3",
  "65536",
  "65537",
  "4294967296",
  "9007199254740991",
  "1e308",
  "1e999",
  "-0",
  "0.5",
  "null",
  "true",
  "false",
  '""',
  '"abc"',
  '"\\u0000\\n"',
  '"\\ud800"',
  "[]",
  "{}",
  "[0]",
  "[1]",
  "[-1]",
  "[4294967296,4294967296]",
  "[9007199254740991,0]",
  "[1,1,1,1,1,1,1,1]",
  "[0,8]",
  "[8,0]",
  "[0,9007199254740991]",
  '["F32"]',
  '"F32"',
  '"F64"',
  '"I64"',
  '"U8"',
  '"BF16"',
  '{"__proto__":1}',
  '"__proto__"',
  '"constructor"',
] as const;

/** A number, string, word or bracketed value of a JSON text, chosen at random: where it begins and ends. */
function findValue(text: string, random: RandomStream): readonly [number, number] {
  const values = [
    ...text.matchAll(
      /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|true|false|null|\[[^[\]]*\]/g,
    ),
  ];
  if (values.length === 0) return [0, text.length];
  const match = pick(random, values);
  return [match.index, match.index + match[0].length];
}

function replaceValue(text: string, random: RandomStream): string {
  const [from, to] = findValue(text, random);
  return text.slice(0, from) + pick(random, ABSURD) + text.slice(to);
}

function deep(random: RandomStream): string {
  const depth = pick(random, [5, 40, 1_000, 100_000]);
  const [open, close] = pick(random, [
    ["[", "]"],
    ['{"a":', "}"],
  ]);
  return open.repeat(depth) + pick(random, ["1", "", "[]"]) + close.repeat(depth);
}

/** Equations in which each line is made of the one before it. */
function chain(lines: number, next: (before: string) => string): string {
  let text = "s0 = W·x[t] + U·h[t-1]\n";
  for (let i = 1; i < lines; i++) text += `s${i} = ${next(`s${i - 1}`)}\n`;
  return `${text}h[t] = s${Math.ceil(lines) - 1}`;
}

/** Texts of equations that a parser might choke on. */
function equations(random: RandomStream): string {
  const length = pick(random, [10, 1_000, 60_000]);
  const token = () =>
    pick(random, [
      "h[t]",
      "c[t-1]",
      "x[t]",
      "=",
      "W_f",
      "·",
      "[",
      "]",
      "(",
      ")",
      "+",
      "*",
      "-",
      "\n",
      "sigmoid",
      "tanh",
      "b_f",
      "~",
      "1",
      "#",
      ",",
      "f",
      "h[0]",
    ]);
  return pick(random, [
    () => Array.from({ length: random.integer(200) }, token).join(" "),
    () => `h[t] = ${"(".repeat(length)}x[t]${")".repeat(length)}`,
    () => `h[t] = ${"-".repeat(length)}x[t]`,
    () => `h[t] = ${"tanh(".repeat(length / 5)}W·x[t]${")".repeat(length / 5)}`,
    () => `h[t] = tanh(W·x[t]${" + W·x[t]".repeat(length / 10)})`,
    () => `h[t] = tanh(W·x[t])${" * (1 + h[t-1])".repeat(length / 20)}`,
    () => chain(length / 12, (before) => `tanh(${before} * 2)`),
    // Each line doubles the degree: 2³⁹ factors, if anybody multiplies them out.
    () => chain(40, (before) => `${before} * ${before}`),
    () => `h[t] = tanh(${"W".repeat(length)}·x[t])`,
    () => "h[t] = tanh(W·x[t] + U·h[t-1] + b)",
    () => "h[t] = x[t] / (W·h[t-1]) + log(-1)",
    () => noise(random, 100).join("\u0000"),
  ])();
}

/** Works on the text of a header. */
export type Lie = (header: string, random: RandomStream) => string;

/** Changes one part of the metadata: JSON within a string of JSON. */
function within(part: string, change: (json: string) => string): (header: string) => string {
  return (header) =>
    header.replace(new RegExp(`"${part}":"((?:[^"\\\\]|\\\\.)*)"`), (_, quoted: string) => {
      const json: string = JSON.parse(`"${quoted}"`);
      return `${JSON.stringify(part)}:${JSON.stringify(change(json))}`;
    });
}

const SIZES = [
  "hiddenSize",
  "hiddenSize",
  "layers",
  "embeddingSize",
  "projectionSize",
  "vocabularySize",
];
const PARTS = ["cell", "config", "vocabulary", "training", "precision", "state"];

export const LIES: Readonly<Record<string, Lie>> = {
  "a value of the header": (header, random) => replaceValue(header, random),
  "three values of the header": (header, random) => {
    let text = header;
    for (let i = 0; i < 3; i++) text = replaceValue(text, random);
    return text;
  },
  "a value of the metadata": (header, random) =>
    within(pick(random, PARTS), (json) => replaceValue(json, random))(header),
  "a size of the model": (header, random) => {
    const size = pick(random, ["0", "1", "64", "1000", "20000", "65536", "65537", "1e9", "-4"]);
    const field = pick(random, SIZES);
    const value = new RegExp(`"${field}":[^,}]*`);
    return within("config", (json) => json.replace(value, `"${field}":${size}`))(header);
  },
  "all sizes of the model": (header, random) =>
    within("config", (json) =>
      json.replaceAll(
        /"(hiddenSize|layers|embeddingSize|projectionSize)":\d+/g,
        (_, field: string) => `"${field}":${pick(random, ["1", "64", "65536"])}`,
      ),
    )(header),
  "the kind of tokens": (header, random) =>
    within("vocabulary", (json) =>
      json.replace(
        /"tokens":"\w+"/,
        `"tokens":"${pick(random, ["bytes", "words", "characters", "runes"])}"`,
      ),
    )(header),
  "the equations": (header, random) =>
    within("cell", () =>
      JSON.stringify({
        name: pick(random, ["lstm", "mine", "__proto__"]),
        equations: equations(random),
      }),
    )(header),
  "something deep in the header": (header, random) => {
    const [from, to] = findValue(header, random);
    return header.slice(0, from) + deep(random) + header.slice(to);
  },
  "something deep in the metadata": (header, random) =>
    within(pick(random, PARTS), (json) => {
      const [from, to] = findValue(json, random);
      return json.slice(0, from) + deep(random) + json.slice(to);
    })(header),
  "a key twice": (header, random) => {
    const members = [...header.matchAll(/"[^"\\]+":(?:\{[^{}]*\}|"(?:[^"\\]|\\.)*")/g)];
    const [member] = pick(random, members);
    return header.replace(
      member,
      () => `${member},${pick(random, [member, replaceValue(member, random)])}`,
    );
  },
  "a tensor gone": (header) => header.replace(/,"[^"\\]+":\{"dtype"[^{}]*\}/, ""),
  "a tensor too many": (header, random) =>
    header.replace(
      /\}\s*$/,
      `,"more":{"dtype":"F32","shape":${pick(random, ["[0]", "[4294967296,4294967296]", "[1]"])},"data_offsets":${pick(random, ["[0,0]", "[0,4]", "[4,4]"])}}}`,
    ),
  "tensors renamed": (header, random) =>
    header.replaceAll("weight", pick(random, ["Weight", "bias", "__proto__"])),
  "shapes turned": (header) => header.replaceAll(/"shape":\[(\d+),(\d+)\]/g, '"shape":[$2,$1]'),
  "another type of numbers": (header, random) =>
    header.replaceAll('"F32"', pick(random, ['"F64"', '"I32"', '"U8"', '"BF16"', '"F16"', "32"])),
  "offsets moved": (header, random) =>
    header.replace(/"data_offsets":\[(\d+),(\d+)\]/, (_, from: string, to: string) => {
      const by = pick(random, [-4, -1, 1, 4, 8, 2 ** 32, 2 ** 53]);
      return `"data_offsets":[${Number(from) + by},${Number(to) + by}]`;
    }),
  "the version": (header, random) =>
    header.replace(
      /"(format|language)Version":"1"/,
      `"$1Version":"${pick(random, ["2", "0", "-1", "1.0", "999999999999", ""])}"`,
    ),
  "thousands of tensors": (header, random) => {
    const more = Array.from(
      { length: pick(random, [1_000, 20_000]) },
      (_, i) => `"t${i}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`,
    );
    return header.replace(/\}\s*$/, () => `,${more.join()}}`);
  },
  "a name of a mebibyte": (header) => header.replace("linear", "\\n".repeat(2 ** 19)),
};
