// What waits for a person: it comes by itself, says what to do, leads there, and is done once.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { colleague, signed_in_owner } from "../../../tests/e2e/harness/team.mjs";
import { until } from "../../../tests/e2e/harness/workspace.mjs";
import { choose_look, looks, looks_well } from "./looks.mjs";
import { at, everybody_leaves, expect_complaints, narrow, no_complaints, owner_at_work, person, sign_in } from "./people.mjs";
import { shared_place } from "./place.mjs";

let place;
let ada;
let kofi;
shared_place({ before, after }, "tasks", async (opened) => {
  place = opened;
  ada = await signed_in_owner(place.here);
  kofi = await colleague(place.here, ada, { role: "agent" });
});
after(everybody_leaves);
afterEach(no_complaints);
beforeEach(() => place.here.server.sql("DELETE FROM person_tasks"));

const hour = 3_600_000;
let made = 0;
/** Each is younger than the one before. */
async function waits(...kinds) {
  const rows = kinds.map((kind, i) => {
    const id = `00000000-0000-7000-8000-${String(++made).padStart(12, "0")}`;
    return `('${id}', '${ada.business_id}', '${kind}', 'reason ${made} of the server', ${Date.now() - (kinds.length - i) * hour})`;
  });
  await place.here.server.sql(`INSERT INTO person_tasks (id, business_id, kind, reason, created_at) VALUES ${rows.join(", ")}`);
}

async function owner_at(where = "tasks", options = {}) {
  const page = await owner_at_work(place, options);
  await page.goto(at(page, where));
  return page;
}

// The owner of the other shop, who has a lesser role in Ada's.
async function kofi_at(where = "tasks") {
  const page = await person({ base: place.base });
  await sign_in(page, place.here.businesses[1].owner.email);
  await page.waitForURL(/\/inbox/);
  await page.goto(`/businesses/${ada.business_id}/${where}`);
  return page;
}

const rows = (page) => page.getByRole("list", { name: "Tasks" }).getByRole("listitem");
const titles = (page) => rows(page).getByRole("heading").allTextContents();
const are = (page, wanted) => until(`shown are ${wanted}`, async () => JSON.stringify(await titles(page)) === JSON.stringify(wanted), { explain: async () => titles(page) });
const chat_needs = "A chat needs a person";

