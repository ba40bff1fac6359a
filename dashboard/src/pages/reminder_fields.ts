// Numbers that may be none, as a form has them.

export const textOf = (number: number | null): string => (number === null ? "" : String(number));

const zeroes = ["٠", "۰"].map((zero) => zero.charCodeAt(0));

/** Digits of Arabic keyboards as well. What is no whole number stays what was typed. */
export function numberOrNone(text: string): number | string | null {
  const typed = text.trim().replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) - (zeroes.findLast((zero) => zero <= digit.charCodeAt(0)) ?? 0)));
  if (typed === "") return null;
  return /^\d{1,9}$/.test(typed) ? Number(typed) : text;
}
