import { describe, expect, test } from "vitest";
import { may, type Role } from "../../src/api/operation";
import { placeOf, taskKinds } from "../../src/lib/tasks";

const pathOf = (kind: string, role: Role, conversation_id: string | null = null) => placeOf({ kind, conversation_id }, (what) => may(role, what))?.path ?? null;

describe("what waits for a person leads", () => {
  test("to its chat, whatever it is", () => {
    for (const kind of taskKinds) expect(pathOf(kind, "viewer", "17")).toBe("inbox/17");
  });
  test("to where it is done, for an admin each", () => {
    const without = taskKinds.filter((kind) => pathOf(kind, "admin") === null);
    expect(without).toEqual(["handover", "send_failed", "unconfirmed", "customer_not_told"]);
    expect(["payment_review", "more_came", "dispute", "refund_unproved", "payment_connection", "parked", "webhook"].map((kind) => pathOf(kind, "admin"))).toEqual([
      "payments",
      "payments",
      "orders?status=disputed",
      "refunds?state=unproved",
      "connections",
      "tasks?tab=parked",
      "settings?tab=webhooks",
    ]);
  });
  test("nowhere that the role may not go", () => {
    expect(["parked", "payment_connection", "webhook"].map((kind) => pathOf(kind, "agent"))).toEqual(["connections", null, null]);
  });
  test("nowhere when nothing is known of its kind", () => {
    expect(pathOf("of_tomorrow", "owner")).toBeNull();
  });
});
