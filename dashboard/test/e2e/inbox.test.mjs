// Customers write in the sandbox, people answer in browsers: live, once, and whatever the network does.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { if_match } from "../../../tests/e2e/harness/api.mjs";
import { png } from "../../../tests/e2e/harness/pictures.mjs";
import { colleague, signed_in_owner } from "../../../tests/e2e/harness/team.mjs";
import { until } from "../../../tests/e2e/harness/workspace.mjs";
import { arrived, chat_id, composer, writes as customer_writes, open, replies_with as replies_to, row, thread } from "./chats.mjs";
import { at, everybody_leaves, expect_complaints, no_complaints, owner_at_work, person, sign_in } from "./people.mjs";
import { shared_place } from "./place.mjs";

let place;
shared_place({ before, after }, "inbox", (opened) => {
  place = opened;
});
after(everybody_leaves);
afterEach(no_complaints);

const lost = /ERR_INTERNET_DISCONNECTED|ERR_NETWORK|Failed to fetch/;
const writes = (text, who) => customer_writes(place, text, who);
const replies_with = (who, text) => replies_to(place, who, text);

// The second shop's owner is an agent of the first shop as well.
let colleagues;
async function second_owner_works_here() {
  colleagues ??= colleague(place.here, await signed_in_owner(place.here), { role: "agent" });
  await colleagues;
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
  await thread(page).getByRole("img", { name: arrived }).last().waitFor();
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
  await thread(page).getByRole("img", { name: arrived }).last().waitFor();
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
  await thread(page).getByRole("img", { name: arrived }).last().waitFor();
  await thread(page).getByText("Sent, as it happens").waitFor();
  assert.equal(await thread(page).getByText("Sent, as it happens").count(), 1);
  assert.equal((await replies_with(who, "Sent, as it happens")).length, 1);
  expect_complaints(/ERR_FAILED|net::ERR/);
});

test("on a slow network Enter twice is one message and one note", async () => {
  const page = await owner_at_work(place);
  const who = await writes("Hello!");
  await open(page, who);
  await page.getByRole("button", { name: "Take over" }).click();
  await page.getByText("You answer").waitFor();
  const held = [];
  await page.route(/\/(messages|notes)$/, (route) => (route.request().method() === "POST" ? held.push(() => route.continue()) : route.continue()));
  await composer(page, who).fill("Once only");
  await page.keyboard.press("Enter");
  assert.equal(await composer(page, who).inputValue(), "", "it waits for the network");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Note", exact: true }).click();
  const note = page.getByRole("textbox", { name: /Note to the team/ });
  await note.fill("One note only.");
  await note.press("Enter");
  await note.press("Enter");
  await until("both were asked for", () => held.length >= 2);
  for (const go_on of held) go_on();
  await page.unroute(/\/(messages|notes)$/);
  await thread(page).getByRole("img", { name: arrived }).last().waitFor();
  await until("the note is saved", async () => (await note.inputValue()) === "");
  await page.reload();
  await thread(page).getByText("One note only.").waitFor();
  assert.deepEqual([await thread(page).getByText("Once only").count(), await thread(page).getByText("One note only.").count(), held.length], [1, 1, 2]);
  assert.equal((await replies_with(who, "Once only")).length, 1);
});

test("two tabs show what one of them sends, and it is sent once", async () => {
  const page = await owner_at_work(place);
  const who = await writes("Hello!");
  await open(page, who);
  await page.getByRole("button", { name: "Take over" }).click();
  await page.getByText("You answer").waitFor();
  const other = await page.context().newPage();
  await other.goto(page.url());
  await composer(other, who).waitFor();
  const asked = [];
  const posts = (route) => (route.request().method() === "POST" ? asked.push(route) : route.continue());
  for (const one of [page, other]) await one.route("**/messages", posts);
  await composer(page, who).fill("From one of two tabs");
  await composer(page, who).press("Enter");
  for (const one of [page, other]) await one.getByText("Waits for the network; it will be sent once").waitFor();
  assert.equal(asked.length, 1);
  // The tab that sends is closed in the middle of it: the other one goes on.
  const sender = asked[0].request().frame().page();
  const tab = sender === page ? other : page;
  await sender.close();
  await until("the other tab sends it", () => asked.length === 2);
  assert.equal(asked[0].request().headers()["idempotency-key"], asked[1].request().headers()["idempotency-key"]);
  await asked[1].continue();
  await thread(tab).getByRole("img", { name: arrived }).last().waitFor();
  await tab.getByText("Waits for the network; it will be sent once").waitFor({ state: "detached" });
  assert.equal(await thread(tab).getByText("From one of two tabs").count(), 1);
  assert.equal((await replies_with(who, "From one of two tabs")).length, 1);
});

