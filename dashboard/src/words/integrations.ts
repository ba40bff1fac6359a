// The texts of what the business is connected to beside its channels: payment providers, and programs that are told by
// webhooks. Read with these pages alone.

import { wordsApart } from "./apart";
import type { en } from "./integrations_en";
import type { Plural } from "./words";

export type IntegrationCatalogue = Record<keyof typeof en, string | Plural>;

export const { useWordsWith: useIntegrationWords } = wordsApart<keyof typeof en>(async (language) => {
  if (language === "fr") return (await import("./integrations_fr")).fr;
  if (language === "ar") return (await import("./integrations_ar")).ar;
  return (await import("./integrations_en")).en;
});
