// Markup, scripts and addresses of scripts in every field that a customer fills: message, name, address, wish of an order,
// why a person is wanted, and the names of files, places, cards and advertisements. Each is shown to the letter wherever it
// is shown, and nothing of it becomes part of a page.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, test } from "node:test";
import { if_match } from "../../../tests/e2e/harness/api.mjs";
import { fresh_mid, post, whatsapp_body } from "../../../tests/e2e/harness/meta.mjs";
import { all_of, signed_in_owner } from "../../../tests/e2e/harness/team.mjs";
import { until } from "../../../tests/e2e/harness/workspace.mjs";
import { answered, chat_id, customer, open, row, thread, writes } from "./chats.mjs";
import { at, everybody_leaves, no_complaints, owner_at_work } from "./people.mjs";
import { shared_place } from "./place.mjs";

// Each in a line, and short enough for every field.
const corpus = [
  '<img src=x onerror="window.broken=1">',
  "<script>window.broken=1</script>",
  '"><svg/onload=window.broken=1>',
  "'-window.broken=1-'",
  "javascript:window.broken=1//",
  '<a href="javascript:window.broken=1">look</a>',
  'https://shop.example/"onmouseover="window.broken=1',
  '</textarea><iframe srcdoc="<script>parent.broken=1</script>">',
  "<details open ontoggle=window.broken=1>",
  '<!--<img src="--><img src=x onerror=window.broken=1//">',
  "<style>*{display:none}</style><base href=//evil.example>",
  "&lt;img src=x onerror=window.broken=1&gt;",
  "{{constructor.constructor('window.broken=1')()}}",
];

let place;
let ada;
const people = []; // {who, said, chat, customer, order}: one for each of the corpus
shared_place({ before, after }, "markup", async (opened) => {
  place = opened;
  ada = await signed_in_owner(place.here);
  for (const said of corpus) people.push({ said, who: customer(place, said) });
  await Promise.all(people.map(fills_every_field));
  await place.here.settled({ seconds: 60 });
  for (const one of people) await is_served(one);
});
after(everybody_leaves);
afterEach(no_complaints);

async function fills_every_field({ who, said }) {
  const { sandbox, server, businesses } = place.here;
  let turns = 0;
  const says = async (text) => {
    await sandbox.say(who, text, { name: who.name });
    turns += 1;
    await until(`"${text}" is answered`, async () => (await place.here.turns_of(who)) >= turns, { seconds: 60, every_ms: 700, explain: () => place.here.place.log_tail("server") });
  };
  await says(said);
  await says(`My address is ${said}`);
  await says(`I want 2 ${businesses[0].products[0].name}. Note: ${said}`);
  await says(`I want to talk to a person because ${said}`);
  // What the sandbox says without a word of the customer's.
  const names = [
    { type: "document", document: { id: "1400000000000001", mime_type: "application/pdf", filename: said } },
    { type: "location", location: { latitude: 6.45, longitude: 3.39, name: said, address: said, url: "javascript:window.broken=1" } },
    { type: "contacts", contacts: [{ name: { formatted_name: said }, phones: [{ phone: said }] }] },
    { type: "text", text: { body: said }, referral: { source_url: "javascript:window.broken=1", source_id: "1", source_type: "ad", headline: said, body: said } },
  ];
  for (const message of names) assert.equal(await post(server, whatsapp_body(who, { ...message, id: fresh_mid() }, { name: said })), 200);
}

// The people of the shop go on with it: an invoice, and a change that the log keeps.
async function is_served(one) {
  const { client, shop } = ada;
  const good = ({ status, body, text }) => {
    assert.ok(status < 300, text);
    return body;
  };
  one.chat = await chat_id(place, one.who);
  one.customer = good(await client.get(`${ada.inbox}/${one.chat}`)).customer_id;
  [one.order] = (await all_of(client, `${shop}/orders?customer=${one.customer}`)).items;
  assert.ok(one.order, `${one.said} has an order`);
  good(await client.post(`${shop}/orders/${one.order.id}/payment-link`, {}, { headers: { "idempotency-key": randomUUID() } }));
  one.invoice = good(await client.post(`${shop}/orders/${one.order.id}/invoice`));
  const before = good(await client.get(`${shop}/customers/${one.customer}`));
  good(await client.patch(`${shop}/customers/${one.customer}`, { address: `${before.address} ${one.said}` }, if_match(before.version)));
}

// Nothing here came from anybody but us.
async function is_harmless(page, where) {
  const found = await page.evaluate(() => {
    const wrong = [];
    for (const one of document.querySelectorAll("*")) {
      const tag = one.tagName.toLowerCase();
      if (["object", "embed", "base", "details", "marquee", "math", "style"].includes(tag) && one.closest("body")) wrong.push(tag);
      if (tag === "script" && !one.src.startsWith(`${location.origin}/`)) wrong.push("a script of its own");
      if (tag === "iframe" && !one.src.startsWith("blob:")) wrong.push("a frame");
      if (tag === "img" && !/^(blob:|\/media\/)/.test(one.getAttribute("src") ?? "")) wrong.push(`a picture ${one.getAttribute("src")}`);
      for (const { name, value } of one.attributes) {
        if (name.startsWith("on") || name === "srcdoc") wrong.push(`${tag} ${name}`);
        if (["href", "src", "action", "formaction", "xlink:href"].includes(name) && /^\s*(javascript|data|vbscript):/i.test(value)) wrong.push(`${tag} ${name}=${value}`);
      }
    }
    return { wrong, broken: window.broken };
  });
  assert.deepEqual(found, { wrong: [], broken: undefined }, where);
}

