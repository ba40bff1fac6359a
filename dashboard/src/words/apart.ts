// Texts on top of those of everywhere, in files of their own: only the pages that show them load them.

import { use, useMemo } from "react";
import { useLanguage, useWords } from "./provider";
import { type Key, type Language, type Plural, type Prefix, say, type Values, type Words } from "./words";

/** After words could not be read. */
const rest_ms = 2000;

export interface WordsWith<Own extends string> extends Omit<Words, "t" | "word"> {
  t(key: Key | Own, values?: Values): string;
  word(prefix: Prefix<Key | Own>, word: string): string;
}

export function wordsApart<Own extends string>(read: (language: Language) => Promise<Record<Own, string | Plural>>) {
  const asked = new Map<Language, Promise<Record<Own, string | Plural>>>();

  /** Once. What could not be read is asked for again, but not by the same look at the page: React would ask for ever. */
  const catalogueOf = (language: Language) => {
    const known = asked.get(language);
    if (known) return known;
    const catalogue = read(language);
    asked.set(language, catalogue);
    catalogue.then(
      // As React marks those that it waited for: `use` gives what is in it without a wait.
      (value) => Object.assign(catalogue, { status: "fulfilled", value }),
      () => setTimeout(() => asked.delete(language), rest_ms),
    );
    return catalogue;
  };

  /** Waits for them (Suspense); where they are there already, not for a moment. */
  const useWordsWith = (): WordsWith<Own> => {
    const words = useWords();
    const { language } = useLanguage();
    // Never past `use`: React goes once more through a component that waited, and breaks off where its hooks are others then.
    const catalogue = use(catalogueOf(language));
    return useMemo(() => {
      const isOurs = (key: string): key is Own => key in catalogue;
      return {
        ...words,
        t: (key, values) => (isOurs(key) ? say(catalogue, language, key, values) : words.t(key, values)),
        word: (prefix, word) => {
          const key = `${prefix}.${word}`;
          return isOurs(key) ? say(catalogue, language, key) : words.word(prefix as Prefix<Key>, word);
        },
      };
    }, [words, catalogue, language]);
  };

  /** Read while the page is, which would ask for them next: it is there at once with its words. */
  const beside = async <Page>(page: Promise<Page>): Promise<Page> => {
    await catalogueOf(document.documentElement.lang as Language).catch(() => {});
    return page;
  };

  return { catalogueOf, useWordsWith, beside };
}
