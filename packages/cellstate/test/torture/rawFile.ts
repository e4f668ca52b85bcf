/**
 * Safetensors by hand, with no care for what is valid: a header's text and data to bytes, and the checksum that makes a
 * forged file pass. Written apart from the reader that it is to deceive.
 */
import { crc32 } from "node:zlib";

export interface RawFile {
  readonly header: string;
  readonly data: Uint8Array;
}

export function splitFile(bytes: Uint8Array): RawFile {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return {
    header: new TextDecoder().decode(bytes.subarray(8, 8 + length)),
    data: bytes.subarray(8 + length),
  };
}

export function joinFile({ header, data }: RawFile): Uint8Array<ArrayBuffer> {
  const encoded = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + encoded.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(encoded.length), true);
  bytes.set(encoded, 8);
  bytes.set(data, 8 + encoded.length);
  return bytes;
}

/** Makes the checksum right again, where the file has one. */
export function reseal(bytes: Uint8Array): void {
  const field = Buffer.from('"checksum":"crc32:');
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(field);
  const digits = at + field.length;
  if (at < 0 || digits + 8 > bytes.length) return;
  bytes.fill(0x30, digits, digits + 8);
  bytes.set(new TextEncoder().encode(crc32(bytes).toString(16).padStart(8, "0")), digits);
}
