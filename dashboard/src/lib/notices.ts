// What a person is told: where it leads, which sentence says it, and what reading it makes of what was loaded.

import type { LoadedPages } from "../api/hooks";
import type { Notification } from "../api/operations";

/** Below the business's page. */
export function placeOf({ kind, conversation_id, order_id, product_id }: Notification): string {
  switch (kind) {
    case "paid_order":
    case "failed_payment":
      return order_id ? `orders/${order_id}` : "orders";
    case "low_stock":
      return product_id ? `products/${product_id}` : "products";
    case "broken_connection":
      return "connections";
    case "quota":
      return "plan";
    case "review_item":
      // Without a chat it is about money that fits no order.
      return conversation_id ? `inbox/${conversation_id}` : "payments";
    default:
      return conversation_id ? `inbox/${conversation_id}` : "inbox";
  }
}

/** The end of a key "notice.…". */
export function sentenceOf({ kind, escalation, percent }: Pick<Notification, "kind" | "escalation" | "percent">) {
  if (kind === "hand_over" && escalation !== "none") return "still-waits";
  if (kind === "quota" && percent !== null && percent < 100) return "quota-part";
  return kind;
}

/** The pages with one, or all up to one and it, as read. Ids grow with time. */
export function asRead(pages: LoadedPages<Notification>, isMeant: (id: string) => boolean, read_at: string): LoadedPages<Notification> {
  const mark = (one: Notification) => (one.read_at === null && isMeant(one.id) ? { ...one, read_at } : one);
  return { ...pages, pages: pages.pages.map((page) => ({ ...page, items: page.items.map(mark) })) };
}
