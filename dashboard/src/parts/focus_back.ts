// Whoever closes a dialog goes on where they opened it. Radix knows that of triggers of its own; ours open from anywhere: a
// button, an item of a menu that is gone by then, a key.

import { useCallback, useState } from "react";

/** Where somebody was before each open dialog, the nearest first. */
const placesBefore = new WeakMap<Element, HTMLElement[]>();

function placesNow(): HTMLElement[] {
  const now = document.activeElement;
  if (!(now instanceof HTMLElement) || now === document.body) return [];
  const menu = now.closest('[role="menu"]')?.getAttribute("aria-labelledby");
  const place = menu ? document.getElementById(menu) : now;
  const dialog = now.closest('[role="dialog"]');
  return [...(place ? [place] : []), ...((dialog && placesBefore.get(dialog)) ?? [])];
}

/** For the content of a dialog. What is gone meanwhile is passed over; in the end there is the page itself. */
export function useFocusBack() {
  const [places] = useState(placesNow);
  const ref = useCallback((content: Element | null) => void (content && placesBefore.set(content, places)), [places]);
  const onCloseAutoFocus = (event: Event) => {
    event.preventDefault();
    const place = places.find((one) => one.isConnected) ?? document.querySelector("main");
    place?.focus({ preventScroll: true });
  };
  return { ref, onCloseAutoFocus };
}
