import { expect, test } from "vitest";
import { nameOfKey } from "../../src/lib/keys";

const press = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "altKey", true>> = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...held });

test("a single key does something unless somebody types or turned single keys off", () => {
  expect([nameOfKey(press("J"), false, true), nameOfKey(press("j"), true, true), nameOfKey(press("j"), false, false), nameOfKey(press("?"), false, false)]).toEqual([
    "j",
    null,
    null,
    null,
  ]);
});

test("keys that are no characters, and those with Ctrl or Cmd, stay", () => {
  expect([nameOfKey(press("Escape"), false, false), nameOfKey(press("/", { ctrlKey: true }), true, false), nameOfKey(press("/", { metaKey: true }), false, false)]).toEqual([
    "Escape",
    "mod+/",
    "mod+/",
  ]);
});

test("Ctrl with a letter is not the letter, and Alt is left to the person's own layout", () => {
  expect([nameOfKey(press("r", { ctrlKey: true }), false, true), nameOfKey(press("e", { altKey: true }), false, true)]).toEqual(["mod+r", null]);
});
