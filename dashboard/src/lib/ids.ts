/** An Idempotency-Key of our making. */
export const newKey = (): string => crypto.randomUUID();
