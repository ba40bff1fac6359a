import { describe, expect, test } from "vitest";
import { mentionedIn, mentionWords, slashWord } from "../../src/inbox/composer_text";
import { rowsWithin } from "../../src/inbox/rows_in_sight";
import { sendWindow } from "../../src/inbox/window";
import { wayOn } from "../../src/lib/token";
import { initialsOf } from "../../src/parts/avatar";
import { piecesOf } from "../../src/parts/rich_text";

describe("what customers write", () => {
  test("only web addresses become links, and the text stays as it was", () => {
    const corpus = [
      '<img src=x onerror="alert(1)">',
      "javascript:alert(1)",
      "data:text/html,<script>",
      "see https://a.example/x?y=1. And (http://b.example)!",
      '"><svg onload=alert(1)>',
      "https://",
      "http://[",
      "\u202Ehttps://c.example",
    ];
    for (const text of corpus) {
      const pieces = piecesOf(text);
      expect(pieces.map((piece) => piece.text).join("")).toBe(text);
      for (const { href } of pieces) if (href) expect(new URL(href).protocol).toMatch(/^https?:$/);
    }
    expect(piecesOf(corpus[3] ?? "").flatMap(({ href }) => href ?? [])).toEqual(["https://a.example/x?y=1", "http://b.example"]);
  });
  test("a name becomes at most two letters of any script", () => {
    expect(["Ada Obi", "ada", "محمد علي", "  ", "🙂", "4 Seasons Ltd", "Élodie"].map(initialsOf)).toEqual(["AO", "A", "مع", "?", "?", "4L", "É"]);
  });
});

describe("the composer", () => {
  test("knows a shortcut only at the beginning", () => {
    expect(["/ho", "/", "a /ho", "/ho x", ""].map(slashWord)).toEqual(["ho", "", null, null, null]);
  });
  test("knows a name being written behind an @", () => {
    expect(["ask @Ng", "@Ngozi O", "mail a@b", "done"].map(mentionWords)).toEqual(["Ng", "Ngozi O", null, null]);
  });
  test("mentions whom the text names, the longer name first", () => {
    const team = [
      { id: "1", name: "Ada", email: "" },
      { id: "2", name: "Ada Obi", email: "" },
      { id: "3", name: "", email: "ken@x.example" },
    ];
    expect(mentionedIn("ask @Ada Obi and @ken@x.example", team).sort()).toEqual(["2", "3"]);
    expect(mentionedIn("ask @ada", team)).toEqual(["1"]);
  });
});

describe("the send window", () => {
  const now = Date.parse("2026-03-10T12:00:00Z");
  const hours = (count: number) => new Date(now - count * 3_600_000).toISOString();
  test.each([
    ["whatsapp", null, "never-opened"],
    ["whatsapp", hours(24.01), "only-a-template"],
    ["messenger", hours(7 * 24 + 0.01), "expired"],
  ] as const)("%s is closed after %s: %s", (channel, last, why) => {
    expect(sendWindow(channel, last, now)).toEqual({ state: "closed", why });
  });
  test("after a day people alone may write on Messenger and Instagram, for a week", () => {
    expect(sendWindow("messenger", hours(1), now)).toMatchObject({ state: "open", isForPeopleOnly: false });
    expect(sendWindow("instagram", hours(25), now)).toMatchObject({ state: "open", isForPeopleOnly: true });
  });
});

test("of ten thousand rows those in sight are drawn", () => {
  expect(rowsWithin(0, 800, 80, 10_000)).toEqual({ first: 0, last: 16 });
  expect(rowsWithin(400_000, 800, 80, 10_000)).toEqual({ first: 4994, last: 5016 });
  expect(rowsWithin(900_000, 800, 80, 10_000)).toEqual({ first: 9999, last: 9999 });
  expect(rowsWithin(0, 800, 80, 0)).toEqual({ first: 0, last: -1 });
});

test("after signing in one goes on within this site", () => {
  expect(["?to=/businesses/1/inbox", "?to=//evil.example", "?to=https://evil.example", "?to=/\\evil.example", ""].map(wayOn)).toEqual(["/businesses/1/inbox", "/", "/", "/", "/"]);
});
