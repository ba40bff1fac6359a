// Texts on top of those of everywhere, in files of their own: only the pages that show them load them.

import { use, useMemo } from "react";
import { useLanguage, useWords } from "./provider";
import { type Key, type Language, type Plural, say, type Values, type Words } from "./words";

export interface WordsWith<Own extends string> extends Omit<Words, "t"> {
  t(key: Key | Own, values?: Values): string;
}

export function wordsApart<Own extends string>(read: (language: Language) => Promise<Record<Own, string | Plural>>) {
  const asked = new Map<Language, Promise<Record<Own, string | Plural>>>();

  /** Once. What could not be read is asked for again. */
  const catalogueOf = (language: Language) => {
    const known = asked.get(language);
    if (known) return known;
    const catalogue = read(language);
    asked.set(language, catalogue);
    catalogue.catch(() => asked.delete(language));
    return catalogue;
  };

  /** Waits for them (Suspense). */
  const useWordsWith = (): WordsWith<Own> => {
    const words = useWords();
    const { language } = useLanguage();
    const catalogue = use(catalogueOf(language));
    return useMemo(() => {
      const isOurs = (key: string): key is Own => key in catalogue;
      return {
        ...words,
        t: (key, values) => (isOurs(key) ? say(catalogue, language, key, values) : words.t(key, values)),
        word: (prefix, word) => {
          const key = `${prefix}.${word}`;
          return isOurs(key) ? say(catalogue, language, key) : words.word(prefix, word);
        },
      };
    }, [words, catalogue, language]);
  };

  return { catalogueOf, useWordsWith };
}
