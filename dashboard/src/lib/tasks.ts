// Where what waits for a person is done.

import type { Least } from "../api/operation";
import { list_parked_deliveries, list_payment_connections, list_webhook_endpoints, type Task } from "../api/operations";

export type TaskPlace = "chat" | "connections" | "orders" | "parked" | "payments" | "plan" | "refunds" | "webhooks";

/** Every kind, in the order in which they are offered. */
export const taskKinds = [
  "handover",
  "send_failed",
  "unconfirmed",
  "customer_not_told",
  "payment_review",
  "more_came",
  "dispute",
  "refund_awaits_approval",
  "refund_needs_attention",
  "refund_failed",
  "refund_unproved",
  "refund_contradicted",
  "connection",
  "payment_connection",
  "parked",
  "plan",
  "webhook",
] as const satisfies Array<Task["kind"]>;

/** Below the business's page; null where the person cannot go. */
export function placeOf(
  { kind, conversation_id }: Pick<Task, "conversation_id"> & { kind: string },
  may: (what: { least: Least }) => boolean,
): { place: TaskPlace; path: string } | null {
  if (conversation_id) return { place: "chat", path: `inbox/${conversation_id}` };
  switch (kind) {
    case "payment_review":
    case "more_came":
      return { place: "payments", path: "payments" };
    case "dispute":
      return { place: "orders", path: "orders?status=disputed" };
    case "refund_awaits_approval":
    case "refund_needs_attention":
    case "refund_failed":
    case "refund_unproved":
      return { place: "refunds", path: `refunds?state=${kind.replace("refund_", "")}` };
    case "refund_contradicted":
      return { place: "refunds", path: "refunds" };
    case "connection":
      return { place: "connections", path: "connections" };
    case "payment_connection":
      return may(list_payment_connections) ? { place: "connections", path: "connections" } : null;
    case "parked":
      return may(list_parked_deliveries) ? { place: "parked", path: "tasks?tab=parked" } : { place: "connections", path: "connections" };
    case "plan":
      return { place: "plan", path: "plan" };
    case "webhook":
      return may(list_webhook_endpoints) ? { place: "webhooks", path: "settings?tab=webhooks" } : null;
    default:
      return null;
  }
}
