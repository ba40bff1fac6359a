// Teaching the AI: a draft is edited, tried, published and rolled back, by people who may, at once, and by one who may
// only look; and what the shop answers its customers then.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { if_match } from "../../../tests/e2e/harness/api.mjs";
import { colleague, signed_in_owner } from "../../../tests/e2e/harness/team.mjs";
import { until } from "../../../tests/e2e/harness/workspace.mjs";
import { choose_look, looks, looks_well } from "./looks.mjs";
import { at, everybody_leaves, expect_complaints, narrow, no_complaints, owner_at_work, person, picture, sign_in } from "./people.mjs";
import { shared_place } from "./place.mjs";

let place;
let ada;
shared_place({ before, after }, "training", async (opened) => {
  place = opened;
  ada = await signed_in_owner(place.here);
});
after(everybody_leaves);
afterEach(no_complaints);
// The owner of another shop, who works for Ada in some tests.
afterEach(() => place.here.server.sql(`DELETE FROM memberships WHERE business_id = '${ada.business_id}' AND account_id <> '${ada.account_id}'`));

const good = ({ status, body, text }) => {
  assert.ok(status < 300, `${status} ${text}`);
  return body;
};
const training = (rest = "") => `${ada.shop}/training${rest}`;
const draft = async () => good(await ada.client.get(training("/draft")));
const published = async () => good(await ada.client.get(training()));
async function save_draft(change, by = ada) {
  const { content, version } = await draft();
  return good(await by.client.put(training("/draft"), { ...content, ...change }, if_match(version)));
}

async function at_training(options = {}, where = "training") {
  const page = await owner_at_work(place, options);
  await page.goto(at(page, where));
  await page.getByRole("heading", { level: 1, name: "AI training" }).waitFor();
  return page;
}

async function answer_to(who, text) {
  const heard = (await place.here.sandbox.replies(who, "app")).length;
  await place.here.sandbox.say(who, text);
  return (await place.here.sandbox.heard(who, heard + 1))
    .slice(heard)
    .map((one) => one.text)
    .join("\n");
}

const text = (page, name) => page.getByRole("textbox", { name, exact: true });
const ada_mail = () => place.here.businesses[0].owner.email;
const button = (page, name) => page.getByRole("button", { name, exact: true });
const tab = (page, name) => page.getByRole("navigation", { name: "AI training" }).getByRole("link", { name });
const dialog = (page) => page.getByRole("dialog");

test("a word is taught: tried in the draft, published, heard by a chat that runs, and rolled back", async () => {
  const before = await published();
  const who = place.here.customer();
  assert.match(await answer_to(who, "I have a complaint about lawyers"), /I can tell you about our products/);
  const page = await at_training();
  await button(page, "Add a word").click();
  await page
    .getByLabel(/^Word \d+$/)
    .last()
    .fill(" lawyers ");
  await page.getByText("Not saved yet").waitFor();
  await tab(page, "Try it").click();
  await page.getByText("What is not saved is not tried.").waitFor();
  await button(page, "Save the draft").click();
  await page.getByText("The draft is saved.").waitFor();
  await text(page, "As a customer").fill("My LAWYERS will write.");
  await page.keyboard.press("Enter");
  const log = page.getByRole("log", { name: "Trial chat" });
  await log.getByText("I am passing you to a colleague").waitFor();
  await log.getByText("A person would get this chat").waitFor();
  await log.getByText("the AI was not asked").waitFor();
  await text(page, "As a customer").fill(`I want 2 ${place.here.businesses[0].products[0].name}`);
  await button(page, "Ask").click();
  await log.getByText("Place an order").waitFor();
  await log.getByText(`2 × ${place.here.businesses[0].products[0].name}`, { exact: true }).waitFor();
  await log.getByText("The server would do it").waitFor();
  assert.match(await answer_to(who, "Are there lawyers?"), /I can tell you/, "a draft is taught to nobody");
  assert.equal(await place.here.orders_of(who), 0, "nor is anything booked");

  await tab(page, "Changes").click();
  await page.locator("ins", { hasText: /^lawyers$/ }).waitFor();
  await button(page, "Publish").click();
  await dialog(page)
    .getByText(`It becomes version ${before.number + 1}.`)
    .waitFor();
  await dialog(page).getByText("Words that call a person: 1 change").waitFor();
  await dialog(page).getByLabel("What is new").fill("Lawyers go to Ada.");
  await picture(page, "training-publish");
  await button(dialog(page), "Publish").click();
  await page.getByText("The draft is what is taught now.").first().waitFor();
  assert.match(await answer_to(who, "So I call my lawyers!"), /^I am passing you to a colleague/);

  await tab(page, "Versions").click();
  await page.getByRole("listitem").filter({ hasText: "Lawyers go to Ada." }).getByText("Taught now").waitFor();
  await page.getByRole("link", { name: `Version ${before.number}`, exact: true }).click();
  await page.locator("del", { hasText: /^lawyers$/ }).waitFor();
  await button(page, "Roll back to it").click();
  await dialog(page)
    .getByText(`as version ${before.number + 2}`)
    .waitFor();
  await dialog(page).getByLabel("What is new").fill("Too many.");
  await button(dialog(page), "Roll back to it").click();
  await page.getByText("It says what is taught now.").waitFor();
  const now = await published();
  assert.deepEqual([now.number, now.restored_from, now.note, now.content], [before.number + 2, before.number, "Too many.", before.content]);
  assert.match(await answer_to(place.here.customer(), "My lawyers say hello"), /Hello and welcome/);
  assert.deepEqual((await draft()).content.hand_over.keywords.at(-1), "lawyers", "the draft stays");
});

