// The server kills itself around each commit of a turn, at the first, the second … pass; then the same
// invariants as in crash_test. Needs the executable with the fault points (SELLAVIE_FAULT_BINARY).

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { broken_invariants, resent_count } from "./harness/invariants.mjs";
import { crowd } from "./harness/shopper.mjs";
import { open_world } from "./harness/world.mjs";
import { is_long, random_source, root } from "./harness/workspace.mjs";

const points = ["webhook.committed", "journal.before_commit", "journal.after_commit", "sender.before_send", "sender.after_send",
  "plan.stored", "desk.committed", "turn.committed"];
const passes = is_long ? [1, 2, 3, 5, 8, 13] : [1, 4];
const binary = process.env.SELLAVIE_FAULT_BINARY ?? `${root}/build/release/tests/e2e/sellavie_with_fault_points`;

const compiled_in = existsSync(binary) ? points.filter((name) => readFileSync(binary).includes(name)) : [];

test("dying around each commit of a turn loses nothing and repeats nothing", {
  timeout: is_long ? 3_600_000 : 280_000,
  skip: compiled_in.length === 0 ? `${binary} has no fault points` : false,
}, async (t) => {
  const random = random_source();
  t.diagnostic(`SELLAVIE_SEED=${random.seed}`);
  console.log(`seed=${random.seed}`);
  const here = await open_world(t, { name: "fault_points", binary });
  const resent = new resent_count();
  const everybody = [];

  for (const name of points) {
    await t.test(name, { skip: compiled_in.includes(name) ? false : "not compiled in" }, async () => {
      for (const pass of passes) {
        await resent.before_kill(here);
        if (here.server.is_running) await here.server.kill();
        // It may die while it starts: that is one of the moments.
        await here.server.start({ env: { SELLAVIE_FAULT_POINT: `${name}:${pass}` } });
        const shoppers = new crowd(here, { count: 6, random });
        try {
          if (here.server.is_running) {
            const how = await here.server.wait_until_dead(30, `the server passes ${name} for the ${pass}. time`);
            assert.equal(how.signal, "SIGKILL", `${name}:${pass}: it ended otherwise: ${JSON.stringify(how)}`);
          }
          await resent.after_kill(here);
          await here.server.start();
          await shoppers.close();
        } finally {
          await shoppers.abort();
        }
        everybody.push(...shoppers.shoppers);
        assert.deepEqual(shoppers.failures, [], `${name}:${pass}: customers who were never answered`);
        await here.settled({ seconds: 90 });
        const resent_allowed = await resent.total(here);
        assert.deepEqual(await broken_invariants(here, everybody, { resent_allowed }), [], `after ${name}:${pass}`);
      }
    });
  }
});
