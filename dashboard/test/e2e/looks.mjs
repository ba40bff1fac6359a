// How a page looks: nothing that axe finds, nothing wider than the screen, and a picture for people.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { narrow, picture, wide } from "./people.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// All of them with SELLAVIE_LONG=1.
export const looks = [
  { name: "light", size: wide },
  { name: "phone-dark-arabic", size: narrow, theme: "dark", language: "ar" },
  ...(process.env.SELLAVIE_LONG === "1"
    ? [
        { name: "dark", size: wide, theme: "dark" },
        { name: "arabic", size: wide, language: "ar" },
        { name: "french", size: wide, language: "fr" },
        { name: "phone", size: narrow },
      ]
    : []),
];

// From the next page on. Who signs in by English names chooses theirs afterwards.
export const choose_look = (page, { theme = "light", language = "en" }) =>
  page.context().addInitScript(
    ([chosen, words]) => {
      // The frames in which a browser shows a PDF have no storage.
      if (!localStorage) return;
      localStorage.setItem("sellavie.theme", chosen);
      localStorage.setItem("sellavie.language", words);
    },
    [theme, language],
  );

// `except`: rules of axe that do not count here.
export async function looks_well(page, name, { except = [] } = {}) {
  await page.waitForTimeout(400);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(
    (rules) =>
      window.axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        rules: Object.fromEntries(rules.map((rule) => [rule, { enabled: false }])),
      }),
    except,
  );
  assert.deepEqual(
    violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map(({ html }) => html.slice(0, 160))
          .join(" | ")}`,
    ),
    [],
    name,
  );
  // As wide as it says whatever stands on it: a screen grows with what overflows.
  const width = page.viewportSize().width;
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${name} is wider than ${width}`);
  await picture(page, name);
}
