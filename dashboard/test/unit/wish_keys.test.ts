import { expect, test } from "vitest";
import { ApiProblem } from "../../src/api/problem";
import { wishKeys } from "../../src/pages/wish_keys";

function asked() {
  let last = 0;
  const keyed = wishKeys(() => `key-${++last}`);
  const used: string[] = [];
  const ask = (wish: unknown, problem?: ApiProblem) =>
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

test("a wish is what it says: corrected it is another one, said again it is the same", async () => {
  const { ask, used } = asked();
  await ask({ delta: 5, reason: "new" }, new ApiProblem({ kind: "network" }));
  await ask({ delta: 6, reason: "new" });
  await ask({ delta: 5, reason: "new" });
  expect(used).toEqual(["key-1", "key-2", "key-1"]);
});
