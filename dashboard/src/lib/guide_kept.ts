// What a browser knows of the guided start and the server does not: that somebody put the way to it away, or needs it no
// more (what the steps are is asked of the server; this spares the question), and that a trial was answered in this tab.

import { useSyncExternalStore } from "react";

const awayOf = (business_id: string, account_id: string) => `sellavie.guide.${business_id}.${account_id}`;
/** Gone with the tab, and when somebody signs out, as what was begun to be written. */
const triedOf = (business_id: string) => `sellavie.draft.tried.${business_id}`;
const listeners = new Set<() => void>();

function keep(where: Storage, name: string): void {
  where.setItem(name, "1");
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("storage", listener);
  };
}

export const putGuideAway = (business_id: string, account_id: string): void => keep(localStorage, awayOf(business_id, account_id));
export const useGuideAway = (business_id: string, account_id: string): boolean =>
  useSyncExternalStore(subscribe, () => localStorage.getItem(awayOf(business_id, account_id)) !== null);

export const noteTried = (business_id: string): void => keep(sessionStorage, triedOf(business_id));
export const useTried = (business_id: string): boolean => useSyncExternalStore(subscribe, () => sessionStorage.getItem(triedOf(business_id)) !== null);
