import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const src = path.resolve(import.meta.dirname, "../../src");
const text = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".tsx") || file === "inbox/people.ts")
  .map((file) => readFileSync(path.join(src, file), "utf8"))
  .join("\n");
const found = (pattern: RegExp) => new Set([...text.matchAll(pattern)].map(([, operation = ""]) => operation));

test("no list is kept as one page and as many under the same key: whoever came second would not find its own", () => {
  const whole = found(/useApi\((\w+), \{ business_id, query: whole \}/g);
  const paged = found(/usePages\((\w+), \{ business_id, query: \{ limit: 100 \} \}/g);
  expect(whole.size).toBeGreaterThan(1);
  expect([...whole].filter((operation) => paged.has(operation))).toEqual([]);
});