test("a fact and a question are taught on a phone, an old version is copied back, and what is reworded is shown by its words", async () => {
  await save_draft({ facts: ["We deliver in Lagos in 2 days."], faqs: [] });
  const { version } = await draft();
  good(await ada.client.post(training("/draft/publish"), { note: "" }, if_match(version)));
  const { number } = await published();
  const page = await at_training({ size: narrow });
  await text(page, "Fact 1").fill("We deliver in Abuja in 2 days.");
  await button(page, "Add a question").click();
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "TEXTAREA", "the new row has the focus");
  await text(page, "Question 1").fill("Where are you?");
  await button(page, "Save the draft").click();
  await page.getByText("Write it, or remove the row").waitFor();
  assert.equal(await text(page, "Answer 1").evaluate((field) => field === document.activeElement), true, "what is wrong has the focus");
  assert.deepEqual((await draft()).content.faqs, [], "nothing is saved");
  await text(page, "Answer 1").fill("In Marina.");
  await button(page, "Save the draft").click();
  await page.getByText("The draft is saved.").waitFor();
  await tab(page, "Changes").click();
  const fact = page.getByRole("listitem").filter({ hasText: "We deliver" });
  assert.deepEqual([await fact.locator("del").allTextContents(), await fact.locator("ins").allTextContents()], [["Lagos"], ["Abuja"]]);
  await page.locator("ins", { hasText: "In Marina." }).waitFor();
  await tab(page, "Versions").click();
  await page.getByRole("link", { name: `Version ${number}`, exact: true }).click();
  await button(page, "Copy into the draft").click();
  await button(dialog(page), "Copy into the draft").click();
  assert.equal(await text(page, "Fact 1").inputValue(), "We deliver in Lagos in 2 days.");
  await page.getByText("Not saved yet").waitFor();
  await button(page, "Save the draft").click();
  await page.getByText("The draft is what is taught now.").waitFor();
  assert.deepEqual((await draft()).content, (await published()).content);
});

test("limits are shown, and what is too long is refused where it stands", async () => {
  const page = await at_training();
  const tone = text(page, "Tone");
  const was = await tone.inputValue();
  await tone.fill("x".repeat(450));
  await page.getByText("450 of 500").waitFor();
  await tone.fill("x".repeat(503));
  await page.getByText("3 characters too long").waitFor();
  await button(page, "Save the draft").click();
  await page.getByText("Nothing is saved yet: look at what is marked.").waitFor();
  await tone.fill(was);
  await button(page, "Add a rule").click();
  await page
    .getByLabel(/^Rule \d+$/)
    .last()
    .fill("Be kind\u202e.");
  await button(page, "Save the draft").click();
  await page.getByText(/must not hold control characters/).waitFor();
  expect_complaints(/422/);
  await page
    .getByRole("button", { name: /^Remove Rule \d+$/ })
    .last()
    .click();
  assert.equal(await page.getByText(/must not hold control characters/).count(), 0);
});

