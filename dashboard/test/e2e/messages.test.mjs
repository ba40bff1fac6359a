// What stands between a person and a customer: the channel's window, a block, a message that did not get through, and how
// what was written is found again, by everybody or by whom a note names.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { colleague, signed_in_owner } from "../../../tests/e2e/harness/team.mjs";
import { until } from "../../../tests/e2e/harness/workspace.mjs";
import { answered, arrived, chat_id, composer, replies_with, thread, writes } from "./chats.mjs";
import { at, everybody_leaves, expect_complaints, narrow, no_complaints, owner_at_work, person, sign_in } from "./people.mjs";
import { shared_place } from "./place.mjs";

let place;
shared_place(
  { before, after },
  "messages",
  (opened) => {
    place = opened;
  },
  { settings: { outbox: { evidence_s: 1 } } },
);
after(everybody_leaves);
afterEach(no_complaints);

// As if the customer had written so long ago.
const hours_pass = ({ here }, who, hours) =>
  here.server.sql(`UPDATE conversations SET last_customer_at = last_customer_at - ${hours * 3_600_000} WHERE id IN ${here.conversation_of(who)}`);

async function opened_chat(who, options = {}) {
  const page = await owner_at_work(place, options);
  await page.goto(at(page, `inbox/${await chat_id(place, who)}`));
  await thread(page).waitFor();
  return page;
}

async function takes_over(page) {
  await page.getByRole("button", { name: "Take over" }).click();
  await page.getByText("You answer").waitFor();
}

test("a message is found by its words, opened from there, and the search is still there", async () => {
  const who = await answered(place, "Something about periwinkles and damask");
  await answered(place, "Something else");
  const page = await owner_at_work(place);
  const search = page.getByRole("searchbox", { name: "Search people and messages" });
  const found = page.getByRole("link").filter({ hasText: "periwinkles" });
  await search.fill("periwink");
  await page.getByRole("heading", { name: "Messages" }).waitFor();
  await found.first().waitFor();
  assert.equal(await page.getByRole("link").filter({ hasText: "Something else" }).count(), 0);
  await found.filter({ hasText: "Customer ·" }).click();
  await page.getByRole("heading", { level: 1, name: who.name }).waitFor();
  await thread(page).getByText("Something about periwinkles and damask").waitFor();
  await page.reload();
  await thread(page).getByText("Something about periwinkles and damask").waitFor();
  assert.equal(await search.inputValue(), "periwink");
  await found.first().waitFor();
  await search.fill("aubergine");
  await page.getByText("Nothing found for “aubergine”").waitFor();
});

test("WhatsApp's window of a day is over: one cannot write and is told why, notes are written on, and the customer opens it again", async () => {
  const who = await answered(place);
  await hours_pass(place, who, 25);
  const page = await opened_chat(who);
  await page.getByText("The customer wrote more than 24 hours ago. WhatsApp takes approved templates only").waitFor();
  assert.equal(await composer(page, who).count(), 0);
  assert.equal(await page.getByRole("button", { name: "Send", exact: true }).count(), 0);
  await page.getByRole("button", { name: "Note", exact: true }).click();
  await page.getByRole("textbox", { name: /Note to the team/ }).fill("Call them instead.");
  await page.keyboard.press("Enter");
  await thread(page).getByText("Call them instead.").waitFor();
  await page.getByRole("button", { name: "Reply", exact: true }).click();
  await page.getByText("WhatsApp takes approved templates only").waitFor();
  await writes(place, "I am back", who);
  await composer(page, who).waitFor();
  await takes_over(page);
  await composer(page, who).fill("Welcome back");
  await composer(page, who).press("Enter");
  await thread(page).getByRole("img", { name: arrived }).last().waitFor();
  await until("it arrived", async () => (await replies_with(place, who, "Welcome back")).length === 1);
});

test("on Instagram people write on for seven days, and not longer", async () => {
  const who = { ...place.here.customer("instagram"), name: "" };
  await writes(place, "Hello!", who);
  await place.here.sandbox.heard(who, 1);
  await place.here.settled();
  await hours_pass(place, who, 25);
  const page = await opened_chat(who);
  await takes_over(page);
  await page.getByText(/Only people can write, for \d+/).waitFor();
  await hours_pass(place, who, 7 * 24);
  await page.reload();
  await page.getByText("The customer wrote more than 7 days ago.").waitFor();
  assert.equal(await page.getByRole("textbox", { name: /^Reply to/ }).count(), 0);
});

