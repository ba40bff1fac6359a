import type { Order } from "../api/operations";
import { differing } from "./edits";

/** What a person looks at before a transition: another value of one of these is another order. */
export function lookedAt({ status, dispute, total_minor, received_minor, refunded_minor, items, tracking, note }: Order) {
  return { status, dispute, total_minor, received_minor, refunded_minor, items, tracking, note };
}

export type LookedAt = keyof ReturnType<typeof lookedAt>;

export const changesOf = (before: Order, now: Order): LookedAt[] => differing(lookedAt(before), lookedAt(now));
