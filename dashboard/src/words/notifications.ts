// The texts of what people of a shop are told, and of what its customers are told by itself: the bell's list and some settings.

import { wordsApart } from "./apart";
import type { en } from "./notifications_en";
import type { Plural } from "./words";

type NotificationKey = keyof typeof en;
export type NotificationCatalogue = Record<NotificationKey, string | Plural>;

export const { catalogueOf: notificationCatalogueOf, useWordsWith: useNotificationWords } = wordsApart<NotificationKey>(async (language) => {
  if (language === "fr") return (await import("./notifications_fr")).fr;
  if (language === "ar") return (await import("./notifications_ar")).ar;
  return (await import("./notifications_en")).en;
});
