/** What a run learns from: files into documents of tokens, and a fingerprint by which a resumed run knows them again. */
import { createHash } from "node:crypto";
import { type TokenDocument, type TokenKind, Vocabulary } from "@cellstate/core";
import { readBytes, readTexts } from "../files/texts.ts";

export interface Corpus {
  readonly vocabulary: Vocabulary;
  readonly documents: readonly TokenDocument[];
  readonly files: readonly { readonly name: string; readonly size: number }[];
  /** Of all that is read, in its order. */
  readonly sha256: string;
  readonly tokens: number;
  /** What the vocabulary does not have, with how often it came. */
  readonly unknown: ReadonlyMap<string, number>;
}

/**
 * @param paths Files or folders; each file is a document.
 * @param source A kind: the vocabulary is made from the files. Or a model's vocabulary, to which they are held.
 * @throws CellstateError where a file cannot be read or is no text.
 */
export function readCorpus(paths: readonly string[], source: TokenKind | Vocabulary): Corpus {
  const hash = createHash("sha256");
  const kind = typeof source === "string" ? source : source.kind;
  if (kind === "bytes") {
    const files = readBytes(paths);
    const vocabulary = typeof source === "string" ? Vocabulary.of([], kind) : source;
    const documents = files.map(({ name, bytes }) => {
      hash.update(`${bytes.length}\n`).update(bytes);
      return { name, tokens: vocabulary.encodeBytes(bytes).tokens };
    });
    return corpusOf(vocabulary, documents, files, hash.digest("hex"), new Map());
  }
  const files = readTexts(paths);
  const texts = files.map(({ text }) => text);
  const vocabulary = typeof source === "string" ? Vocabulary.of(texts, kind) : source;
  const unknown = new Map<string, number>();
  const documents = files.map(({ name, text }) => {
    hash.update(`${text.length}\n`).update(text);
    const encoded = vocabulary.encode(text);
    for (const [item, count] of encoded.unknown) {
      unknown.set(item, (unknown.get(item) ?? 0) + count);
    }
    return { name, tokens: encoded.tokens };
  });
  return corpusOf(vocabulary, documents, files, hash.digest("hex"), unknown);
}

function corpusOf(
  vocabulary: Vocabulary,
  documents: readonly TokenDocument[],
  files: readonly { readonly name: string; readonly size: number }[],
  sha256: string,
  unknown: ReadonlyMap<string, number>,
): Corpus {
  return {
    vocabulary,
    documents,
    files: files.map(({ name, size }) => ({ name, size })),
    sha256,
    tokens: documents.reduce((sum, { tokens }) => sum + tokens.length, 0),
    unknown,
  };
}

/** `3 characters that the model does not know, 12 times in all: "é", "ß", "…"`; null where all are known. */
export function describeUnknown({ vocabulary, unknown }: Corpus): string | null {
  if (unknown.size === 0) return null;
  const shown = [...unknown.keys()].slice(0, 8).map((item) => JSON.stringify(item));
  const times = [...unknown.values()].reduce((sum, count) => sum + count, 0);
  const more = unknown.size > shown.length ? ", …" : "";
  const noun = unknown.size === 1 ? vocabulary.kind.slice(0, -1) : vocabulary.kind;
  const left = vocabulary.kind === "words" ? "read as the unknown word or left out" : "left out";
  return (
    `${unknown.size} ${noun} that the model does not know, ${times} times in all, ` +
    `${left}: ${shown.join(" ")}${more}`
  );
}
