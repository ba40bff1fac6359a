// The texts of the pages of orders, payments, refunds, invoices and what waits for a decision. Read with these pages alone.

import { wordsApart } from "./apart";
import type { en } from "./orders_en";
import type { Plural } from "./words";

export type OrderKey = keyof typeof en;
export type OrderCatalogue = Record<OrderKey, string | Plural>;

export const { useWordsWith: useOrderWords, beside: withOrderWords } = wordsApart<OrderKey>(async (language) => {
  if (language === "fr") return (await import("./orders_fr")).fr;
  if (language === "ar") return (await import("./orders_ar")).ar;
  return (await import("./orders_en")).en;
});
