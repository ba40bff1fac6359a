// The sandbox's page of three phones in a real browser, before the real server: a person who writes there as a customer.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { confirms, has_amount } from "../../deploy/sandbox/purchase.mjs";
import { browser, chromium } from "./harness/browser.mjs";
import { channels, shared_world } from "./harness/world.mjs";

const with_browser = { timeout: 120_000, skip: chromium ? false : "chromium is not installed" };
const wide = { width: 1440, height: 900 };
const narrow = { width: 360, height: 740, narrow: true };
let here, page;

async function open_phones(world) {
  here = world;
  page = await new browser(here.place).open(`${here.sandbox.url}/?customer=10203040`, wide);
  await page.until("the page follows what happens", () => document.getElementById("link-state").textContent === "live");
  await page.run(() => {
    window.seen_typing = [];
    for (const phone of document.querySelectorAll(".phone")) {
      const dots = phone.querySelector(".typing");
      new MutationObserver(() => dots.checkVisibility() && window.seen_typing.push(phone.className)).observe(dots, { attributes: true });
    }
  });
}

if (chromium) {
  shared_world({ before, after }, { name: "phones", settings: { conversation: { gather_ms: 300, typing: true } } }, open_phones);
  afterEach(() => assert.deepEqual(page.complaints, []));
}

const replies_on = (channel) => page.run((one) => [...document.querySelectorAll(`.phone.${one} .message.business`)].map((bubble) => bubble.innerText), channel);

async function write(channel, text) {
  await page.click(`.phone.${channel} .composer input`);
  await page.type(text);
  await page.press_enter();
  await page.until(`"${text}" stands on the ${channel} phone`, (one, said) =>
    [...document.querySelectorAll(`.phone.${one} .message.customer`)].some((bubble) => bubble.innerText.includes(said)), channel, text);
}

// -> the bubbles that came, once one of them is what was waited for
async function answer(channel, before, fits = () => true) {
  for (let count = before.length; ;) {
    const after = await page.until(`${channel} has more than ${count} replies, the last of which fits`, (one, known) => {
      const found = [...document.querySelectorAll(`.phone.${one} .message.business`)].map((bubble) => bubble.innerText);
      return found.length > known && found;
    }, channel, count);
    if (after.slice(before.length).some((text) => fits({ text }))) return after.slice(before.length);
    count = after.length;
  }
}

async function exchange(channel, text, fits) {
  const before = await replies_on(channel);
  await write(channel, text);
  return answer(channel, before, fits);
}

// The newest message of each phone that is to be seen is in sight.
const at_the_end = () => page.until("the conversations have scrolled to their ends", () =>
  [...document.querySelectorAll(".phone .log")].filter((log) => log.checkVisibility()).every((log) => log.scrollTop + log.clientHeight > log.scrollHeight - 2));

// Not innerWidth: on a narrow screen it grows with what overflows.
const page_fits = ({ width }) => page.run((most) => document.documentElement.scrollWidth <= most, width);

test("a greeting is answered on each phone", with_browser, async () => {
  for (const channel of channels) await exchange(channel, "Hello!");
});

// Not for the first reply of a channel: what sends there has just been started.
test("while the shop thinks, its dots are to be seen and the message is marked as seen; then the dots are gone", with_browser, async () => {
  await here.sandbox.set({ "llm.openai.latency_ms": 700 });
  for (const channel of channels) {
    await page.run(() => { window.seen_typing = []; });
    await exchange(channel, "Do you have fabrics?");
    const typing = await page.run(() => window.seen_typing);
    assert.ok(typing.some((phone) => phone.includes(channel)), `nobody typed on ${channel}: ${typing}`);
    await page.until(`the dots are gone on ${channel}`, (one) => !document.querySelector(`.phone.${one} .typing`).checkVisibility(), channel);
  }
  await page.until("all that the customer wrote is marked as seen", () => {
    const ticks = [...document.querySelectorAll(".message.customer .tick")];
    return ticks.length >= 6 && ticks.every((tick) => tick.classList.contains("read"));
  });
  await here.sandbox.set({ "llm.openai.latency_ms": 0 });
});

test("a product is asked for, ordered and paid on each phone", with_browser, async () => {
  const [product] = here.businesses[0].products;
  for (const channel of channels) {
    await exchange(channel, `How much is the ${product.name}?`, (reply) => has_amount(reply, product.price_minor));
    await exchange(channel, `I want 2 ${product.name}`, (reply) => has_amount(reply, 2 * product.price_minor));
    await write(channel, "Checkout please");
    const link = await page.until(`a payment link on ${channel}`, (one) => document.querySelector(`.phone.${one} .message.business a[href*="/pay/"]`)?.href, channel);
    const checkout = await page.browser.open(link, narrow);
    await checkout.click('button[value="success"]');
    await checkout.until("the shop's own page says that it is paid", () => document.querySelector("h1")?.innerText === "Payment received");
    if (channel === channels[0]) await checkout.picture("paid");
    assert.deepEqual(checkout.complaints, []);
    await checkout.close();
    await exchange(channel, "I have paid", confirms);
  }
  await at_the_end();
  assert.ok(await page_fits(wide), "the page is wider than the window");
  await page.picture("phones_wide");
});

test("a switch of the page makes a model fail once, and the shop answers all the same", with_browser, async () => {
  await page.click("#panel summary");
  const [rows, switches] = await page.run(async () => [document.querySelectorAll(".switch").length, (await (await fetch("/control/switches/describe")).json()).length]);
  assert.equal(rows, switches, "the panel has not every switch");
  await page.run(() => {
    const outage = document.getElementById("switch-llm.openai.outage");
    outage.value = "once";
    outage.dispatchEvent(new Event("change"));
  });
  await page.until("the page counts the switch", () => document.getElementById("panel-count").textContent === "1 on");
  await page.run(() => document.getElementById("panel").scrollIntoView({ behavior: "instant" }));
  await page.picture("phones_panel");
  await exchange("messenger", "Do you have anything else?");
  await page.until("the switch is used up", () => document.getElementById("panel-count").textContent === "all off");
  await page.click("#panel summary");
});

test("what the owner writes on the phone app stands on the customer's phone, with who wrote it", with_browser, async () => {
  const before = await replies_on("instagram");
  await page.click(".phone.instagram .composer input");
  await page.type("Ada here, I will look myself.");
  await page.click(".phone.instagram .owner");
  await answer("instagram", before, ({ text }) => text.includes("Ada here") && text.includes("the owner, from the phone app"));
});

test("a narrow screen shows one phone at a time and marks the others' news", with_browser, async () => {
  await page.resize(narrow);
  await page.click('.tabs [data-channel="whatsapp"]');
  const shown = await page.run(() => [...document.querySelectorAll(".phone")].filter((one) => one.checkVisibility()).map(({ className }) => className));
  assert.deepEqual(shown, ["phone whatsapp shown"]);
  await here.sandbox.say({ channel: "messenger", account: here.customer("messenger").account, customer: "240000010203040" }, "And a receipt please");
  await page.until("Messenger's tab has news", () => document.querySelector('.tabs [data-channel="messenger"]').classList.contains("news"));
  await exchange("whatsapp", "Thanks!");
  await at_the_end();
  assert.ok(await page_fits(narrow), "the page is wider than the screen");
  await page.picture("phones_narrow");
  await page.run(() => scrollTo({ top: 0, behavior: "instant" }));
  await page.picture("phones_narrow_top");
});
