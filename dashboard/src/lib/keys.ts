import { useEffect, useRef } from "react";

const isTyping = (target: EventTarget | null) => target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
const isBusy = () => document.querySelector('[role="dialog"], [role="menu"]') !== null;

/** Of this device: whoever dictates, or hits keys by chance, turns them off (WCAG 2.1.4). */
const stored = "sellavie.single-keys";
export const singleKeys = {
  areOn: (): boolean => localStorage.getItem(stored) !== "off",
  turn(on: boolean): void {
    if (on) localStorage.removeItem(stored);
    else localStorage.setItem(stored, "off");
  },
};

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">;

/** "j", "?", "Escape", "mod+/" with Ctrl or Cmd; null for what nothing listens to. */
export function nameOfKey({ key, ctrlKey, metaKey, altKey }: Pressed, isTyped: boolean, areSingleOn: () => boolean): string | null {
  if (altKey) return null;
  const name = key.length === 1 ? key.toLowerCase() : key;
  if (ctrlKey || metaKey) return `mod+${name}`;
  return isTyped || (key.length === 1 && !areSingleOn()) ? null : name;
}

/** Keys of a page: single ones never while somebody types or where they are turned off, none below a dialog or a menu. */
export function useKeys(keys: Record<string, () => void>): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      // Each letter that somebody types comes by here: what costs is looked at last.
      const act = latest.current[nameOfKey(event, isTyping(event.target), singleKeys.areOn) ?? ""];
      if (!act || event.defaultPrevented || isBusy()) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}
