import { expect, test } from "vitest";
import { addressWith } from "../../src/lib/query";

test("an address with another filter keeps the others, and without any has no question mark", () => {
  expect(addressWith("/b/1/payments", "place=in_review&reviews=accepted", { review: "r1" })).toBe("/b/1/payments?place=in_review&reviews=accepted&review=r1");
  expect(addressWith("/b/1/payments", "place=in_review&review=r1", { review: undefined })).toBe("/b/1/payments?place=in_review");
  expect(addressWith("/b/1/payments", "place=in_review", { place: "" })).toBe("/b/1/payments");
});
