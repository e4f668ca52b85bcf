/**
 * CRC-32 of IEEE 802.3, as in zip and PNG: finds every damage of up to 32 bits in a row, and any other with 1 − 2⁻³².
 * It guards against accidents, not against forgers.
 *
 * Eight bytes a turn by eight tables ("slicing-by-8", Kounavis and Berry 2005), since a checksum of the weights must not be what a
 * user waits for.
 */

const POLYNOMIAL = 0xedb88320;

/** TABLES[256 · k + b]: what byte b, followed by k zero bytes, does to the remainder. */
const TABLES = new Int32Array(8 * 256);
for (let byte = 0; byte < 256; byte++) {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = (remainder >>> 1) ^ (remainder & 1 ? POLYNOMIAL : 0);
  }
  TABLES[byte] = remainder;
}
for (let at = 256; at < TABLES.length; at++) {
  const before = TABLES[at - 256];
  TABLES[at] = (before >>> 8) ^ TABLES[before & 0xff];
}

/**
 * @param start The checksum of what came before, to go on from.
 * @returns An unsigned integer of 32 bits.
 */
export function crc32(bytes: Uint8Array, start = 0): number {
  const tables = TABLES;
  const whole = bytes.length - (bytes.length % 8);
  let sum = ~start;
  let at = 0;
  for (; at < whole; at += 8) {
    sum ^= bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    sum =
      tables[1792 + (sum & 0xff)] ^
      tables[1536 + ((sum >>> 8) & 0xff)] ^
      tables[1280 + ((sum >>> 16) & 0xff)] ^
      tables[1024 + (sum >>> 24)] ^
      tables[768 + bytes[at + 4]] ^
      tables[512 + bytes[at + 5]] ^
      tables[256 + bytes[at + 6]] ^
      tables[bytes[at + 7]];
  }
  for (; at < bytes.length; at++) sum = (sum >>> 8) ^ tables[(sum ^ bytes[at]) & 0xff];
  return ~sum >>> 0;
}
