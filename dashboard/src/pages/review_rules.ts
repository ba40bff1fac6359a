// What a person may say about money that waits for one: rules R37 to R40 of protocol/domain/desk_money.hpp, so that nobody is
// offered what the server refuses.

import type { PaymentReviewDetail } from "../api/operations";

export type Resolution = "accept" | "attach" | "refund" | "dismiss" | "dismiss_as_handled";

type Known = Pick<PaymentReviewDetail, "state" | "reason" | "refundable_minor"> & {
  payment: Pick<NonNullable<PaymentReviewDetail["payment"]>, "mode" | "currency"> | null;
  order: Pick<NonNullable<PaymentReviewDetail["order"]>, "status" | "currency"> | null;
};

/** The best one first. */
export function resolutionsOf({ state, reason, refundable_minor, payment, order }: Known, currency: string): Resolution[] {
  if (state !== "open") return [];
  if (!payment) return ["dismiss", "dismiss_as_handled"];
  if (reason === "wrong_mode") return payment.mode === "test" ? ["dismiss", "dismiss_as_handled"] : ["dismiss_as_handled"];
  const isOpen = order !== null && (order.status === "draft" || order.status === "awaiting_payment");
  const all: Resolution[] = [];
  if (isOpen && order.currency === payment.currency) all.push("accept");
  if (payment.currency === currency) all.push("attach");
  if (refundable_minor > 0) all.push("refund");
  return [...all, "dismiss_as_handled"];
}

/** Without a word why it is not taken. */
export const needsNote = (how: Resolution): boolean => how === "refund" || how === "dismiss" || how === "dismiss_as_handled";