test("of two who edit at once the second sees what changed, and neither loses a line", async () => {
  const grace = await colleague(place.here, ada, { role: "admin" });
  await save_draft({ facts: ["One.", "Two."], tone: "warm" });
  const page = await at_training({ size: narrow });
  await button(page, "Add a fact").click();
  await text(page, "Fact 3").fill("Mine.");
  await save_draft({ facts: ["One.", "Theirs."], tone: "icy" }, grace);
  await button(page, "Save the draft").click();
  const told = page.getByRole("alert").filter({ hasText: "changed this meanwhile" });
  await told.locator("ins", { hasText: "Theirs." }).waitFor();
  await told.locator("ins", { hasText: "icy" }).waitFor();
  assert.equal(await told.evaluate((box) => box.getBoundingClientRect().top >= 0 && box.getBoundingClientRect().top < innerHeight / 2), true, "it is in sight");
  expect_complaints(/412/);
  await picture(page, "training-meanwhile");
  assert.equal(await text(page, "Fact 3").inputValue(), "Mine.");
  await button(told, "Keep what I typed").click();
  await button(page, "Save the draft").click();
  await page.getByText("The draft is saved.").waitFor();
  const { content } = await draft();
  assert.deepEqual([content.tone, content.facts], ["icy", ["One.", "Theirs.", "Mine."]]);

  await text(page, "Tone").fill("mine");
  await save_draft({ tone: "theirs" }, grace);
  await button(page, "Save the draft").click();
  await button(page, "Take the new state").click();
  expect_complaints(/412/);
  assert.equal(await text(page, "Tone").inputValue(), "theirs");
  assert.equal(await button(page, "Save the draft").count(), 0, "nothing is left to save");

  await button(page, "Publish").click();
  await save_draft({ tone: "theirs again" }, grace);
  await button(dialog(page), "Publish").click();
  await dialog(page).getByText("Somebody changed this meanwhile").waitFor();
  expect_complaints(/412/);
});

test("what is not saved is not lost by a link, the way back, or a closed tab", async () => {
  const page = await at_training();
  await page.getByRole("link", { name: "Orders" }).click();
  await page.getByRole("heading", { level: 1, name: "Orders" }).waitFor();
  await page.getByRole("link", { name: "AI training" }).click();
  const tone = text(page, "Tone");
  await tone.fill("not saved");
  await page.getByRole("link", { name: "Orders" }).click();
  await dialog(page).getByText("Leave without saving?").waitFor();
  await button(dialog(page), "Cancel").click();
  assert.equal(await tone.inputValue(), "not saved");
  await page.evaluate(() => history.back());
  await dialog(page).getByText("Leave without saving?").waitFor();
  await button(dialog(page), "Cancel").click();
  let asked = 0;
  page.once("dialog", async (one) => {
    asked += one.type() === "beforeunload" ? 1 : 0;
    await one.dismiss();
  });
  await page.close({ runBeforeUnload: true });
  await page.waitForTimeout(300);
  assert.equal(asked, 1);
  await page.getByRole("link", { name: "Orders" }).click();
  await button(dialog(page), "Leave").click();
  await page.getByRole("heading", { level: 1, name: "Orders" }).waitFor();
  assert.notEqual((await draft()).content.tone, "not saved");

  await page.getByRole("link", { name: "AI training" }).click();
  await tone.fill("not saved");
  await button(page, "Discard").click();
  await button(dialog(page), "Discard").click();
  assert.notEqual(await tone.inputValue(), "not saved");
  await tone.fill("not saved");
  await page.getByRole("button", { name: ada_mail() }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { level: 1 }).waitFor();
  assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, "/sign-in", "who signs out is not asked, nor the next one led here");
});

