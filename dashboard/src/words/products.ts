// The texts of the pages of products, their stock and their import. Read with these pages alone.

import { wordsApart } from "./apart";
import type { en } from "./products_en";
import type { Plural } from "./words";

export type ProductKey = keyof typeof en;
export type ProductCatalogue = Record<ProductKey, string | Plural>;

export const { useWordsWith: useProductWords, beside: withProductWords } = wordsApart<ProductKey>(async (language) => {
  if (language === "fr") return (await import("./products_fr")).fr;
  if (language === "ar") return (await import("./products_ar")).ar;
  return (await import("./products_en")).en;
});
