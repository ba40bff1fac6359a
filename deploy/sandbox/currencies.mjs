// Money is counted in ISO 4217 minor units everywhere inside; each provider's own units begin at its file.

const digits = {
  0: ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"],
  3: ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"],
  4: ["CLF", "UYW"],
};
const by_currency = new Map(Object.entries(digits).flatMap(([count, list]) => list.map((currency) => [currency, Number(count)])));

export function digits_of(currency) {
  return by_currency.get(currency) ?? 2;
}

// 1999, "USD" -> 19.99: the JSON number nearest to it, which is written with the same digits.
export function major_of(minor, currency) {
  const count = digits_of(currency);
  const text = String(minor).padStart(count + 1, "0");
  return Number(count === 0 ? text : `${text.slice(0, -count)}.${text.slice(-count)}`);
}

// 19.99, "USD" -> 1999; undefined when it is not positive or has more digits than the currency.
export function minor_of(major, currency) {
  if (typeof major !== "number" || !(major > 0) || major >= 1e15) return undefined;
  const found = /^(\d+)(?:\.(\d+))?$/.exec(String(major));
  const fraction = found?.[2] ?? "";
  if (!found || fraction.length > digits_of(currency)) return undefined;
  const minor = Number(found[1] + fraction.padEnd(digits_of(currency), "0"));
  return Number.isSafeInteger(minor) ? minor : undefined;
}

// "NGN 30,000.00"
export function shown_amount(minor, currency) {
  const count = digits_of(currency);
  return `${currency} ${major_of(minor, currency).toLocaleString("en", { minimumFractionDigits: count, maximumFractionDigits: count })}`;
}