test("a customer asks for a person: the task comes by itself, leads to the chat, is done by one, and the second is told by whom", async () => {
  const page = await owner_at_work(place);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Tasks" }).click();
  await page.getByText("Nothing waits for a person").waitFor();
  const agent = await kofi_at();
  await agent.getByText("Nothing waits for a person").waitFor();

  const who = place.here.customer();
  await place.here.sandbox.say(who, "Hello!");
  await place.here.sandbox.heard(who, 1);
  await place.here.sandbox.say(who, "I want to talk to a person");
  for (const one of [page, agent]) await rows(one).filter({ hasText: chat_needs }).first().waitFor();
  const [row] = await rows(page).all();
  await row.getByText("Read the chat and answer the customer.").waitFor();
  const [{ reason }] = (await ada.client.get(`${ada.shop}/tasks`)).body.items;
  await row.getByText(reason).waitFor();
  assert.match(await row.locator("time").textContent(), /^this minute|ago/);
  await row.getByRole("link", { name: "Open the chat" }).click();
  const [[chat]] = await place.here.server.sql(`SELECT id FROM conversations WHERE id IN ${place.here.conversation_of(who)}`);
  await page.waitForURL(new RegExp(`/inbox/${chat}`));
  await page.getByText("I want to talk to a person").first().waitFor();

  await page.goBack();
  // The agent's list is read late, or the task would leave it before it is done again.
  let go_on;
  const late = new Promise((resolve) => {
    go_on = resolve;
  });
  await agent.route("**/tasks?*", (route) => late.then(() => route.continue()));
  await rows(page).first().getByRole("button", { name: "Done" }).click();
  await page.getByText("Marked as done").waitFor();
  await page.getByText("Nothing waits for a person").waitFor();
  const { body } = await ada.client.get(`${ada.shop}/tasks`);
  assert.deepEqual(body.items, []);

  await rows(agent).first().getByRole("button", { name: "Done" }).click();
  await agent.getByText(/ did it before you \(/).waitFor();
  const { name, email } = (await ada.client.get("/me")).body;
  assert.ok((await agent.getByText(/ did it before you \(/).textContent()).startsWith(name || email));
  go_on();
  await agent.getByText("Nothing waits for a person").waitFor();
});

test("what one marks as done leaves the other's list by itself", async () => {
  await waits("parked", "connection");
  const page = await owner_at();
  const agent = await kofi_at();
  for (const one of [page, agent]) await until("both are there", async () => (await rows(one).count()) === 2);
  await rows(page).first().getByRole("button", { name: "Done" }).click();
  await until("one is left", async () => (await rows(agent).count()) === 1);
});

test("oldest first; what is chosen and its order stand in the address", async () => {
  await waits("plan", "connection", "refund_failed");
  const oldest = ["The AI replies of your plan are running out", "A channel does not let us send messages", "A refund failed"];
  const page = await owner_at();
  await are(page, oldest);
  await page.getByLabel("Order", { exact: true }).selectOption({ label: "Newest first" });
  await page.waitForURL(/\?sort=newest$/);
  await are(page, oldest.toReversed());
  await page.getByLabel("What happened").selectOption({ label: "A refund failed" });
  await page.waitForURL(/kind=refund_failed/);
  await are(page, ["A refund failed"]);
  await page.reload();
  await are(page, ["A refund failed"]);
  await page.getByText("Ask for it again from the order").waitFor();
  await page.getByText("of the server").waitFor();
  await rows(page).getByRole("link", { name: "Open the refunds" }).click();
  await page.waitForURL(/\/refunds\?state=failed$/);

  await page.goto(`${at(page, "tasks")}?kind=webhook`);
  await page.getByText("Nothing of this kind waits").waitFor();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await are(page, oldest);
});

test("many are read page by page", async () => {
  await waits(...Array.from({ length: 55 }, () => "parked"));
  const page = await owner_at();
  await rows(page).nth(49).waitFor();
  assert.equal(await rows(page).count(), 50);
  await page.getByRole("button", { name: "Show more" }).click();
  await rows(page).nth(54).waitFor();
  await page.getByRole("button", { name: "Show more" }).waitFor({ state: "detached" });
});

test("a list that cannot be read says so, and is asked for again", async () => {
  await waits("dispute");
  const page = await owner_at("orders");
  await page.route(/\/tasks\?/, (route) => route.fulfill({ status: 500, contentType: "application/problem+json", body: '{"type":"/problems/internal","status":500}' }));
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Tasks" }).click();
  await page.getByRole("alert").waitFor();
  await page.unroute(/\/tasks\?/);
  await page.getByRole("button", { name: "Try again" }).click();
  await rows(page).getByRole("link", { name: "Open the disputed orders" }).waitFor();
  expect_complaints(/500/);
});

test("a viewer reads what waits and marks nothing; an agent does not see what admins look after", async () => {
  await waits("payment_review", "webhook");
  const page = await kofi_at("tasks?tab=work");
  await rows(page).nth(1).waitFor();
  assert.equal(await page.getByRole("button", { name: "Done" }).count(), 2);
  assert.equal(await page.getByRole("link", { name: "Open the webhooks" }).count(), 0, "no way to where an agent may not go");
  assert.equal(await page.getByRole("link", { name: "Failed work" }).count(), 0);

  await place.here.server.sql(`UPDATE memberships SET role = 'viewer' WHERE business_id = '${ada.business_id}' AND account_id = '${kofi.account_id}'`);
  // A session's role is remembered for a second.
  await until("the page knows the other role", async () => {
    await page.reload();
    await rows(page).getByRole("link", { name: "Open the payments" }).waitFor();
    return (await page.getByRole("button", { name: "Done" }).count()) === 0;
  });
});

test("on a phone it is the first below More, and is done with a thumb", async () => {
  await waits("connection");
  const page = await owner_at_work(place, { size: narrow });
  await page.getByRole("navigation", { name: "Main" }).getByRole("button", { name: "More", exact: true }).click();
  const first = page.getByRole("menuitem").first();
  assert.equal(await first.textContent(), "Tasks");
  await first.click();
  for (const button of [rows(page).getByRole("link"), rows(page).getByRole("button", { name: "Done" })]) {
    await button.waitFor();
    assert.ok((await button.boundingBox()).height >= 44);
  }
  await rows(page).getByRole("button", { name: "Done" }).click();
  await page.getByText("Nothing waits for a person").waitFor();
  const [[by]] = await place.here.server.sql("SELECT done_by FROM person_tasks");
  assert.equal(by, ada.account_id);
});

async function fails() {
  const sql = (text) => place.here.server.sql(text);
  const now = Date.now();
  const [[channel]] = await sql(`SELECT id FROM connections WHERE business_id = '${ada.business_id}' AND channel = 'messenger' LIMIT 1`);
  await sql("DELETE FROM parked_events; DELETE FROM dead_jobs");
  await sql(
    `INSERT INTO parked_events (id, business_id, connection_id, reason, accepted_at, parked_at, payload)
     VALUES (7, '${ada.business_id}', '${channel}', 'handling failed 3 times, last: timeout', ${now - hour}, ${now}, '')`,
  );
  const job = (n, kind) => `('00000000-0000-7000-8000-00000000000${n}', '${ada.business_id}', '${kind}', 1, 12, 12, ${now - hour}, ${now - n}, '{no_answer}', '{${now}}', '{}')`;
  await sql(
    `INSERT INTO dead_jobs (id, business_id, kind, priority, attempts, claims, created_at, died_at, error_codes, error_times, payload)
     VALUES ${job(1, "of.tomorrow")}, ${job(2, "invoice.credit_note")}`,
  );
}

test("an admin sees messages that could not be handled, and tries failed work again or drops it", async () => {
  await fails();
  await waits("parked");
  const page = await owner_at();
  await rows(page).getByRole("link", { name: "Show the messages" }).click();
  const message = page.getByRole("row").filter({ hasText: "handling failed 3 times" });
  await message.waitFor();
  const { name } = (await ada.client.get(`${ada.shop}/connections`)).body.items.find(({ channel }) => channel === "messenger");
  if (name) await message.getByText(name).waitFor();

  await page.getByRole("link", { name: "Failed work" }).click();
  const job = (text) => page.getByRole("row").filter({ hasText: text });
  await job("Issue a credit note").getByText("12 tries").waitFor();
  await job("of.tomorrow").getByRole("button", { name: "Try again" }).click();
  await page.getByText("It is tried again now").waitFor();
  await job("of.tomorrow").waitFor({ state: "detached" });
  assert.equal(await place.here.server.number("SELECT count(*) FROM jobs WHERE kind = 'of.tomorrow'"), 1);
  await place.here.server.sql("DELETE FROM jobs WHERE kind = 'of.tomorrow'");

  await job("Issue a credit note").getByRole("button", { name: "Drop" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Drop" }).click();
  await page.getByText("No work has failed").waitFor();
  assert.equal(await place.here.server.number("SELECT count(*) FROM dead_jobs"), 0);
});

for (const { name, size, theme, language } of looks) {
  test(`looks well: ${name}`, async () => {
    await fails();
    await waits("plan", "payment_review", "refund_unproved", "dispute", "connection", "parked", "webhook");
    const page = await owner_at_work(place, { size });
    await choose_look(page, { theme, language });
    for (const [where, ready] of [
      ["tasks", "main li button"],
      ["tasks?tab=parked", "main tbody tr"],
      ["tasks?tab=work", "main tbody tr"],
    ]) {
      await page.goto(at(page, where));
      await page.locator(ready).first().waitFor();
      await looks_well(page, `${where.replace(/\W+/g, "-")}-rows-${name}`);
    }
  });
}
