import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { keyOf, pagesKeyOf } from "../../src/api/hooks";
import { list_orders } from "../../src/api/operations";

test("the same question asked as one page and as many has two answers, and one event makes both old", async () => {
  const queries = new QueryClient();
  const input = { business_id: "shop", query: { limit: 100 } };
  const keys = [keyOf(list_orders, input), pagesKeyOf(list_orders, input)];
  for (const key of keys) queries.setQueryData(key, key);
  expect(keys.map((key) => queries.getQueryData(key))).toEqual(keys);
  await queries.invalidateQueries({ queryKey: ["list_orders", { business_id: "shop" }] });
  expect(keys.map((key) => queries.getQueryState(key)?.isInvalidated)).toEqual([true, true]);
});
