// A busy shop: 10,000 chats in the list, 5,000 messages in one of them. A part of them is scrolled through, all of them
// with SELLAVIE_LONG=1; what comes meanwhile is there.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { signed_in_owner } from "../../../tests/e2e/harness/team.mjs";
import { everybody_leaves, no_complaints, owner_at_work } from "./people.mjs";
import { shared_place } from "./place.mjs";
import { told_tasks, watch_tasks } from "./smoothness.mjs";

const chats = 10_000;
const messages = 5_000;
const is_long = process.env.SELLAVIE_LONG === "1";
const chats_read = is_long ? chats : 600;
const messages_read = is_long ? messages : 400;
// Of the page's own work at once. A machine that builds and tests meanwhile has its share in it: held to in the long form alone.
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

async function stays_smooth(t, page) {
  const { longest } = await told_tasks(t, page);
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

test(`of ${chats} chats ${chats_read} are scrolled through, those in sight are drawn, and a new message finds its place`, { timeout: 300_000 }, async (t) => {
  const page = await owner_at_work(place);
  const list = page.getByRole("list", { name: "Chats" });
  await list.getByText(`Many ${chats}`, { exact: true }).waitFor();
  await watch_tasks(page);
  const box = list.locator("..");
  const row = list.getByRole("listitem");
  const { height } = await row.first().boundingBox();
  const loaded = () => box.evaluate((pane, one) => Math.floor(pane.scrollHeight / one), height);
  await scroll(page, box, 2000, async () => (await loaded()) >= chats_read);
  await box.evaluate((pane, top) => pane.scrollTo(0, top), (chats_read - 1) * height);
  await list.getByText(`Many ${chats - chats_read + 1}`, { exact: true }).waitFor();
  const drawn = await row.count();
  assert.ok(drawn >= 5 && drawn < 60, `${drawn} of ${await loaded()} rows are drawn`);
  await stays_smooth(t, page);

  // It is fetched by itself: the pages that were read are not read again for it.
  const lists = [];
  page.on("request", (asked) => /\/conversations(\?|$)/.test(asked.url()) && lists.push(asked.url()));
  const who = { ...place.here.customer("whatsapp"), name: "Newest of all" };
  await place.here.sandbox.say(who, "Hello!", { name: who.name });
  await box.evaluate((pane) => pane.scrollTo(0, 0));
  await row.first().getByText("Newest of all").waitFor();
  assert.deepEqual(lists, []);
});

test(`of ${messages} messages the last ${messages_read} are read back, and the view stays where it was read`, { timeout: 300_000 }, async (t) => {
  const page = await owner_at_work(place);
  await page.goto(`${new URL(page.url()).pathname}/${busiest}`);
  const log = page.getByRole("log");
  const message = (n) => log.getByText(new RegExp(`^Message ${n}\\b`));
  await message(messages).waitFor();

  // Older ones come in above what is read: it does not move.
  // They come when the heights of what came into sight are settled.
  const older = page.waitForResponse((answer) => /\/messages\?.*cursor=/.test(answer.url()));
  let is_settled;
  const settled = new Promise((done) => (is_settled = done));
  await page.route(/\/messages\?.*cursor=/, async (asked) => {
    await settled;
    await asked.continue();
  });
  await log.evaluate((pane) => pane.scrollTo(0, 200));
  await page.waitForTimeout(200);
  const read = await log.evaluate((pane) => {
    const top = pane.getBoundingClientRect().top;
    const texts = [...pane.querySelectorAll("p, span, div")].filter((one) => /^Message \d+/.test(one.textContent) && one.children.length === 0);
    const first = texts.find((one) => one.getBoundingClientRect().top >= top + 40);
    return { number: Number(/\d+/.exec(first.textContent)[0]), top: first.getBoundingClientRect().top };
  });
  is_settled();
  await older;
  await message(messages - 60).waitFor({ state: "attached" });
  const { y: now } = await message(read.number).boundingBox();
  assert.ok(Math.abs(now - read.top) < 8, `message ${read.number} moved by ${now - read.top} px`);

  await watch_tasks(page);
  await scroll(page, log, -1500, () => message(messages - messages_read + 1).count());
  await stays_smooth(t, page);
});
