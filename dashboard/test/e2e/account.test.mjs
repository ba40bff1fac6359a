// From signing up to the first inbox; the second factor; sessions that end elsewhere.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { code_of } from "../../../tests/e2e/harness/authenticator.mjs";
import { signed_in_owner } from "../../../tests/e2e/harness/team.mjs";
import { until } from "../../../tests/e2e/harness/workspace.mjs";
import { everybody_leaves, expect_complaints, no_complaints, owner_at_work, password, person, sign_in } from "./people.mjs";
import { shared_place } from "./place.mjs";

let place;
shared_place({ before, after }, "account", (opened) => {
  place = opened;
});
after(everybody_leaves);
afterEach(no_complaints);

const refused = /status of 401/;

async function signed_up(email) {
  const page = await person({ base: place.base });
  await page.goto("/sign-up");
  await page.getByLabel("Your name").fill("Ngozi Eze");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("heading", { name: "Look into your mailbox" }).waitFor();
  const [mail] = await place.here.sandbox.got_mails(email);
  const link = new URL(/https?:\S+#token=\S+/.exec(mail.text)[0]);
  await page.goto(`${link.pathname}${link.hash}`);
  await page.getByLabel("Password", { exact: true }).fill(password);
  assert.equal(new URL(page.url()).hash, "", "the token stays in the address");
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByLabel("Name of the business").fill("Ngozi Prints");
  await page.getByLabel("Time zone").selectOption("Africa/Lagos");
  await page.getByRole("button", { name: "Begin" }).click();
  await page.getByRole("heading", { level: 1, name: "Guided start" }).waitFor();
  return page;
}

test("a new owner signs up, proves the address, founds a business, is led to its guide and sees its empty inbox", async () => {
  const page = await signed_up("ngozi@shop.example");
  await page.getByRole("link", { name: "Inbox" }).click();
  await page.getByText("No chats yet").waitFor();
  await page.reload();
  await page.getByText("No chats yet").waitFor();
});

test("a wrong password is told as that, and the right one signs in", async () => {
  const page = await person({ base: place.base });
  await sign_in(page, place.here.businesses[0].owner.email, "not the password");
  await page.getByRole("alert").filter({ hasText: "The e-mail address or the password is wrong" }).waitFor();
  expect_complaints(refused);
  await sign_in(page, place.here.businesses[0].owner.email);
  await page.waitForURL(/\/inbox/);
});

test("no token is where a script could read it, and nobody frames the page", async () => {
  const page = await owner_at_work(place);
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  assert.doesNotMatch(kept, /eyJ|[A-Za-z0-9_-]{40}/);
  const { headers } = await fetch(`${place.base}/`).then((answer) => ({ headers: answer.headers }));
  assert.match(headers.get("content-security-policy"), /default-src 'none'; script-src 'self';.*frame-ancestors 'none'/);
});

test("with two-step sign-in a code is asked for, and a used one is refused", async () => {
  const email = "totp@shop.example";
  const page = await signed_up(email);
  await page.goto(page.url().replace(/guide.*/, "security"));
  await page.getByRole("button", { name: "Turn on" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Password", { exact: true }).fill(password);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.getByRole("img", { name: "QR code for an authenticator app" }).waitFor();
  await dialog.getByText("The camera does not work?").click();
  const secret = (await dialog.locator("[data-secret]").textContent()).trim();
  const uri = `otpauth://totp/x?secret=${secret}&algorithm=SHA1&digits=6&period=30`;
  await dialog.getByLabel("Code").fill(code_of(uri));
  await dialog.getByRole("button", { name: "Turn on" }).click();
  await dialog.getByRole("heading", { name: "Recovery codes" }).waitFor();
  const codes = await dialog.getByRole("listitem").allTextContents();
  assert.equal(codes.length, 10);
  await dialog.getByRole("button", { name: "I kept them" }).click();
  await page.getByText("On", { exact: true }).waitFor();

  const elsewhere = await person({ base: place.base });
  await sign_in(elsewhere, email);
  await elsewhere.getByRole("heading", { name: "Enter your code" }).waitFor();
  await elsewhere.getByLabel("Code").fill(code_of(uri));
  await elsewhere.getByRole("button", { name: "Sign in" }).click();
  await elsewhere.getByRole("alert").waitFor();
  await elsewhere.getByLabel("Code").fill(codes[0]);
  await elsewhere.getByRole("button", { name: "Sign in" }).click();
  await elsewhere.waitForURL(/\/inbox/);
  expect_complaints(refused);
});

test("a session that is ended elsewhere is signed out here", async () => {
  const first = await owner_at_work(place);
  const second = await owner_at_work(place);
  await second.goto(second.url().replace(/inbox.*/, "security"));
  await second.getByRole("button", { name: "End all others" }).first().click();
  await second.getByRole("dialog").getByRole("button", { name: "End all others" }).click();
  await first.waitForURL(/\/sign-in/);
  await second.getByRole("dialog").waitFor({ state: "detached" });
  await second.getByText("This one", { exact: true }).waitFor();
  expect_complaints(refused);
});

test("without a network the page still begins, says so, and goes on when it is back", async () => {
  const page = await owner_at_work(place, { workers: "allow" });
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  // What is read under the worker is kept.
  await page.reload();
  await page.getByText("No chats yet").waitFor();
  await page.context().setOffline(true);
  await page.reload();
  await page.getByText("No connection").waitFor();
  await page.context().setOffline(false);
  await page.getByText("No chats yet").waitFor();
  expect_complaints(/ERR_INTERNET_DISCONNECTED|Failed to fetch|ERR_FAILED/);
});

const account_menu = (page, email) => page.getByRole("button", { name: email });

test("signing out in one tab signs the other one out, and the next person sees nothing of what was read", async () => {
  const [{ owner: first }, { owner: second }] = place.here.businesses;
  const page = await owner_at_work(place);
  const tab = await page.context().newPage();
  await tab.goto(page.url());
  await account_menu(tab, first.email).waitFor();
  await account_menu(page, first.email).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  for (const one of [page, tab]) await one.waitForURL(/\/sign-in/);
  assert.equal(new URL(page.url()).search, "", "the next person is led to where this one was");

  // Without a reload: what the page had read would still be there.
  await page.getByLabel("E-mail").fill(second.email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await account_menu(page, second.email).waitFor();
  // That tab stays where it was: in a shop of the first one's.
  await tab.getByRole("alert").waitFor();
  for (const one of [page, tab]) assert.equal(await one.getByText(first.email).count(), 0);
  await tab.getByRole("link", { name: "To the start" }).click();
  await account_menu(tab, second.email).waitFor();
});

test("signing out without a network ends the session here at once, and at the server when the network is back", async () => {
  const { email } = place.here.businesses[0].owner;
  const page = await owner_at_work(place);
  const { client } = await signed_in_owner(place.here);
  const sessions = async () => (await client.get("/sessions")).body.items.length;
  const before = await sessions();
  // Nobody has opened a menu yet.
  await page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => name.includes("menu_open")));
  await page.context().setOffline(true);
  await account_menu(page, email).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  assert.equal(await sessions(), before);
  await page.context().setOffline(false);
  await until("the server has ended it", async () => (await sessions()) === before - 1);
  await page.goto("/");
  await page.waitForURL(/\/sign-in/);
  expect_complaints(/ERR_INTERNET_DISCONNECTED|Failed to fetch/);
});
