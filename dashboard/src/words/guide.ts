// The texts of the guided start. Read with that page alone.

import { wordsApart } from "./apart";
import type { en } from "./guide_en";
import type { Plural } from "./words";

export type GuideCatalogue = Record<keyof typeof en, string | Plural>;

export const { useWordsWith: useGuideWords, beside: withGuideWords } = wordsApart<keyof typeof en>(async (language) => {
  if (language === "fr") return (await import("./guide_fr")).fr;
  if (language === "ar") return (await import("./guide_ar")).ar;
  return (await import("./guide_en")).en;
});
