// Customers write in the sandbox, people answer in browsers: live, once, and whatever the network does.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { png } from "../../../tests/e2e/harness/pictures.mjs";
import { colleague, signed_in_owner } from "../../../tests/e2e/harness/team.mjs";
import { until } from "../../../tests/e2e/harness/workspace.mjs";
import { at, everybody_leaves, expect_complaints, no_complaints, owner_at_work, person, sign_in } from "./people.mjs";
import { shared_place } from "./place.mjs";

let place;
shared_place({ before, after }, "inbox", (opened) => {
  place = opened;
});
after(everybody_leaves);
afterEach(no_complaints);

const lost = /ERR_INTERNET_DISCONNECTED|ERR_NETWORK|Failed to fetch/;
let people = 0;

// A WhatsApp customer, because there the channel tells a name. -> who, with the name
async function writes(text, who) {
  const customer = who ?? { ...place.here.customer("whatsapp"), name: `Customer ${++people} of the tests` };
  await place.here.sandbox.say(customer, text, { name: customer.name });
  return customer;
}

const row = (page, { name }) => page.getByRole("list", { name: "Chats" }).getByRole("link").filter({ hasText: name });
const thread = (page) => page.getByRole("log");
const composer = (page, { name }) => page.getByRole("textbox", { name: `Reply to ${name}` });
const replies_with = async (who, text) => (await place.here.sandbox.replies(who)).filter((one) => one.text?.includes(text));

async function open(page, who) {
  await row(page, who).click();
  await thread(page).waitFor();
}

test("what a customer writes appears while one looks, and so does the AI's answer", async () => {
  const page = await owner_at_work(place);
  const ama = await writes("Hello!");
  await row(page, ama).waitFor();
  await open(page, ama);
  await thread(page).getByText("Hello!").waitFor();
  await thread(page).getByText("AI", { exact: true }).first().waitFor();
  await writes("Do you have fabrics?", ama);
  await thread(page).getByText("Do you have fabrics?").waitFor();
});

test("to begin a reply takes the chat over, and the reply reaches the customer once", async () => {
  const page = await owner_at_work(place);
  const who = await writes("Hello!");
  await open(page, who);
  await composer(page, who).pressSequentially("Ada here");
  await page.getByText("You answer").waitFor();
  await composer(page, who).pressSequentially(", it is ready.");
  await composer(page, who).press("Enter");
  await place.here.sandbox.heard(who, 2);
  await thread(page).getByText("Ada here, it is ready.").waitFor();
  await thread(page).getByRole("img", { name: "Delivered" }).last().waitFor();
  assert.equal((await replies_with(who, "it is ready")).length, 1);
  await page.getByRole("button", { name: "Return to AI" }).click();
  await page.getByText("The AI answers", { exact: true }).waitFor();
});

test("a lost network holds a message up, and it arrives once when the network is back", async () => {
  const page = await owner_at_work(place);
  const who = await writes("Hello!");
  await open(page, who);
  await page.getByRole("button", { name: "Take over" }).click();
  await page.getByText("You answer").waitFor();
  await page.context().setOffline(true);
  await composer(page, who).fill("Through the tunnel");
  await composer(page, who).press("Enter");
  await page.getByText("Waits for the network; it will be sent once").waitFor();
  await page.getByText("Reconnecting: what you see may be old").waitFor();
  await page.context().setOffline(false);
  await thread(page).getByRole("img", { name: "Delivered" }).last().waitFor();
  await page.getByText("Waits for the network; it will be sent once").waitFor({ state: "detached" });
  assert.equal((await replies_with(who, "Through the tunnel")).length, 1);
  expect_complaints(lost);
});

test("a reload in the middle of writing loses neither the draft nor what waits to be sent", async () => {
  const page = await owner_at_work(place);
  const who = await writes("Hello!");
  await open(page, who);
  await page.getByRole("button", { name: "Take over" }).click();
  await page.getByText("You answer").waitFor();
  // The answer is lost each time: whether the server took the message nobody here knows.
  let lost_answers = 0;
  await page.route("**/messages", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    await route.fetch();
    await route.abort();
    lost_answers += 1;
  });
  await composer(page, who).fill("Sent, as it happens");
  await composer(page, who).press("Enter");
  await composer(page, who).fill("Not finished yet");
  await place.here.sandbox.heard(who, 2);
  await until("an answer was lost", () => lost_answers > 0);
  await page.unroute("**/messages");
  await page.reload();
  assert.equal(await composer(page, who).inputValue(), "Not finished yet");
  await thread(page).getByRole("img", { name: "Delivered" }).last().waitFor();
  await thread(page).getByText("Sent, as it happens").waitFor();
  assert.equal(await thread(page).getByText("Sent, as it happens").count(), 1);
  assert.equal((await replies_with(who, "Sent, as it happens")).length, 1);
  expect_complaints(/ERR_FAILED|net::ERR/);
});

