import { expect, test, vi } from "vitest";
import { nameOfKey } from "../../src/lib/keys";

const press = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "altKey", true>> = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...held });
const on = () => true;
const off = () => false;

test("a single key does something unless somebody types or turned single keys off", () => {
  expect([nameOfKey(press("J"), false, on), nameOfKey(press("j"), true, on), nameOfKey(press("j"), false, off), nameOfKey(press("?"), false, off)]).toEqual([
    "j",
    null,
    null,
    null,
  ]);
});

test("keys that are no characters, and those with Ctrl or Cmd, stay", () => {
  expect([nameOfKey(press("Escape"), false, off), nameOfKey(press("/", { ctrlKey: true }), true, off), nameOfKey(press("/", { metaKey: true }), false, off)]).toEqual([
    "Escape",
    "mod+/",
    "mod+/",
  ]);
});

test("Ctrl with a letter is not the letter, and Alt is left to the person's own layout", () => {
  expect([nameOfKey(press("r", { ctrlKey: true }), false, on), nameOfKey(press("e", { altKey: true }), false, on)]).toEqual(["mod+r", null]);
});

test("while somebody types nobody looks up whether single keys are on", () => {
  const areOn = vi.fn(on);
  expect([nameOfKey(press("j"), true, areOn), nameOfKey(press("Escape"), false, areOn), nameOfKey(press("k", { ctrlKey: true }), false, areOn)]).toEqual([null, "Escape", "mod+k"]);
  expect(areOn).not.toHaveBeenCalled();
});
