import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { crc32 } from "../../src/files/crc32.ts";

test("has the check value of the catalogue of CRCs", () => {
  // CRC-32/ISO-HDLC, reveng.sourceforge.io/crc-catalogue/all.htm
  expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
});

test("is zlib's, for any bytes, in one piece or two", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
      expect(crc32(bytes)).toBe(zlibCrc32(bytes));
      expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(zlibCrc32(bytes));
    }),
  );
});
