// The inbox without a network: what was read last can be read on, what is written waits, and nothing of it outlives the session.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { until } from "../../../tests/e2e/harness/workspace.mjs";
import { answered, composer, customer, list, open, replies_with, row, thread } from "./chats.mjs";
import { everybody_leaves, expect_complaints, no_complaints, owner_at_work, person, picture, sign_in } from "./people.mjs";
import { shared_place } from "./place.mjs";

let place;
shared_place({ before, after }, "offline", (opened) => {
  place = opened;
});
after(everybody_leaves);
afterEach(no_complaints);

const lost = /ERR_INTERNET_DISCONNECTED|Failed to fetch|ERR_FAILED/;
const notice = (page) => page.getByRole("status").filter({ hasText: "No connection: last read on" });

// -> what the device keeps, by the names of its queries
const kept = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opened = indexedDB.open("sellavie");
        opened.onerror = () => reject(opened.error);
        opened.onsuccess = () => {
          const names = opened.result.objectStoreNames.contains("inbox") ? opened.result.transaction("inbox").objectStore("inbox").getAllKeys() : { result: [] };
          const done = () => {
            opened.result.close();
            resolve(names.result.map((name) => JSON.parse(name)[0]));
          };
          if (names instanceof IDBRequest) names.onsuccess = done;
          else done();
        };
      }),
  );

// -> a page in the inbox, of which everything is kept that a start without a network needs
async function ready(who) {
  const page = await owner_at_work(place, { workers: "allow" });
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  // What is read under the worker is kept.
  await page.reload();
  await open(page, who);
  await thread(page).getByText("Is the shop open?").waitFor();
  const wanted = ["show_me", "show_business", "list_conversations", "show_conversation", "list_messages"];
  await until("the inbox is kept", async () => {
    const names = await kept(page);
    return wanted.every((name) => names.includes(name));
  });
  return page;
}

test("the last inbox is read on after a start without a network, and what is written then arrives once", { timeout: 180_000 }, async () => {
  const [who, other] = [await answered(place, "Is the shop open?"), await answered(place, "Do you have shirts?")];
  const page = await ready(who);
  await page.context().setOffline(true);
  await page.reload();

  await thread(page).getByText("Is the shop open?").waitFor();
  await notice(page).waitFor();
  await row(page, other).waitFor();
  assert.equal(await page.getByRole("alert").count(), 0, "what is kept is shown without a failure beside it");
  await picture(page, "offline");
  const hidden = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
  assert.equal(hidden, 0, "what the line above takes, it takes of the panes: all of the page is in sight");
  await composer(page, who).fill("Written on the bus");
  await composer(page, who).press("Enter");
  await page.getByText("Waits for the network; it will be sent once").waitFor();
  // Never opened before: there is nothing of it here, and that is said.
  await row(page, other).click();
  await page
    .getByRole("alert")
    .or(page.getByText("No connection", { exact: true }))
    .first()
    .waitFor();

  await page.context().setOffline(false);
  await notice(page).waitFor({ state: "detached" });
  await thread(page).getByText("Do you have shirts?").waitFor();
  await until("it arrived", async () => (await replies_with(place, who, "Written on the bus")).length === 1);
  await row(page, who).click();
  await page.getByText("Waits for the network; it will be sent once").waitFor({ state: "detached" });
  assert.equal((await replies_with(place, who, "Written on the bus")).length, 1);
  // Live again, not only answered.
  const newer = await answered(place, "And hats?", customer(place));
  await row(page, newer).waitFor();
  expect_complaints(lost);
});

test("at the start address, too, a phone without a network has the inbox", { timeout: 120_000 }, async () => {
  const who = await answered(place, "Is the shop open?");
  const page = await ready(who);
  await page.context().setOffline(true);
  await page.goto("/");
  await row(page, who).waitFor();
  await notice(page).waitFor();
  expect_complaints(lost);
});

test("signing out without a network takes it away", { timeout: 120_000 }, async () => {
  const who = await answered(place, "Is the shop open?");
  const page = await ready(who);
  // Nobody has opened a menu yet.
  await page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => name.includes("menu_open")));
  await page.context().setOffline(true);
  await page.reload();
  await notice(page).waitFor();
  await page.getByRole("button", { name: place.here.businesses[0].owner.email }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await until("nothing is kept", async () => (await kept(page)).length === 0);
  await page.goto("/");
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  assert.equal(await page.getByText("Is the shop open?").count(), 0);
  expect_complaints(lost);
});

test("a session that was ended meanwhile shows nothing more once the server can say so", { timeout: 120_000 }, async () => {
  const who = await answered(place, "Is the shop open?");
  const page = await ready(who);
  await page.context().setOffline(true);
  await page.reload();
  await notice(page).waitFor();
  const elsewhere = await owner_at_work(place);
  await elsewhere.goto(elsewhere.url().replace(/inbox.*/, "security"));
  await elsewhere.getByRole("button", { name: "End all others" }).first().click();
  await elsewhere.getByRole("dialog").getByRole("button", { name: "End all others" }).click();
  await elsewhere.getByRole("dialog").waitFor({ state: "detached" });

  await page.context().setOffline(false);
  await page.waitForURL(/\/sign-in/);
  assert.equal(await list(page).count(), 0);
  await until("nothing is kept", async () => (await kept(page)).length === 0);
  expect_complaints(new RegExp(`${lost.source}|401`));
});

test("a device that can keep nothing says that there is no connection, and goes on when there is", { timeout: 120_000 }, async () => {
  const page = await person({ base: place.base, workers: "allow" });
  await page.addInitScript(() => {
    Object.defineProperty(window, "indexedDB", {
      get() {
        throw new DOMException("not here", "SecurityError");
      },
    });
  });
  await sign_in(page, place.here.businesses[0].owner.email);
  await page.waitForURL(/\/businesses\/[^/]+\/inbox/);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  await page.reload();
  await list(page).waitFor();
  await page.context().setOffline(true);
  await page.reload();
  await page.getByRole("heading", { name: "No connection" }).waitFor();
  await page.context().setOffline(false);
  await list(page).waitFor();
  expect_complaints(lost);
});