test("to a blocked customer nobody writes, and everybody again once they are unblocked", async () => {
  const who = await answered(place);
  const page = await opened_chat(who);
  await composer(page, who).waitFor();
  await page.getByRole("link", { name: "Open customer" }).click();
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Block" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Block" }).click();
  await page.getByText("Blocked").first().waitFor();
  await page.goBack();
  await page.getByText("You blocked this customer. Unblock them before you write.").waitFor();
  assert.equal(await composer(page, who).count(), 0);
  await page.getByRole("link", { name: "Open customer" }).click();
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Unblock" }).click();
  await page.getByText("They are answered again").waitFor();
  await page.goBack();
  await composer(page, who).waitFor();
});

test("what is sent to somebody who was blocked meanwhile is refused, says why, and is discarded", async () => {
  const who = await answered(place);
  const page = await opened_chat(who);
  await takes_over(page);
  const { client, shop, inbox } = await signed_in_owner(place.here);
  const { body } = await client.get(`${inbox}/${await chat_id(place, who)}`);
  const held = [];
  await page.route("**/messages", (route) => (route.request().method() === "POST" ? held.push(route) : route.continue()));
  await composer(page, who).fill("Are you there?");
  await composer(page, who).press("Enter");
  await until("it is on its way", () => held.length === 1);
  assert.equal((await client.post(`${shop}/customers/${body.customer_id}/block`)).status, 200);
  await held[0].continue();
  await thread(page).getByRole("alert").filter({ hasText: "This customer is blocked" }).waitFor();
  expect_complaints(/status of 4\d\d/);
  await thread(page).getByRole("button", { name: "Discard" }).click();
  await thread(page).getByText("Are you there?").waitFor({ state: "detached" });
  assert.equal((await replies_with(place, who, "Are you there?")).length, 0);
});

// Also where nothing hovers over it.
for (const [how, size] of [
  ["a desk", undefined],
  ["a phone", narrow],
])
  test(`a message that the channel refuses is shown as not sent on ${how}, with what to do`, async () => {
    const who = await answered(place);
    const page = await opened_chat(who, size ? { size } : {});
    await takes_over(page);
    await place.here.sandbox.set({ "graph.error": { code: 131050, channel: "whatsapp", times: 1 } });
    await composer(page, who).fill("Not to be had");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await thread(page).getByText("Not sent", { exact: true }).waitFor();
    await thread(page).getByText("Write another one, or reach the customer in another way.").waitFor();
    assert.equal((await replies_with(place, who, "Not to be had")).length, 0);
  });

test("a message of which nobody knows whether it arrived is shown as that, with what to do", async () => {
  const who = await answered(place);
  const page = await opened_chat(who);
  await takes_over(page);
  await place.here.sandbox.set({ "graph.lost_answer": true, "webhook.lose": true });
  try {
    await composer(page, who).fill("Into the dark");
    await composer(page, who).press("Enter");
    await thread(page).getByText("Not confirmed", { exact: true }).waitFor({ timeout: 60_000 });
  } finally {
    await place.here.sandbox.set({ "graph.lost_answer": false, "webhook.lose": false });
  }
  await thread(page).getByText("Look at the phone before you write it again.").waitFor();
});

test("a note names a colleague, who finds it among their mentions and comes to the chat by it", async () => {
  const first = await signed_in_owner(place.here);
  const second = await colleague(place.here, first);
  assert.equal((await second.client.patch("/me", { name: "Kofi Mensah" })).status, 200);
  const who = await answered(place);
  const page = await opened_chat(who);
  await page.getByRole("button", { name: "Note", exact: true }).click();
  const note = page.getByRole("textbox", { name: /Note to the team/ });
  await note.pressSequentially("Please call them, @Ko");
  await page
    .getByRole("listbox", { name: "Team" })
    .getByRole("option", { name: /Kofi Mensah/ })
    .waitFor();
  await note.press("Enter");
  assert.equal(await note.inputValue(), "Please call them, @Kofi Mensah ");
  await note.press("Enter");
  await thread(page).getByText("Please call them, @Kofi Mensah").waitFor();

  const other = await person({ base: place.base });
  await sign_in(other, place.here.businesses[1].owner.email);
  await other.waitForURL(/\/inbox/);
  await other.goto(`/businesses/${first.business_id}/inbox`);
  await other.getByRole("link", { name: "Mentions" }).click();
  await other.getByRole("link").filter({ hasText: "Please call them, @Kofi Mensah" }).click();
  await other.getByRole("heading", { level: 1, name: who.name }).waitFor();
  await thread(other).getByText("Please call them, @Kofi Mensah").waitFor();
  // Nobody named the one who wrote it.
  await page.getByRole("link", { name: "Mentions" }).click();
  await page.getByText("Nobody mentioned you").waitFor();
});
