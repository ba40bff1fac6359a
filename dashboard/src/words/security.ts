// The texts of the page of one's own security. Read with that page alone.

import { wordsApart } from "./apart";
import type { en } from "./security_en";
import type { Plural } from "./words";

export type SecurityCatalogue = Record<keyof typeof en, string | Plural>;

export const { useWordsWith: useSecurityWords } = wordsApart<keyof typeof en>(async (language) => {
  if (language === "fr") return (await import("./security_fr")).fr;
  if (language === "ar") return (await import("./security_ar")).ar;
  return (await import("./security_en")).en;
});
