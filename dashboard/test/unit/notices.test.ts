import { QueryClient } from "@tanstack/react-query";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Notification } from "../../src/api/operations";
import { asRead, placeOf, sentenceOf } from "../../src/lib/notices";
import { EventApplier } from "../../src/live/apply";
import { numberOrNone, textOf } from "../../src/pages/reminder_fields";

const notice = (more: Partial<Notification> = {}): Notification => ({
  id: "1",
  kind: "hand_over",
  escalation: "none",
  conversation_id: null,
  order_id: null,
  product_id: null,
  task_id: null,
  percent: null,
  happened_at: "2026-11-30T10:00:00Z",
  created_at: "2026-11-30T10:00:00Z",
  read_at: null,
  ...more,
});

describe("a notification", () => {
  test.each<[string, Partial<Notification>]>([
    ["inbox/c", { kind: "hand_over", conversation_id: "c" }],
    ["inbox", { kind: "hand_over" }],
    ["orders/o", { kind: "paid_order", order_id: "o" }],
    ["orders/o", { kind: "failed_payment", order_id: "o" }],
    ["orders", { kind: "failed_payment" }],
    ["inbox/c", { kind: "review_item", conversation_id: "c" }],
    ["payments", { kind: "review_item" }],
    ["products/p", { kind: "low_stock", product_id: "p" }],
    ["connections", { kind: "broken_connection" }],
    ["plan", { kind: "quota", percent: 80 }],
  ])("leads to %s", (place, of) => {
    expect(placeOf(notice(of))).toBe(place);
  });
  test("of a kind that is not known yet leads somewhere", () => {
    expect(placeOf(notice({ kind: "news" as never }))).toBe("inbox");
  });
  test("says that a chat still waits, and how much of a plan is left", () => {
    const said = [notice(), notice({ escalation: "owner" }), notice({ kind: "quota", percent: 80 }), notice({ kind: "quota", percent: 100 })];
    expect(said.map(sentenceOf)).toEqual(["hand_over", "still-waits", "quota-part", "quota"]);
  });
  test("is read by itself or with all before it, and only once", () => {
    const pages = {
      pages: [
        { items: [notice({ id: "3" }), notice({ id: "2", read_at: "before" })], next_cursor: "x" },
        { items: [notice()], next_cursor: null },
      ],
      pageParams: [],
    };
    const times = (isMeant: (id: string) => boolean) => asRead(pages, isMeant, "now").pages.flatMap(({ items }) => items.map(({ read_at }) => read_at));
    expect(times((id) => id === "1")).toEqual([null, "before", "now"]);
    expect(times((id) => id <= "3")).toEqual(["now", "before", "now"]);
  });
});

describe("a live event", () => {
  afterEach(() => {
    vi.useRealTimers();
  });
  test("of a notification makes the count and the list old, and no other business's", async () => {
    vi.useFakeTimers();
    const queries = new QueryClient();
    const keys = ["shop", "other"].flatMap((business_id) => [
      ["count_unread_notifications", { business_id }],
      ["list_notifications", { business_id, query: { limit: 30 } }],
    ]);
    for (const key of keys) queries.setQueryData(key, {});
    new EventApplier({ queries, call: vi.fn(), business_id: "shop", accountId: "me" }).take({ type: "notification.added", notification_id: "n", kind: "hand_over" });
    await vi.advanceTimersByTimeAsync(1000);
    expect(keys.map((key) => queries.getQueryState(key)?.isInvalidated)).toEqual([true, true, false, false]);
  });
});

describe("a number that may be none", () => {
  test("is read in the digits of any keyboard; what is none stays for the server to refuse", () => {
    expect(["", " ", "0", " 20 ", "١٢", "۳", "3x", "-1", "2.5"].map(numberOrNone)).toEqual([null, null, 0, 20, 12, 3, "3x", "-1", "2.5"]);
    expect([textOf(null), textOf(0)]).toEqual(["", "0"]);
  });
});
