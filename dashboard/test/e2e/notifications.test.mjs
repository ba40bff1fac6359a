// What people are told: the bell counts and leads there, and what is told of itself has settings.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, test } from "node:test";
import { if_match } from "../../../tests/e2e/harness/api.mjs";
import { signed_in_owner } from "../../../tests/e2e/harness/team.mjs";
import { until } from "../../../tests/e2e/harness/workspace.mjs";
import { looks_well } from "./looks.mjs";
import { at, everybody_leaves, expect_complaints, narrow, no_complaints, owner_at_work, picture } from "./people.mjs";
import { shared_place } from "./place.mjs";

let place;
let ada;
shared_place({ before, after }, "notifications", async (opened) => {
  place = opened;
  ada = await signed_in_owner(place.here);
});
after(everybody_leaves);
afterEach(no_complaints);

const bell = (page, count = "") => page.getByRole("button", { name: new RegExp(`^Notifications${count && `: ${count} \\(`}`) });
// What the server sends to browsers, out of its own test.
const [first_push] = /EXPECT_EQ\(write_notification\([^;]*;/.exec(readFileSync(new URL("../../../tests/protocol/push/push_test.cpp", import.meta.url), "utf8"));
const push_message = [...first_push.matchAll(/R"\((.*?)\)"/g)].map(([, part]) => part).join("");
const list = (page) => page.getByRole("dialog", { name: "Notifications" });
const handed_over = "The AI handed a chat over to a person.";
const read_all = async () => {
  const { body } = await ada.client.get(`${ada.shop}/notifications`);
  if (body.items.length > 0) assert.equal((await ada.client.post(`${ada.shop}/notifications/read-all`, { up_to: body.items[0].id })).status, 204);
};

// -> the chat's id
async function asks_for_a_person() {
  const who = place.here.customer();
  await place.here.sandbox.say(who, "Hello!");
  await place.here.sandbox.heard(who, 1);
  await place.here.sandbox.say(who, "I want to talk to a person");
  await until("the owner is told", async () => {
    const { body } = await ada.client.get(`${ada.shop}/notifications?unread=true`);
    const [[id] = []] = await place.here.server.sql(`SELECT id FROM conversations WHERE id IN ${place.here.conversation_of(who)}`);
    return body.items.some(({ conversation_id }) => conversation_id === id);
  });
  const [[id]] = await place.here.server.sql(`SELECT id FROM conversations WHERE id IN ${place.here.conversation_of(who)}`);
  return id;
}

test("a customer asks for a person: the bell counts it at once, leads to the chat, and it is read", async () => {
  const page = await owner_at_work(place);
  await bell(page).click();
  await list(page).getByText("Nothing yet").waitFor();
  await page.keyboard.press("Escape");
  await list(page).waitFor({ state: "detached" });

  const chat = await asks_for_a_person();
  await bell(page, 1).waitFor();
  await bell(page, 1).focus();
  await page.keyboard.press("Enter");
  const row = list(page).getByRole("link", { name: handed_over });
  await row.waitFor();
  assert.match(await row.textContent(), /Unread/);
  await picture(page, "notifications");
  await row.click();
  await page.waitForURL(new RegExp(`/inbox/${chat}`));
  await list(page).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Notifications", exact: true }).waitFor();
  const { body } = await ada.client.get(`${ada.shop}/notifications`);
  assert.ok(body.items.every(({ read_at }) => read_at));
});

test("all are marked read at once, here and at the server", async () => {
  await asks_for_a_person();
  await asks_for_a_person();
  const page = await owner_at_work(place);
  await bell(page, 2).click();
  await list(page).getByText(handed_over).first().waitFor();
  await list(page).getByRole("button", { name: "Mark all read" }).click();
  await list(page).getByText("Unread").first().waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Notifications", exact: true }).waitFor();
  assert.equal((await ada.client.get(`${ada.shop}/notifications/unread`)).body.unread, 0);
});

test("a list that cannot be read says so, and is asked for again", async () => {
  const page = await owner_at_work(place);
  await page.route(/\/notifications\?/, (route) => route.fulfill({ status: 500, contentType: "application/problem+json", body: '{"type":"/problems/internal","status":500}' }));
  await bell(page).click();
  await list(page).getByRole("alert").waitFor();
  await page.unroute(/\/notifications\?/);
  await list(page).getByRole("button", { name: "Try again" }).click();
  await list(page).getByText(handed_over).first().waitFor();
  expect_complaints(/500/);
});

test("on a phone in Arabic the bell is in the bar, and the list fits", async () => {
  await asks_for_a_person();
  const page = await owner_at_work(place, { size: narrow });
  await page.context().addInitScript(() => localStorage.setItem("sellavie.language", "ar"));
  await page.reload();
  await page
    .getByRole("navigation", { name: "رئيسي" })
    .or(page.getByRole("navigation").last())
    .getByRole("button", { name: /^الإشعارات: / })
    .click();
  const sheet = page.getByRole("dialog", { name: "الإشعارات" });
  await sheet.getByText("سلّم الذكاء الاصطناعي محادثة إلى شخص.").first().waitFor();
  await looks_well(page, "notifications-phone-arabic");
  await read_all();
});

test("in French the inbox and the bar with the bell fit a phone", async () => {
  const page = await owner_at_work(place, { size: narrow });
  await page.context().addInitScript(() => localStorage.setItem("sellavie.language", "fr"));
  await page.reload();
  await page.getByRole("button", { name: "Notifications", exact: true }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), narrow.width);
  const labels = await page.getByRole("navigation").last().getByRole("link").locator("span").all();
  assert.equal(labels.length, 4);
  for (const label of labels) assert.ok(await label.evaluate(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth), "a label is cut off");
});

test("the line of low stock and the reminders are changed, and a wrong number is told at its field", async () => {
  const page = await owner_at_work(place);
  await page.goto(`${at(page, "settings")}?tab=orders`);
  await page.getByLabel("Low stock").fill("a few");
  await page.getByRole("button", { name: "Save" }).click();
  const wrong = page.getByRole("alert");
  await wrong.waitFor();
  assert.equal(await wrong.textContent(), "Low stock must be a whole number");
  assert.equal(await page.getByLabel("Low stock").getAttribute("aria-describedby"), await wrong.getAttribute("id"));
  assert.equal(await page.getByLabel("Low stock").getAttribute("aria-invalid"), "true");
  expect_complaints(/4\d\d/);
  await page.getByLabel("Low stock").fill("5");
  await page.getByLabel("Reminders to pay").selectOption({ label: "At most 2 an order" });
  await page.getByLabel("Minutes until a reminder").fill("15");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
  const kept = async () => {
    const { body } = await ada.client.get(ada.shop);
    return [body.low_stock_at, body.checkout_reminders, body.checkout_reminder_minutes];
  };
  assert.deepEqual(await kept(), [5, 2, 15]);
  await page.reload();
  assert.equal(await page.getByLabel("Low stock").inputValue(), "5");
  await page.getByLabel("Low stock").fill("");
  await page.getByLabel("Reminders to pay").selectOption({ label: "None" });
  await page.getByRole("button", { name: "Save" }).click();
  await until("it is kept", async () => (await kept())[1] === 0);
  assert.deepEqual(await kept(), [null, 0, 15]);
});

test("documents are mailed or not, and what else is written on them stays", async () => {
  const path = `${ada.shop}/invoice-settings`;
  const { version, ...settings } = (await ada.client.get(path)).body;
  assert.equal((await ada.client.put(path, { ...settings, footer: "Thank you!" }, if_match(version))).status, 200);
  const page = await owner_at_work(place);
  await page.goto(`${at(page, "settings")}?tab=orders`);
  await page.getByLabel("Mail invoices and credit notes").uncheck();
  await page.getByText("Saved", { exact: true }).waitFor();
  const { body } = await ada.client.get(path);
  assert.deepEqual([body.mail_documents, body.footer], [false, "Thank you!"]);
});

test("a WhatsApp number is given the template for its news, and has it taken away", async () => {
  const page = await owner_at_work(place);
  await page.goto(at(page, "connections"));
  const number = page.getByRole("listitem").filter({ hasText: "WhatsApp" });
  const kept = async () => (await ada.client.get(`${ada.shop}/connections`)).body.items.find(({ channel }) => channel === "whatsapp").notice_template;
  const open = () => number.getByRole("button", { name: "Template for news" }).click();
  const dialog = page.getByRole("dialog", { name: "Template for news" });
  const save = () => dialog.getByRole("button", { name: "Save" }).click();
  await open();
  await dialog.getByLabel("Name of the template").fill("Order News");
  await dialog.getByLabel("Language of the template").fill("en");
  await save();
  await dialog.getByRole("alert").waitFor();
  expect_complaints(/4\d\d/);
  await dialog.getByLabel("Name of the template").fill("order_news");
  await save();
  await number.getByText("order_news").waitFor();
  assert.deepEqual(await kept(), { name: "order_news", language: "en" });
  await open();
  await dialog.getByLabel("Name of the template").fill("");
  await save();
  // Behind an open dialog nothing has a role: the text would be missed there before it is gone.
  await dialog.waitFor({ state: "detached" });
  await number.getByText("order_news").waitFor({ state: "detached" });
  assert.equal(await kept(), null);
});

// A browser's push service is elsewhere: here the browser only says what it would.
async function with_a_push_service(page, { leave }) {
  await page.addInitScript((answer) => {
    let known = null;
    const manager = {
      getSubscription: async () => known,
      subscribe: async ({ applicationServerKey }) => {
        const { publicKey } = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
        const written = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/[+/=]/g, (one) => ({ "+": "-", "/": "_", "=": "" })[one]);
        const keys = { p256dh: written(await crypto.subtle.exportKey("raw", publicKey)), auth: written(crypto.getRandomValues(new Uint8Array(16))) };
        known = {
          options: { applicationServerKey: null },
          toJSON: () => ({ endpoint: `https://push.invalid/${applicationServerKey.length}`, keys }),
          unsubscribe: async () => {
            known = null;
            return true;
          },
        };
        return known;
      },
    };
    navigator.serviceWorker.getRegistration = async () => ({ pushManager: manager });
    Object.defineProperty(Notification, "permission", { get: () => "default" });
    Notification.requestPermission = async () => answer;
  }, leave);
  await page.goto(`${at(page, "settings")}?tab=notifications`);
}

test("this browser is notified when the person wishes so, until they do not any more", async () => {
  const page = await owner_at_work(place);
  await with_a_push_service(page, { leave: "granted" });
  const there = async () => (await ada.client.get("/me/push-subscriptions")).body.items.map(({ service }) => service);
  await page.getByRole("button", { name: "Notify me in this browser" }).click();
  await page.getByText("This browser is notified until you sign out here.").waitFor();
  assert.deepEqual(await there(), ["https://push.invalid"]);
  await page.getByRole("button", { name: "Stop notifying this browser" }).click();
  await page.getByRole("button", { name: "Notify me in this browser" }).waitFor();
  assert.deepEqual(await there(), []);
});

test("a browser that was told not to says what to do", async () => {
  const page = await owner_at_work(place);
  await with_a_push_service(page, { leave: "denied" });
  await page.getByRole("button", { name: "Notify me in this browser" }).click();
  await page.getByText("Allow notifications for this site in the browser’s settings").waitFor();
});

test("the worker shows what the server says", async () => {
  const page = await owner_at_work(place, { workers: "allow" });
  await page.context().grantPermissions(["notifications"], { origin: place.base });
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  const devtools = await page.context().newCDPSession(page);
  const registered = new Promise((found) => devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => registrations[0] && found(registrations[0])));
  await devtools.send("ServiceWorker.enable");
  const { registrationId } = await registered;
  await devtools.send("ServiceWorker.deliverPushMessage", { origin: place.base, registrationId, data: push_message });
  const shown = () =>
    page.evaluate(async () => {
      const worker = await navigator.serviceWorker.ready;
      return (await worker.getNotifications()).map(({ title, tag, data: { url } }) => [title, tag, url]);
    });
  await until("it is shown", async () => (await shown()).length > 0);
  assert.deepEqual(await shown(), [["A chat waits for you, and more", "many 0190-shop", "/businesses/0190-shop/inbox/0190-chat"]]);
});