test("two who work on one chat see what the other one does", async () => {
  const page = await owner_at_work(place);
  const first = await signed_in_owner(place.here);
  await colleague(place.here, first, { role: "agent" });
  const other = await person({ base: place.base });
  await sign_in(other, place.here.businesses[1].owner.email);
  await other.waitForURL(/\/inbox/);
  const who = await writes("Hello!");
  await open(page, who);
  await other.goto(page.url());
  await thread(other).getByText("Hello!").waitFor();
  await composer(page, who).pressSequentially("From Ada");
  await other.getByText(/answers$/).waitFor();
  await composer(page, who).press("Enter");
  await thread(other).getByText("From Ada").waitFor();
});

test("a chat is assigned, labelled, snoozed and noted, each in its folder", async () => {
  const page = await owner_at_work(place);
  const { client, shop } = await signed_in_owner(place.here);
  assert.equal((await client.post(`${shop}/labels`, { name: "Wholesale", colour: "teal" })).status, 201);
  const who = await writes("Hello!");
  await page.reload();
  await open(page, who);
  await page.keyboard.press("a");
  await page.getByText("The chat is yours").waitFor();
  await page.keyboard.press("l");
  await page.getByRole("menuitemcheckbox", { name: "Wholesale" }).click();
  await page.keyboard.press("Escape");
  await row(page, who).getByText("Wholesale").waitFor();
  await page.keyboard.press("n");
  await page.getByRole("textbox", { name: /Note to the team/ }).fill("Wants the blue one.");
  await page.keyboard.press("Enter");
  await thread(page).getByText("Wants the blue one.").waitFor();
  await page.getByRole("button", { name: "Snooze until" }).click();
  await page.getByRole("menuitem", { name: "Tomorrow" }).click();
  await row(page, who).waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Snoozed" }).click();
  await row(page, who).waitFor();
  await writes("Are you there?", who);
  await row(page, who).waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Mine" }).click();
  await row(page, who).waitFor();
});

test("a saved reply is found by its shortcut", async () => {
  const page = await owner_at_work(place);
  const { client, shop } = await signed_in_owner(place.here);
  await client.post(`${shop}/canned-replies`, { shortcut: "hours", text: "We are open from 9 to 6." });
  const who = await writes("Hello!");
  await page.reload();
  await open(page, who);
  await composer(page, who).fill("/ho");
  await page.getByRole("option", { name: /hours/ }).waitFor();
  await composer(page, who).press("Enter");
  assert.equal(await composer(page, who).inputValue(), "We are open from 9 to 6.");
});

test("a picture goes with a reply, and the customer gets both", async () => {
  const page = await owner_at_work(place);
  const who = await writes("Hello!");
  await open(page, who);
  await page.getByRole("button", { name: "Take over" }).click();
  await page.getByText("You answer").waitFor();
  await page.locator("section input[type=file]").setInputFiles({ name: "purse.png", mimeType: "image/png", buffer: Buffer.from(png(320, 240)) });
  await page.getByText("purse.png").waitFor();
  await composer(page, who).fill("Here it is.");
  await composer(page, who).press("Enter");
  const replies = await place.here.sandbox.heard(who, 3);
  assert.ok(
    replies.some((one) => JSON.stringify(one).includes("/media/")),
    JSON.stringify(replies),
  );
  await thread(page).getByText("Here it is.").waitFor();
  await thread(page)
    .getByRole("link")
    .filter({ has: page.getByRole("img") })
    .or(thread(page).getByRole("link", { name: /purse|Picture/ }))
    .first()
    .waitFor();
});

test("nothing that a customer writes becomes part of the page", async () => {
  const page = await owner_at_work(place);
  const corpus = [
    '<img src=x onerror="window.broken=1">',
    "<script>window.broken=1</script>",
    "javascript:window.broken=1",
    '"><svg/onload=window.broken=1>',
    "{{constructor.constructor('window.broken=1')()}}",
    "\u202Egnp.exe",
  ];
  const who = { ...place.here.customer("whatsapp"), name: '<img src=x onerror="window.broken=1">' };
  for (const text of corpus) await place.here.sandbox.say(who, text, { name: who.name });
  await page.getByRole("list", { name: "Chats" }).getByRole("link").filter({ hasText: "<img src=x" }).first().click();
  await thread(page).getByText(corpus[0]).waitFor();
  await page.goto(at(page, "customers"));
  await page.getByText(who.name).first().waitFor();
  assert.equal(await page.evaluate(() => window.broken), undefined);
  assert.equal(await page.locator("img[src=x], main script").count(), 0);
});

test("messages are found by their words, people by how their name begins", async () => {
  const page = await owner_at_work(place);
  const who = await writes("Something about periwinkles");
  await row(page, who).waitFor();
  await page.getByRole("searchbox", { name: "Search people and messages" }).fill(who.name);
  await page.getByRole("heading", { name: "People" }).waitFor();
  await page.getByRole("link").filter({ hasText: who.name }).first().waitFor();
});
