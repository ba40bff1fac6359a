import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { en } from "./en";
import { actionsOf, type Catalogue, catalogueOf, type Language, languages, preferredLanguage, type Words, wordsOf } from "./words";

interface Choice {
  words: Words;
  language: Language;
  choose(language: Language): void;
  setZone(zone: string): void;
}

const stored = "sellavie.language";
const Context = createContext<Choice | null>(null);
const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";

export function WordsProvider({ children }: { children: ReactNode }) {
  const [wanted, setWanted] = useState<Language>(() => preferredLanguage(localStorage.getItem(stored), navigator.languages));
  const [shown, setShown] = useState<{ language: Language; catalogue: Catalogue } | null>(() => (wanted === "en" ? { language: "en", catalogue: en } : null));
  const [zone, setZone] = useState(ownZone);

  useEffect(() => {
    let isWanted = true;
    // A catalogue that cannot be had leaves the texts that are there.
    catalogueOf(wanted)
      .then((catalogue) => isWanted && setShown({ language: wanted, catalogue }))
      .catch(() => setShown((before) => before ?? { language: "en", catalogue: en }));
    return () => {
      isWanted = false;
    };
  }, [wanted]);

  useEffect(() => {
    if (!shown) return;
    document.documentElement.lang = shown.language;
    document.documentElement.dir = languages[shown.language].direction;
  }, [shown]);

  const choice = useMemo<Choice | null>(() => {
    if (!shown) return null;
    const choose = (language: Language) => {
      localStorage.setItem(stored, language);
      setWanted(language);
    };
    return { words: wordsOf(shown.catalogue, shown.language, zone), language: shown.language, choose, setZone };
  }, [shown, zone]);

  return choice && <Context value={choice}>{children}</Context>;
}

function useChoice(): Choice {
  const choice = useContext(Context);
  if (!choice) throw new Error("no WordsProvider");
  return choice;
}

export const useWords = (): Words => useChoice().words;
export const useLanguage = (): Pick<Choice, "language" | "choose"> => useChoice();

/** An action of the activity log in words; bare until they are there, and where it has none. */
export function useActionWords(): (action: string) => string {
  const { language } = useChoice();
  const [actions, setActions] = useState<Record<string, string>>({});
  useEffect(() => {
    let isWanted = true;
    actionsOf(language).then(
      (found) => isWanted && setActions(found),
      () => {},
    );
    return () => {
      isWanted = false;
    };
  }, [language]);
  return (action) => actions[action] ?? action.replaceAll(/[._]/g, " ");
}

/** Times are shown in this zone while the page is. */
export function useZone(zone: string | undefined): void {
  const { setZone } = useChoice();
  useEffect(() => {
    if (!zone) return;
    setZone(zone);
    return () => setZone(ownZone());
  }, [zone, setZone]);
}
