// One business that asks for too much, or one client that walks away, keeps nobody else waiting.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { png } from "./harness/pictures.mjs";
import { signed_in_owner } from "./harness/team.mjs";
import { sleep, until } from "./harness/workspace.mjs";
import { shared_world } from "./harness/world.mjs";

let here;
let ada;
let bola;
shared_world({ before, after }, { name: "api-fairness", settings: { limits: { requests_per_minute: 100_000 } } }, (world) => { here = world; });
beforeEach(async () => {
  ada ??= await signed_in_owner(here, 0);
  bola ??= await signed_in_owner(here, 1);
});

const picture = (seed) => png(1200, 1200, { seed });

function upload({ client, shop }, bytes) {
  return client.call("POST", `${shop}/attachments`, { raw: bytes, headers: { "content-type": "image/png" } });
}

test("pictures take turns: who uploads and discards without end is told to come back, and others are served in between", async () => {
  let refused;
  let is_over = false;
  let taken = 0;
  const insist = async (bytes) => {
    while (!is_over) {
      const { status, body, headers } = await upload(ada, bytes);
      if (status === 201) {
        taken += 1;
        assert.equal((await ada.client.delete(`${ada.shop}/attachments/${body.id}`)).status, 204);
      } else {
        refused = { status, retry_after: headers.get("retry-after"), type: headers.get("content-type") };
        await sleep(200);
      }
    }
  };
  const hers = Array.from({ length: 14 }, (_, i) => picture(i));
  const theirs = Array.from({ length: 5 }, (_, i) => picture(100 + i));
  const flood = Promise.all(hers.map(insist));
  try {
    await until("her part of the queue is full", () => refused !== undefined, { every_ms: 10 });
    assert.deepEqual([refused.status, refused.type], [503, "application/problem+json"]);
    assert.ok(Number(refused.retry_after) >= 1);
    for (const bytes of theirs) {
      const before = taken;
      const { status, text } = await upload(bola, bytes);
      assert.equal(status, 201, text);
      assert.ok(taken - before <= 4, `${taken - before} others came first: the one at work, one by turns, and what was just answered`);
    }
    assert.equal((await bola.client.get(`${bola.shop}/products`)).status, 200);
  } finally {
    is_over = true;
    await flood;
  }
});

// Searches stand still meanwhile: each wants its row of this table first.
const hold_searches = (seconds) => here.server.sql(`BEGIN; LOCK TABLE search_progress IN EXCLUSIVE MODE; SELECT pg_sleep(${seconds}); COMMIT`);
const searches = () => here.server.number(`SELECT count(*) FROM audit_log WHERE action = 'message.searched' AND business_id = '${ada.business_id}'`);

test("what a client has asked for and does not wait for is not begun", async () => {
  const search = (signal) => fetch(`${here.server.url}/api/v1${ada.shop}/messages?words=hello`, { signal, headers: { authorization: `Bearer ${ada.client.access_token}` } });
  const before = await searches();
  const held = hold_searches(4);
  await sleep(300);
  const leave = new AbortController();
  const asked = Array.from({ length: 40 }, () => search(leave.signal).catch(() => "gone"));
  await sleep(500);
  leave.abort();
  assert.ok((await Promise.all(asked)).every((one) => one === "gone"));
  assert.equal(await searches(), before, "nothing is done yet");
  await held;
  assert.equal((await search()).status, 200);
  const begun = await searches() - before;
  assert.ok(begun <= 3, `${begun} of 41 were begun: those under way, and who has waited`);
});
