import { expect, test } from "vitest";
import { ApiProblem } from "../../src/api/problem";
import { wishKeys } from "../../src/pages/wish_keys";

function asked() {
  let last = 0;
  const keyed = wishKeys(() => `key-${++last}`);
  const used: string[] = [];
  const ask = (wish: string, problem?: ApiProblem) =>
    keyed(wish, async (key) => {
      used.push(key);
      if (problem) throw problem;
    }).catch(() => {});
  return { ask, used };
}

test("a wish whose answer was lost keeps its key", async () => {
  const { ask, used } = asked();
  await ask("link", new ApiProblem({ kind: "network" }));
  await ask("link", new ApiProblem({ kind: "unavailable", status: 503 }));
  await ask("link");
  expect(used).toEqual(["key-1", "key-1", "key-1"]);
});

test("after a definite answer, yes or no, it is a new wish", async () => {
  const { ask, used } = asked();
  await ask("link", new ApiProblem({ kind: "conflict", status: 409 }));
  await ask("link");
  await ask("link");
  expect(used).toEqual(["key-1", "key-2", "key-3"]);
});

test("another wish has another key, and leaves the first one's", async () => {
  const { ask, used } = asked();
  await ask("link", new ApiProblem({ kind: "network" }));
  await ask("replace");
  await ask("link");
  expect(used).toEqual(["key-1", "key-2", "key-1"]);
});
