// Runs after the other tests of the API: what they were answered says whether an operation was ever used.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { answers_file } from "./harness/api.mjs";
import { open_world } from "./harness/world.mjs";

test("every operation of the document has answered with success in some test", async (t) => {
  assert.ok(answers_file, "set SELLAVIE_E2E_LOGS, and run the other tests of the API before this one");
  const here = await open_world(t, { name: "api_coverage" });
  const document = await (await fetch(`${here.server.url}/api/v1/openapi.json`)).json();
  const declared = Object.values(document.paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
  const succeeded = new Set(readFileSync(answers_file, "utf8").split("\n").filter((line) => / 2\d\d$/.test(line)).map((line) => line.split(" ")[0]));
  t.diagnostic(`${declared.length} operations`);
  assert.deepEqual(declared.filter((one) => !succeeded.has(one)), []);
});
