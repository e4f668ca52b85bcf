/** The examples, in the order in which to read them. */
export const EXAMPLES: readonly string[] = [
  "vec2vec",
  "seq2vec",
  "forecast",
  "tagging",
  "seq2seq",
  "vec2seq",
  "ownNetwork",
];