test("a viewer reads what is taught and what would change, and has no buttons", async () => {
  await colleague(place.here, ada, { role: "viewer" });
  await save_draft({ facts: ["Only to be read."] });
  const page = await person({ base: place.base });
  await sign_in(page, place.here.businesses[1].owner.email);
  await page.waitForURL(/\/inbox/);
  await page.goto(`/businesses/${ada.business_id}/training`);
  await page.getByText("Only to be read.").waitFor();
  await page.getByText("Admins and the owner edit this.").waitFor();
  const main = page.getByRole("main");
  for (const role of ["button", "textbox"]) assert.equal(await main.getByRole(role).count(), 0, role);
  assert.equal(await tab(page, "Try it").count(), 0);
  await tab(page, "Changes").click();
  await main.locator("ins", { hasText: "Only to be read." }).waitFor();
  await tab(page, "Versions").click();
  await page.getByRole("link", { name: "Version 1", exact: true }).click();
  await main.getByText("What it says").waitFor();
  assert.equal(await main.getByRole("button").count(), 0);
  await page.goto(`/businesses/${ada.business_id}/training?tab=try`);
  await page.getByText("Only to be read.").waitFor();
  assert.equal(await main.getByRole("textbox").count(), 0);
});

test("each of its views looks well", { timeout: 300_000 }, async () => {
  const long = "We deliver in Lagos within two days, on the mainland and on the island; elsewhere in Nigeria it takes up to five working days.";
  await save_draft({
    tone: "Warm and short. Begin with a greeting, and say thank you at the end.",
    facts: [long, "We are open from 9 to 18, Monday to Saturday.", "عندنا خدمة التوصيل في لاغوس."],
    faqs: [
      { question: "Can I pay on delivery?", answer: "Only in Lagos, and up to NGN 50,000." },
      { question: "Do you take returns?", answer: "Within 7 days, unworn and with the label." },
    ],
    rules: ["Never promise a day of delivery.", "Offer the matching purse with a dress."],
    forbidden_topics: ["politics", "other shops"],
    hand_over: { keywords: ["lawyer", "refund", "manager please"], topics: ["complaints", "wholesale"] },
  });
  good(await ada.client.post(training("/draft/publish"), { note: "Delivery and returns." }, if_match((await draft()).version)));
  await save_draft({ facts: [long.replace("two days", "three days"), "Parking is free."], forbidden_topics: ["politics", "other shops", "religion"] });
  const old = (await ada.client.get(training("/versions?limit=5"))).body.items.at(-1);
  for (const { name, size, theme, language } of looks) {
    const page = await owner_at_work(place, { size });
    await choose_look(page, { theme, language });
    for (const where of ["draft", "changes", "try", "versions", `versions&version=${old.id}`]) {
      await page.goto(at(page, `training?tab=${where}`));
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForTimeout(500);
      if (where === "try") {
        await looks_well(page, `training-try-empty-${name}`);
        for (const question of [`I want 2 ${place.here.businesses[0].products[0].name}`, "I want my refund!"]) {
          const field = page.getByRole("main").getByRole("textbox");
          await field.fill(question);
          await page.keyboard.press("Enter");
          await page.waitForFunction((count) => document.querySelectorAll(".training-answer").length === count, question.includes("refund") ? 2 : 1);
        }
      }
      await looks_well(page, `training-${where.replace(/&.*/, "-one")}-${name}`);
      if (process.env.SELLAVIE_LONG === "1") {
        await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
        await page.waitForTimeout(200);
        await picture(page, `training-${where.replace(/&.*/, "-one")}-${name}-end`);
      }
    }
    await page.context().close();
  }
});

test("more questions than the server takes are refused with when to go on, and can be asked again", async () => {
  const page = await at_training({}, "training?tab=try");
  const most = 40;
  let asked = 0;
  while (asked < most && (await ada.client.post(training("/draft/try"), { question: "Hello!" })).status !== 429) asked += 1;
  assert.ok(asked < most, "no question was one too many");
  await text(page, "As a customer").fill("Hello!");
  await button(page, "Ask").click();
  await page.getByText(/Try again in \d+ seconds?\./).waitFor();
  expect_complaints(/429/);
  const log = page.getByRole("log");
  await until(
    "the question is answered",
    async () => {
      await button(log, "Ask again").last().click();
      await button(log, "Ask again").nth(-1).waitFor();
      return (await log.getByText(/Hello and welcome/).count()) > 0;
    },
    { seconds: 60, every_ms: 3000 },
  );
  expect_complaints(/429|503/);
});
