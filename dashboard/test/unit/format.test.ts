import { describe, expect, test } from "vitest";
import { formatLeft, formatMoney, formatShort, minorDigits, parseMoney } from "../../src/lib/format";
import { atHour, daysToMonday, instantOf } from "../../src/lib/zone";

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

describe("money", () => {
  test("a currency's minor units are as many digits as it has", () => {
    expect([minorDigits("NGN"), minorDigits("XOF"), minorDigits("KWD")]).toEqual([2, 0, 3]);
  });
  test("amounts are written as their language writes them", () => {
    expect(formatMoney(1_500_050, "NGN", "en")).toBe("₦15,000.50");
    expect(plain(formatMoney(32_500, "XOF", "fr"))).toContain("32 500");
    expect(formatMoney(-5, "USD", "en")).toBe("-$0.05");
  });
  test("an amount that no double holds is written exactly", () => {
    expect(formatMoney(9_007_199_254_740_991, "NGN", "en")).toBe("₦90,071,992,547,409.91");
  });
  test("what people type is read with either mark, and never rounded", () => {
    expect(parseMoney("15000.50", "NGN")).toBe(1_500_050);
    expect(parseMoney("15,000.5", "NGN")).toBe(1_500_050);
    expect(parseMoney("15.000,50", "EUR")).toBe(1_500_050);
    expect(parseMoney("15 000", "NGN")).toBe(1_500_000);
    expect(parseMoney("15,000", "NGN")).toBe(1_500_000);
    expect(parseMoney("1.250", "KWD")).toBe(1_250);
    expect(parseMoney("٣٢٥٫٥", "EGP")).toBe(32_550);
    expect(parseMoney("۳۲۵٫۵", "EGP")).toBe(32_550);
  });
  test("what is no amount is none", () => {
    for (const text of ["", "abc", "-5", "1.9999", "1,5", "1e5", "99999999999999999"]) expect(parseMoney(text, text === "1,5" ? "XOF" : "NGN")).toBeNull();
  });
});

describe("times", () => {
  const lagos = { language: "en", zone: "Africa/Lagos" };
  const now = Date.parse("2026-03-04T10:00:00Z");
  test("a list shows the time of today, the weekday of this week, and the date before", () => {
    expect(formatShort("2026-03-04T07:05:00Z", now, lagos)).toMatch(/8:05/);
    expect(formatShort("2026-03-02T07:05:00Z", now, lagos)).toBe("Mon");
    expect(formatShort("2026-01-31T07:05:00Z", now, lagos)).toMatch(/Jan 31|31 Jan/);
  });
  test("today is the business's today", () => {
    expect(formatShort("2026-03-03T23:30:00Z", now, lagos)).toMatch(/12:30/);
  });
  test("what is left of a window is told in its largest unit", () => {
    expect([formatLeft(5 * 3_600_000 + 1, "en"), formatLeft(59_000, "en"), formatLeft(3 * 86_400_000, "en")]).toEqual(["5h", "0m", "3d"]);
  });
  test("nine in the morning is nine in the business's zone, also across a change of its clock", () => {
    expect(new Date(atHour(1, 9, "Africa/Lagos", now)).toISOString()).toBe("2026-03-05T08:00:00.000Z");
    expect(new Date(atHour(1, 9, "Europe/Paris", Date.parse("2026-03-28T12:00:00Z"))).toISOString()).toBe("2026-03-29T07:00:00.000Z");
    expect(new Date(instantOf(Date.UTC(2026, 0, 31), "America/New_York")).toISOString()).toBe("2026-01-31T05:00:00.000Z");
  });
  test("the next Monday is never today", () => {
    expect(daysToMonday("UTC", Date.parse("2026-03-02T10:00:00Z"))).toBe(7);
    expect(daysToMonday("UTC", Date.parse("2026-03-04T10:00:00Z"))).toBe(5);
  });
});
