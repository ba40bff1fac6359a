import { expect, test } from "vitest";
import type { Order } from "../../src/api/operations";
import { changesOf } from "../../src/pages/order_changes";

const order = { status: "draft", dispute: "none", total_minor: 100, items: [{ sku: "A", quantity: 1 }], note: "", version: 1, reserved_until: "t1" } as unknown as Order;

test("an order is another one when what a person looks at is, and not when its version alone is", () => {
  expect(changesOf(order, { ...order, version: 2, reserved_until: "t2" })).toEqual([]);
  expect(changesOf(order, { ...order, version: 2, status: "paid", dispute: "open" })).toEqual(["status", "dispute"]);
  expect(changesOf(order, { ...order, items: [{ sku: "A", quantity: 2 }], total_minor: 200 } as Order)).toEqual(["total_minor", "items"]);
});
