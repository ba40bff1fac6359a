// Fifty messages a second come in for ten seconds. Meanwhile somebody works on: a chat is found and opened, an answer is
// typed and arrives, and when all is quiet again the list shows the last message of each chat.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { sleep, until } from "../../../tests/e2e/harness/workspace.mjs";
import { answered, arrived, composer, customer, replies_with, row, thread, writes } from "./chats.mjs";
import { everybody_leaves, no_complaints, owner_at_work } from "./people.mjs";
import { shared_place } from "./place.mjs";
import { told_tasks, watch_tasks } from "./smoothness.mjs";

let place;
shared_place({ before, after }, "storm", (opened) => {
  place = opened;
});
after(everybody_leaves);
afterEach(no_complaints);

const per_second = 50;
const seconds = 10;
const events = per_second * seconds;
const crowd = 16;
const last_of = (i) => `Storm ${events - 1 - ((events - 1 - i) % crowd)}`;
// So high that all of their rows are drawn.
const size = { width: 1440, height: 1800 };

// Webhooks on the beat, whether or not those before were answered. -> how each was answered, once all are
async function storm(customers, on_half) {
  const said = [];
  for (let n = 0; n < events; ++n) {
    said.push(place.here.sandbox.say(customers[n % crowd], `Storm ${n}`, { name: customers[n % crowd].name }));
    if (n === events / 2) on_half();
    await sleep(1000 / per_second);
  }
  return Promise.all(said);
}

test(`with ${per_second} messages a second the inbox is used as always, and shows the last of each chat in the end`, { timeout: 240_000 }, async (t) => {
  // A person answers half of them, so that what they write stays the last; the AI has the others.
  const customers = Array.from({ length: crowd }, (_, i) => customer(place, `Storm customer ${String.fromCharCode(65 + i)}`));
  for (const who of customers) await writes(place, "Hello!", who);
  const calm = await answered(place, "Something calm", customer(place, "Calm customer"));
  const { sandbox } = place.here;
  const of_people = customers.filter((_, i) => i % 2 === 0);
  for (const who of of_people) await sandbox.echo(who, "Ada here, I look after you.");
  await place.here.settled();

  const page = await owner_at_work(place, { size });
  await row(page, calm).waitFor();
  await watch_tasks(page);
  const lists = [];
  page.on("request", (asked) => /\/conversations(\?|$)/.test(asked.url()) && lists.push(asked.url()));
  let is_half_over;
  const half_over = new Promise((done) => {
    is_half_over = done;
  });
  const weather = storm(customers, is_half_over);

  // Rows change places under the hand: somebody who looks for one person searches.
  const search = page.getByRole("searchbox", { name: "Search people and messages" });
  await search.pressSequentially("Calm");
  await page.getByRole("link").filter({ hasText: "Calm customer" }).first().click();
  await thread(page).getByText("Something calm").waitFor();
  const typed = "Ada here: it is put aside for you until Friday.";
  await composer(page, calm).pressSequentially(typed);
  assert.equal(await composer(page, calm).inputValue(), typed);
  await page.getByText("You answer").waitFor();
  await half_over;
  await composer(page, calm).press("Enter");
  assert.equal(await composer(page, calm).inputValue(), "");
  await until("it arrived", async () => (await replies_with(place, calm, typed)).length > 0, { seconds: 60 });
  await search.press("Escape");
  await row(page, customers[0]).waitFor();
  const answers = await weather;
  assert.deepEqual(
    answers.filter(({ status }) => status !== 200),
    [],
    "every webhook was accepted",
  );
  await place.here.settled({ seconds: 120 });

  assert.equal((await replies_with(place, calm, typed)).length, 1);
  await thread(page).getByText(typed).waitFor();
  await thread(page).getByRole("img", { name: arrived }).last().waitFor();
  for (const [i, who] of customers.entries()) {
    const { text } = (await sandbox.transcript(who)).at(-1);
    if (of_people.includes(who)) assert.equal(text, last_of(i), "nobody but a person answers here");
    await row(page, who).getByText(text.split("\n")[0].slice(0, 60)).waitFor();
  }
  await row(page, customers[0]).click();
  await thread(page).getByText(last_of(0), { exact: true }).waitFor();

  t.diagnostic(`${events} webhooks; the list was read ${lists.length} times`);
  assert.ok(lists.length > 1 && lists.length < events / 5, `the list was read ${lists.length} times for ${events} events`);
  const { count, longest } = await told_tasks(t, page);
  assert.ok(count < events / 10 && longest < 1000, `${count} long tasks for ${events} events, the longest ${longest} ms`);
});
