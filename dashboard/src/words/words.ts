// The texts of the dashboard. `en` names every one of them; another language has the same keys, which the compiler checks.

import { type Clock, formatDate, formatLeft, formatMoney, formatNumber, formatRelative, formatShort, pluralOf } from "../lib/format";
import { en } from "./en";

export type Plural = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;
export type Key = keyof typeof en;
export type Catalogue = Record<Key, string | Plural>;
/** What stands before a dot of a key. */
export type Prefix<Of extends string> = Of extends `${infer First}.${infer Rest}` ? First | `${First}.${Prefix<Rest>}` : never;
export type Values = Record<string, string | number>;
export type Language = "en" | "fr" | "ar";

export const languages: Record<Language, { name: string; direction: "ltr" | "rtl" }> = {
  en: { name: "English", direction: "ltr" },
  fr: { name: "Français", direction: "ltr" },
  ar: { name: "العربية", direction: "rtl" },
};

export async function catalogueOf(language: Language): Promise<Catalogue> {
  if (language === "fr") return (await import("./fr")).fr;
  if (language === "ar") return (await import("./ar")).ar;
  return en;
}

/** What the activity log's actions are called: "product.updated". */
export async function actionsOf(language: Language): Promise<Record<string, string>> {
  if (language === "fr") return (await import("./log_fr")).fr;
  if (language === "ar") return (await import("./log_ar")).ar;
  return (await import("./log_en")).en;
}

/** `{count}` chooses the plural; every `{name}` is replaced by its value. */
export function say<Known extends string>(catalogue: Record<Known, string | Plural>, language: string, key: Known, values: Values = {}): string {
  const found = catalogue[key];
  const text = typeof found === "string" ? found : (found[pluralOf(Number(values.count ?? 0), language)] ?? found.other);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? formatNumber(value, language) : value;
  });
}

export interface Words extends Clock {
  t(key: Key, values?: Values): string;
  /** Of words that the server may add to: what has no text is shown as it is. */
  word(prefix: Prefix<Key>, word: string): string;
  direction: "ltr" | "rtl";
  money(minor: number, currency: string): string;
  number(value: number): string;
  date(at: string | number, style?: "date" | "time" | "both" | "day"): string;
  ago(at: string | number, now: number): string;
  short(at: string | number, now: number): string;
  left(ms: number): string;
}

export function wordsOf(catalogue: Catalogue, language: Language, zone: string): Words {
  const clock = { language, zone };
  return {
    ...clock,
    t: (key, values) => say(catalogue, language, key, values),
    word: (prefix, word) => {
      const key = `${prefix}.${word}`;
      return key in catalogue ? say(catalogue, language, key as Key) : word.replaceAll("_", " ");
    },
    direction: languages[language].direction,
    money: (minor, currency) => formatMoney(minor, currency, language),
    number: (value) => formatNumber(value, language),
    date: (at, style) => formatDate(at, clock, style),
    ago: (at, now) => formatRelative(at, now, language),
    short: (at, now) => formatShort(at, now, clock),
    left: (ms) => formatLeft(ms, language),
  };
}

/** The first of the person's languages that there is a catalogue of. */
export function preferredLanguage(stored: string | null, wished: readonly string[]): Language {
  for (const one of [stored ?? "", ...wished]) {
    const base = one.split("-")[0] ?? "";
    if (base in languages) return base as Language;
  }
  return "en";
}
