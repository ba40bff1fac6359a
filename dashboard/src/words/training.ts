// The texts of the pages where the AI is taught, on top of those of everywhere. Read with these pages alone.

import { use, useMemo } from "react";
import { useLanguage, useWords } from "./provider";
import type { en } from "./training_en";
import { type Key, type Language, type Plural, say, type Values, type Words } from "./words";

export type TrainingKey = keyof typeof en;
export type TrainingCatalogue = Record<TrainingKey, string | Plural>;

export interface TrainingWords extends Omit<Words, "t"> {
  t(key: Key | TrainingKey, values?: Values): string;
}

const asked = new Map<Language, Promise<TrainingCatalogue>>();

/** Once. What could not be read is asked for again. */
function catalogueOf(language: Language): Promise<TrainingCatalogue> {
  const catalogue = asked.get(language) ?? read(language);
  asked.set(language, catalogue);
  catalogue.catch(() => asked.delete(language));
  return catalogue;
}

async function read(language: Language): Promise<TrainingCatalogue> {
  if (language === "fr") return (await import("./training_fr")).fr;
  if (language === "ar") return (await import("./training_ar")).ar;
  return (await import("./training_en")).en;
}

/** Waits for them (Suspense). */
export function useTrainingWords(): TrainingWords {
  const words = useWords();
  const { language } = useLanguage();
  const catalogue = use(catalogueOf(language));
  return useMemo(() => {
    const isOurs = (key: string): key is TrainingKey => key in catalogue;
    return {
      ...words,
      t: (key, values) => (isOurs(key) ? say(catalogue as never, language, key as never, values) : words.t(key as Key, values)),
      word: (prefix, word) => {
        const key = `${prefix}.${word}`;
        return isOurs(key) ? say(catalogue as never, language, key as never) : words.word(prefix, word);
      },
    };
  }, [words, catalogue, language]);
}
