import { describe, expect, test } from "vitest";
import { needsNote, resolutionsOf } from "../../src/pages/review_rules";

type Known = Parameters<typeof resolutionsOf>[0];
const money = { mode: "live", currency: "NGN" } as const;
const open = { status: "awaiting_payment", currency: "NGN" } as const;
const review = (more: Partial<Known> = {}): Known => ({ state: "open", reason: "wrong_amount", refundable_minor: 100, payment: money, order: open, ...more });
const ways = (more?: Partial<Known>) => resolutionsOf(review(more), "NGN");

describe("what a person may say about money that waits", () => {
  test("it pays its open order, another one, goes back, or is settled elsewhere", () => {
    expect(ways()).toEqual(["accept", "attach", "refund", "dismiss_as_handled"]);
    expect(ways({ order: { ...open, status: "draft" } })[0]).toBe("accept");
  });
  test("an order that is closed, or that nobody has, is not paid by it", () => {
    for (const status of ["paid", "fulfilled", "cancelled", "refunded"] as const) expect(ways({ order: { ...open, status } })).not.toContain("accept");
    expect(ways({ order: null, reason: "unknown_order" })).toEqual(["attach", "refund", "dismiss_as_handled"]);
  });
  test("another currency pays nothing here, and can go back", () => {
    expect(ways({ payment: { ...money, currency: "GHS" }, reason: "wrong_currency" })).toEqual(["refund", "dismiss_as_handled"]);
  });
  test("money of another mode is neither taken nor sent back by us", () => {
    expect(ways({ reason: "wrong_mode", payment: { ...money, mode: "test" } })).toEqual(["dismiss", "dismiss_as_handled"]);
    expect(ways({ reason: "wrong_mode" })).toEqual(["dismiss_as_handled"]);
  });
  test("what may never have come can only be set aside", () => {
    expect(ways({ payment: null, reason: "not_answered", refundable_minor: 0 })).toEqual(["dismiss", "dismiss_as_handled"]);
  });
  test("nothing goes back that is back", () => {
    expect(ways({ refundable_minor: 0 })).not.toContain("refund");
  });
  test("what is decided, or on its way back, is not decided again", () => {
    for (const state of ["refunding", "accepted", "attached", "refunded", "dismissed", "answered"] as const) expect(ways({ state })).toEqual([]);
  });
  test("giving back and setting aside say why", () => {
    expect((["accept", "attach", "refund", "dismiss", "dismiss_as_handled"] as const).filter(needsNote)).toEqual(["refund", "dismiss", "dismiss_as_handled"]);
  });
});
