/** Reads of what came in, waits, and goes back: what moves one of them may move each. A task to decide ends with its decision. */
export const moneyReads = ["list_payments", "list_payment_reviews", "show_payment_review", "list_refunds", "show_refund", "list_tasks"] as const;

/** The tasks that money raises. */
export const isOfMoney = (task: unknown): boolean => task === "payment_review" || task === "dispute" || String(task).startsWith("refund_");
