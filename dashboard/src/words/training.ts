// The texts of the pages where the AI is taught. Read with these pages alone.

import { type WordsWith, wordsApart } from "./apart";
import type { en } from "./training_en";
import type { Plural } from "./words";

type TrainingKey = keyof typeof en;
export type TrainingCatalogue = Record<TrainingKey, string | Plural>;
export type TrainingWords = WordsWith<TrainingKey>;

export const { useWordsWith: useTrainingWords, beside: withTrainingWords } = wordsApart<TrainingKey>(async (language) => {
  if (language === "fr") return (await import("./training_fr")).fr;
  if (language === "ar") return (await import("./training_ar")).ar;
  return (await import("./training_en")).en;
});
