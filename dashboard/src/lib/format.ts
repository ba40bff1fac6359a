// Numbers, money and times as people of a language read them. Money is whole minor units with an ISO 4217 code.

// Making a formatter costs a hundred times what using it does, and a list uses few kinds of them.
const formatters = new Map<string, unknown>();

function kept<Format>(key: string, make: () => Format): Format {
  const found = formatters.get(key) as Format | undefined;
  if (found) return found;
  const made = make();
  formatters.set(key, made);
  return made;
}

const dateFormat = (language: string, options: Intl.DateTimeFormatOptions) => kept(`date ${language} ${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(language, options));
const numberFormat = (language: string, options: Intl.NumberFormatOptions) => kept(`number ${language} ${JSON.stringify(options)}`, () => new Intl.NumberFormat(language, options));

export const formatNumber = (value: number, language: string): string => numberFormat(language, {}).format(value);

export const pluralOf = (count: number, language: string): Intl.LDMLPluralRule => kept(`plural ${language}`, () => new Intl.PluralRules(language)).select(count);

/** How many digits of a currency are minor: 2 of NGN, 0 of XOF, 3 of KWD. */
export function minorDigits(currency: string): number {
  try {
    return numberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

export function formatMoney(minor: number, currency: string, language: string): string {
  const digits = minorDigits(currency);
  const shown = { minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
  try {
    return numberFormat(language, { style: "currency", currency, currencyDisplay: "narrowSymbol", ...shown }).format(decimal(minor, digits));
  } catch {
    return `${numberFormat(language, shown).format(decimal(minor, digits))} ${currency}`;
  }
}

// As text, because a double does not hold every amount once it is divided.
function decimal(minor: number, digits: number): Intl.StringNumericLiteral {
  const sign = minor < 0 ? "-" : "";
  const text = String(Math.abs(minor)).padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  return (digits === 0 ? `${sign}${whole}` : `${sign}${whole}.${text.slice(-digits)}`) as Intl.StringNumericLiteral;
}

/** "15,000.50" or "15000,5" as minor units; null for what is no amount of this currency. */
export function parseMoney(text: string, currency: string): number | null {
  const digits = minorDigits(currency);
  const plain = latin(text)
    .trim()
    .replace(/[\s\u00a0\u202f']/g, "");
  const cut = decimalMark(plain, digits);
  const whole = (cut < 0 ? plain : plain.slice(0, cut)).replace(/[.,]/g, "");
  const part = cut < 0 ? "" : plain.slice(cut + 1);
  if (!/^\d{1,13}$/.test(whole) || !/^\d*$/.test(part) || part.length > digits) return null;
  const minor = Number(whole + part.padEnd(digits, "0"));
  return Number.isSafeInteger(minor) ? minor : null;
}

/** Digits and marks of Arabic and Persian keyboards as they are written elsewhere. */
export function latin(text: string): string {
  // The last four bits of each are its value.
  return text
    .replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) & 0xf))
    .replaceAll("٫", ".")
    .replaceAll("٬", ",");
}

// The last mark is decimal when what follows it is too short for a group of three, or when both marks are there.
function decimalMark(text: string, digits: number): number {
  const last = Math.max(text.lastIndexOf("."), text.lastIndexOf(","));
  if (last < 0) return -1;
  const mark = text[last] ?? "";
  const hasBoth = text.includes(".") && text.includes(",");
  const isOnly = text.indexOf(mark) === last;
  const behind = text.length - last - 1;
  if (!isOnly) return -1;
  if (hasBoth) return last;
  return behind === 3 && digits !== 3 ? -1 : last;
}

export interface Clock {
  language: string;
  /** IANA. */
  zone: string;
}

export function formatDate(at: string | number, { language, zone }: Clock, style: "date" | "time" | "both" | "day" = "both"): string {
  const shown: Record<typeof style, Intl.DateTimeFormatOptions> = {
    date: { dateStyle: "medium" },
    time: { timeStyle: "short" },
    both: { dateStyle: "medium", timeStyle: "short" },
    day: { weekday: "long", day: "numeric", month: "long" },
  };
  try {
    return dateFormat(language, { ...shown[style], timeZone: zone }).format(new Date(at));
  } catch {
    return dateFormat(language, { ...shown[style], timeZone: "UTC" }).format(new Date(at));
  }
}

/** The calendar day in the zone, as "2026-01-31". */
export function dayOf(at: string | number, zone: string): string {
  return formatDay(new Date(at), zone);
}

function formatDay(at: Date, zone: string): string {
  const parts = dateFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone }).format(at);
  return parts;
}

const units: Array<[Intl.RelativeTimeFormatUnit, number]> = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** "5 min. ago", "in 2 hr." */
export function formatRelative(at: string | number, now: number, language: string): string {
  const away = new Date(at).getTime() - now;
  const style = kept(`relative ${language}`, () => new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" }));
  for (const [unit, ms] of units) if (Math.abs(away) >= ms) return style.format(Math.round(away / ms), unit);
  return style.format(0, "minute");
}

/** Of a list of chats: the time today, the weekday within six days, the date before. */
export function formatShort(at: string | number, now: number, { language, zone }: Clock): string {
  const then = new Date(at);
  if (dayOf(at, zone) === dayOf(now, zone)) return formatDate(at, { language, zone }, "time");
  const isRecent = Math.abs(now - then.getTime()) < 6 * 86_400_000;
  const shown: Intl.DateTimeFormatOptions = isRecent ? { weekday: "short" } : { day: "numeric", month: "short" };
  return dateFormat(language, { ...shown, timeZone: zone }).format(then);
}

/** "5 h", "43 min": what is left of a window. */
export function formatLeft(ms: number, language: string): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  const of = (value: number, unit: "day" | "hour" | "minute") => numberFormat(language, { style: "unit", unit, unitDisplay: "narrow" }).format(value);
  if (minutes >= 2 * 1440) return of(Math.floor(minutes / 1440), "day");
  if (minutes >= 60) return of(Math.floor(minutes / 60), "hour");
  return of(minutes, "minute");
}
