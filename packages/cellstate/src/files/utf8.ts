/** Where a file stops being text. TextDecoder only says that it does. */
import { isUtf8 } from "node:buffer";

/**
 * The index of the first byte that is NUL or begins no valid character of UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing
 * above U+10FFFF, nothing cut short), or −1.
 */
export function findNotText(bytes: Uint8Array): number {
  const nul = bytes.indexOf(0);
  const text = nul < 0 ? bytes : bytes.subarray(0, nul);
  if (isUtf8(text)) return nul;
  let at = 0;
  while (at < text.length) {
    const length = characterLength(text, at);
    if (length === 0) return at;
    at += length;
  }
  return nul;
}

/** Bytes of the character that begins at `at`, 0 where none does. */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first < 0x80) return 1;
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (at + length > bytes.length) return 0;
  for (let i = 1; i < length; i++) {
    if ((bytes[at + i] & 0xc0) !== 0x80) return 0;
  }
  // The second byte alone tells overlong forms, surrogates and what is beyond Unicode.
  const second = bytes[at + 1];
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second > 0x9f) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second > 0x8f) return 0;
  return length;
}
