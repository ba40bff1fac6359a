import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { keyOf, pagesKeyOf } from "../../src/api/hooks";
import { list_orders } from "../../src/api/operations";

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

test("the same question asked as one page and as many has two answers, and one event makes both old", async () => {
  const queries = new QueryClient();
  const input = { business_id: "shop", query: { limit: 100 } };
  const keys = [keyOf(list_orders, input), pagesKeyOf(list_orders, input)];
  for (const key of keys) queries.setQueryData(key, key);
  expect(keys.map((key) => queries.getQueryData(key))).toEqual(keys);
  await queries.invalidateQueries({ queryKey: ["list_orders", { business_id: "shop" }] });
  expect(keys.map((key) => queries.getQueryState(key)?.isInvalidated)).toEqual([true, true]);
});