test("what one person left behind is neither seen nor sent by the next one on the same machine", async () => {
  const page = await owner_at_work(place);
  await second_owner_works_here();
  const who = await writes("Hello!");
  await open(page, who);
  const chat = page.url();
  await page.getByRole("button", { name: "Take over" }).click();
  await page.getByText("You answer").waitFor();
  await page.route("**/messages", (route) => (route.request().method() === "POST" ? route.abort() : route.continue()));
  await composer(page, who).fill("Written by the first");
  await composer(page, who).press("Enter");
  await page.getByText("Waits for the network; it will be sent once").waitFor();
  await composer(page, who).fill("Begun by the first");
  const [{ owner }, { owner: next }] = place.here.businesses;
  const leave = async ({ email }) => {
    const told = page.waitForResponse("**/auth/sign-out");
    await page.getByRole("button", { name: email }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.waitForURL(/\/sign-in$/);
    await told;
  };
  await leave(owner);
  await page.unroute("**/messages");
  expect_complaints(/ERR_FAILED|net::ERR/);

  await sign_in(page, next.email);
  await page.waitForURL(/\/inbox/);
  await page.goto(chat);
  await thread(page).getByText("Hello!").waitFor();
  assert.deepEqual([await composer(page, who).inputValue(), await page.getByText("Written by the first").count()], ["", 0]);
  await composer(page, who).fill("Written by the next");
  await composer(page, who).press("Enter");
  await until("the next one's message arrived", async () => (await replies_with(who, "Written by the next")).length === 1);
  assert.equal((await replies_with(who, "Written by the first")).length, 0);
  await thread(page).getByRole("img", { name: arrived }).last().waitFor();

  await leave(next);
  await sign_in(page, owner.email);
  await until("the first one's message arrived", async () => (await replies_with(who, "Written by the first")).length === 1);
});

test("two who work on one chat see what the other one does", async () => {
  const page = await owner_at_work(place);
  await second_owner_works_here();
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

test("what one does with a chat beside its messages shows at the other's, without a reload", async () => {
  await second_owner_works_here();
  const { client, shop } = await signed_in_owner(place.here);
  const who = await writes("Hello!");
  await place.here.sandbox.heard(who, 1);
  await place.here.settled();
  const id = await chat_id(place, who);
  const other = await person({ base: place.base });
  await sign_in(other, place.here.businesses[1].owner.email);
  await other.waitForURL(/\/inbox/);
  await other.goto(`${shop}/inbox/${id}`);
  await thread(other).getByText("Hello!").waitFor();
  await other.evaluate(() => {
    window.isTheSamePage = true;
  });

  const page = await owner_at_work(place);
  await open(page, who);
  assert.equal((await client.post(`${shop}/labels`, { name: "Just made", colour: "pink" })).status, 201);
  await page.keyboard.press("l");
  await page.getByRole("menuitemcheckbox", { name: "Just made" }).click();
  await page.keyboard.press("Escape");
  await row(other, who).getByText("Just made").waitFor();
  await page.keyboard.press("a");
  await page.getByText("The chat is yours").waitFor();
  const { name, email } = (await client.get("/me")).body;
  await other.getByRole("button", { name: `Assigned to ${name || email}` }).waitFor();
  await page.keyboard.press("n");
  await page.getByRole("textbox", { name: /Note to the team/ }).fill("She wants it by Friday.");
  await page.keyboard.press("Enter");
  await thread(other).getByText("She wants it by Friday.").waitFor();
  await page.getByRole("button", { name: "Snooze until" }).click();
  await page.getByRole("menuitem", { name: "Tomorrow" }).click();
  await other.getByText("Snoozed", { exact: true }).last().waitFor();
  await row(other, who).waitFor({ state: "detached" });
  const { customer_id } = (await client.get(`${shop}/conversations/${id}`)).body;
  const profile = await client.get(`${shop}/customers/${customer_id}`);
  assert.equal((await client.patch(`${shop}/customers/${customer_id}`, { name: "Ama of Friday" }, if_match(profile.body.version))).status, 200);
  await other.getByRole("heading", { name: "Ama of Friday" }).waitFor();
  assert.ok(await other.evaluate(() => window.isTheSamePage));
});

test("what the customer has read is ticked as read while one looks", async () => {
  const page = await owner_at_work(place);
  const who = await writes("Hello!");
  await open(page, who);
  // The phone shows what came, and tells so.
  await thread(page).getByRole("img", { name: "Read", exact: true }).first().waitFor();
});

test("the oldest of more notes than a page holds stands in its chat", async () => {
  const { client, shop } = await signed_in_owner(place.here);
  const who = await writes("Hello!");
  await place.here.sandbox.heard(who, 1);
  const id = await chat_id(place, who);
  for (let i = 0; i < 101; ++i) assert.equal((await client.post(`${shop}/conversations/${id}/notes`, { text: `Note number ${i}.` })).status, 201);
  const page = await owner_at_work(place);
  await page.goto(at(page, `inbox/${id}`));
  await thread(page).getByText("Note number 100.").waitFor();
  await thread(page).getByText("Note number 0.").waitFor();
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

test("messages are found by their words, people by how their name begins", async () => {
  const page = await owner_at_work(place);
  const who = await writes("Something about periwinkles");
  await row(page, who).waitFor();
  await page.getByRole("searchbox", { name: "Search people and messages" }).fill(who.name);
  await page.getByRole("heading", { name: "People" }).waitFor();
  await page.getByRole("link").filter({ hasText: who.name }).first().waitFor();
});

test("a search keeps every letter while the address follows, and Escape empties it", async () => {
  const page = await owner_at_work(place);
  const who = await writes("Something");
  await open(page, who);
  const chat = new URL(page.url()).pathname;
  const box = page.getByRole("searchbox", { name: "Search people and messages" });
  const searched = () => new URL(page.url()).searchParams.get("search");
  await box.pressSequentially("Customer ");
  await until("it is searched", () => searched() === "Customer");
  await box.pressSequentially("1");
  assert.equal(await box.inputValue(), "Customer 1");
  await until("it is searched", () => searched() === "Customer 1");
  await box.press("Escape");
  assert.deepEqual([await box.inputValue(), searched(), new URL(page.url()).pathname], ["", null, chat]);

  // An input method: what is being composed is not searched, what was chosen is.
  const keyboard = await page.context().newCDPSession(page);
  await box.focus();
  await keyboard.send("Input.imeSetComposition", { text: "さ", selectionStart: 1, selectionEnd: 1 });
  await page.waitForTimeout(600);
  assert.equal(searched(), null);
  await keyboard.send("Input.insertText", { text: "佐藤" });
  await until("it is searched", () => searched() === "佐藤");
});

test("keys that work alone are turned off in their list, which Ctrl opens again", async () => {
  const page = await owner_at_work(place);
  const who = await writes("Hello!");
  await row(page, who).waitFor();
  const list = page.getByRole("dialog", { name: "Keys" });
  await page.keyboard.press("?");
  await list.getByText("Next chat").waitFor();
  await list.getByRole("switch", { name: "Single keys" }).click();
  assert.equal(await list.getByText("Next chat").count(), 0);
  await page.keyboard.press("Escape");
  await list.waitFor({ state: "detached" });
  await page.reload();
  await row(page, who).waitFor();
  const before = page.url();
  for (const key of ["?", "j", "/"]) await page.keyboard.press(key);
  assert.deepEqual([await list.count(), page.url()], [0, before]);
  await page.keyboard.press("Control+/");
  await list.getByRole("switch", { name: "Single keys" }).click();
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await page.waitForURL(/\/inbox\/./);
});
