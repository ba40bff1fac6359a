// Numbers that may be none, as a form has them.

import { latin } from "../lib/format";

export const textOf = (number: number | null): string => (number === null ? "" : String(number));

/** What is no whole number stays what was typed. */
export function numberOrNone(text: string): number | string | null {
  const typed = latin(text.trim());
  if (typed === "") return null;
  return /^\d{1,9}$/.test(typed) ? Number(typed) : text;
}
