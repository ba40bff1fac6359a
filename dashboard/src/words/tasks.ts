// The texts of the page of what waits for a person. Read with that page alone.

import { wordsApart } from "./apart";
import type { en } from "./tasks_en";
import type { Plural } from "./words";

export type TaskCatalogue = Record<keyof typeof en, string | Plural>;

export const { useWordsWith: useTaskWords } = wordsApart<keyof typeof en>(async (language) => {
  if (language === "fr") return (await import("./tasks_fr")).fr;
  if (language === "ar") return (await import("./tasks_ar")).ar;
  return (await import("./tasks_en")).en;
});