const main = (page) => page.locator("main");
const fact = (page, name) => page.locator("dl > div").filter({ has: page.getByText(name, { exact: true }) });
async function shows(where, within, said) {
  await within
    .getByText(said, { exact: false })
    .first()
    .waitFor()
    .catch(() => assert.fail(`${where} does not show ${said}`));
}

test("the list and every chat show it to the letter", async () => {
  const page = await owner_at_work(place);
  for (const { said, chat } of people) {
    await page.goto(at(page, `inbox/${chat}`));
    await page.getByRole("heading", { level: 1, name: said }).waitFor();
    // The message, that of the advertisement, its headline, and the name of the file.
    await thread(page).getByText(said, { exact: true }).nth(3).waitFor();
    await shows("the card", thread(page), `${said} ${said}`);
    for (const text of [`My address is ${said}`, `Note: ${said}`, `because ${said}`, `6.45,3.39 ${said} ${said}`]) await shows("the chat", thread(page), text);
    const side = page.getByRole("complementary", { name: "Customer and orders" });
    await shows("the side", side, said);
    await shows("the reason", side.getByRole("heading", { name: "Why a person has it" }).locator(".."), said);
    await is_harmless(page, `the chat of ${said}`);
  }
});

test("orders, customers and invoices show it to the letter, in their lists and one by one", { timeout: 300_000 }, async () => {
  const page = await owner_at_work(place);
  for (const where of ["orders", "customers", "invoices"]) {
    await page.goto(at(page, where));
    for (const { said } of people) await shows(where, main(page), said);
    await is_harmless(page, where);
  }
  for (const one of people) {
    await page.goto(at(page, `orders/${one.order.id}`));
    await shows("the note of an order", fact(page, "Note"), one.said);
    await is_harmless(page, `the order of ${one.said}`);
    await page.goto(at(page, `customers/${one.customer}`));
    await page.getByRole("heading", { level: 1, name: one.said }).waitFor();
    await shows("the address", fact(page, "Address"), one.said);
    await is_harmless(page, `the customer ${one.said}`);
    await page.goto(at(page, `invoices?invoice=${one.invoice.id}`));
    await shows("the invoice", page.getByRole("dialog"), one.said);
    await is_harmless(page, `the invoice of ${one.said}`);
  }
});

test("tasks, notifications and the activity log show it to the letter, or nothing of it", async () => {
  const page = await owner_at_work(place);
  await page.goto(at(page, "tasks"));
  for (const { said } of people) await shows("tasks", main(page), said);
  await is_harmless(page, "tasks");
  await page.getByRole("button", { name: /^Notifications/ }).click();
  await page.getByRole("dialog").getByText("The AI handed a chat over to a person.").first().waitFor();
  await is_harmless(page, "notifications");
  for (const { said, customer: subject } of people) {
    await page.goto(at(page, `activity?subject=${subject}`));
    await main(page).getByRole("listitem").getByRole("button").first().click();
    await page.getByRole("dialog").locator("pre").last().waitFor();
    const written = await page.getByRole("dialog").locator("pre").allInnerTexts();
    assert.ok(
      written.some((text) => text.includes(JSON.stringify(said).slice(1, -1))),
      `${said} is not in ${written}`,
    );
    await is_harmless(page, `the log of ${said}`);
    await page.keyboard.press("Escape");
  }
});

test("what offers people to choose from, and what asks about one, shows it to the letter", async () => {
  const page = await owner_at_work(place);
  const dialog = page.getByRole("dialog");
  await page.goto(at(page, "orders?new=1"));
  const choices = dialog.getByRole("button");
  await choices.nth(10).waitFor();
  const offered = await choices.allTextContents();
  assert.ok(people.filter(({ said }) => offered.some((text) => text.includes(said))).length >= 10, `${offered}`);
  await is_harmless(page, "a new order");
  for (const { said, customer: id, chat } of people.slice(0, 5)) {
    await page.goto(at(page, `customers/${id}`));
    for (const item of ["Merge with…", "Block"]) {
      await page.getByRole("button", { name: "More", exact: true }).click();
      await page.getByRole("menuitem", { name: item }).click();
      await shows(item, dialog, said);
      await is_harmless(page, item);
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    }
    await page.keyboard.press("Control+k");
    await dialog.getByRole("combobox").fill(said.slice(0, 20));
    await dialog.getByRole("option").filter({ hasText: said }).first().click();
    await page.waitForURL((url) => url.pathname.endsWith(chat) || url.pathname.includes("/orders/"));
    await is_harmless(page, "the search of everything");
  }
});

test("it comes in live as it is shown", async () => {
  const page = await owner_at_work(place);
  const who = await answered(place, "Hello!", customer(place, "Somebody harmless"));
  await open(page, who);
  await page.getByRole("button", { name: "Take over" }).click();
  await page.getByText("You answer").waitFor();
  for (const said of corpus) {
    await writes(place, said, who);
    await thread(page).getByText(said, { exact: true }).last().waitFor();
  }
  await row(page, { name: corpus.at(-1) })
    .and(row(page, who))
    .waitFor();
  await is_harmless(page, "the inbox");
});
