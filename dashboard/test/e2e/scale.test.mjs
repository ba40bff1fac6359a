// A busy shop: 10,000 chats in the list, 5,000 messages in one of them. Scrolling stays smooth, and what comes meanwhile
// is there.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { signed_in_owner } from "../../../tests/e2e/harness/team.mjs";
import { everybody_leaves, no_complaints, owner_at_work } from "./people.mjs";
import { shared_place } from "./place.mjs";

const chats = 10_000;
const messages = 5_000;
// Of the page's own work at once. A machine that builds and tests meanwhile has its share in it: held to with SELLAVIE_LONG=1.
const is_long = process.env.SELLAVIE_LONG === "1";
const longest_task_ms = 100;

let place;
let busiest;
shared_place({ before, after }, "scale", async (opened) => {
  place = opened;
  const { business_id } = await signed_in_owner(place.here);
  const { server } = place.here;
  await server.sql(`WITH place AS (SELECT id FROM connections WHERE business_id = '${business_id}' AND channel = 'whatsapp' LIMIT 1),
      n AS MATERIALIZED (SELECT n, gen_random_uuid() AS contact, gen_random_uuid() AS chat FROM generate_series(1, ${chats}) n),
      k AS (INSERT INTO contacts (id, business_id, connection_id, scoped_id, name, created_at)
            SELECT contact, '${business_id}', (SELECT id FROM place), 'many-' || n, 'Many ' || n, n FROM n RETURNING 1)
    INSERT INTO conversations (id, business_id, connection_id, contact_id, owner, last_customer_at, last_message_at, created_at)
    SELECT chat, '${business_id}', (SELECT id FROM place), contact, 0, 1700000000000 + n, 1700000000000 + n, n FROM n`);
  [[busiest]] = await server.sql(`SELECT c.id FROM conversations c JOIN contacts k ON k.id = c.contact_id WHERE k.scoped_id = 'many-${chats}'`);
  await server.sql(`INSERT INTO messages (conversation_id, id, business_id, direction, origin, state, body, provider_time, created_at)
    SELECT '${busiest}', ('01800000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '${business_id}', n % 2, n % 2, CASE n % 2 WHEN 0 THEN 0 ELSE 5 END, 'Message ' || n || repeat(' and a few words more', n % 5), 1700000000000 + n * 1000, 1700000000000 + n * 1000
    FROM generate_series(1, ${messages}) n`);
});
after(everybody_leaves);
afterEach(no_complaints);

// Counts tasks of the page that are longer than a blink.
const watch_tasks = (page) =>
  page.evaluate(() => {
    window.tasks = [];
    new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
  });
async function stays_smooth(t, page) {
  const longest = await page.evaluate(() => Math.max(0, ...window.tasks));
  t.diagnostic(`longest task: ${longest} ms`);
  if (is_long) assert.ok(longest <= longest_task_ms, `a task of ${longest} ms`);
}

// Scrolls as a wheel does until `done` says so.
async function scroll(page, box, by, done) {
  for (let i = 0; i < 4000; ++i) {
    await box.evaluate((pane, step) => pane.scrollBy(0, step), by);
    await page.waitForTimeout(16);
    if (i % 10 === 0 && (await done())) return;
  }
  assert.fail("it has no end");
}

test("ten thousand chats scroll, few of them are drawn, and a new message finds its place", { timeout: 300_000 }, async (t) => {
  const page = await owner_at_work(place);
  const list = page.getByRole("list", { name: "Chats" });
  await list.getByText("Many 10000", { exact: true }).waitFor();
  await watch_tasks(page);
  const box = list.locator("..");
  const loaded = () => box.evaluate((pane) => pane.scrollHeight / 84);
  const wanted = is_long ? chats : 600;
  await scroll(page, box, 2000, async () => (await loaded()) >= wanted);
  assert.ok((await list.getByRole("listitem").count()) < 60, "it draws what nobody sees");
  await stays_smooth(t, page);
  const who = { ...place.here.customer("whatsapp"), name: "Newest of all" };
  await place.here.sandbox.say(who, "Hello!", { name: who.name });
  await box.evaluate((pane) => pane.scrollTo(0, 0));
  await list.getByRole("listitem").first().getByText("Newest of all").waitFor();
});

test("five thousand messages are read back to the first, and the view stays where it was read", { timeout: 300_000 }, async (t) => {
  const page = await owner_at_work(place);
  await page.goto(`${new URL(page.url()).pathname}/${busiest}`);
  const log = page.getByRole("log");
  await log.getByText(/^Message 5000/).waitFor();
  await watch_tasks(page);
  const wanted = is_long ? 1 : messages - 400;
  await scroll(page, log, -1500, () => log.getByText(new RegExp(`^Message ${wanted}\\b`)).count());
  await stays_smooth(t, page);
});
