// A person's own security: where they are signed in, their password, and the codes of the second step.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { code_of } from "../../../tests/e2e/harness/authenticator.mjs";
import { at, at_work, everybody_leaves, expect_complaints, newcomer, no_complaints, password, person, sign_in } from "./people.mjs";
import { shared_place } from "./place.mjs";

let place;
shared_place({ before, after }, "security", (opened) => {
  place = opened;
});
after(everybody_leaves);
afterEach(no_complaints);

const refused = /status of 401/;
const phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";

async function secured(who) {
  const page = await at_work(place, who);
  await page.goto(at(page, "security"));
  await page.getByRole("heading", { name: "Where you are signed in" }).waitFor();
  return page;
}

const is_signed_in = async (page) => {
  await page.goto("/");
  await page.waitForURL(/\/inbox/);
};

// -> {…somebody, uri, codes}: two-step sign-in is on
async function with_second_factor() {
  const who = await newcomer(place);
  const { body: begun } = await who.client.post("/me/second-factor", { password });
  const { status, body } = await who.client.post("/me/second-factor/confirm", { code: code_of(begun.otpauth_uri) });
  assert.equal(status, 200);
  return { ...who, uri: begun.otpauth_uri, codes: body.recovery_codes };
}

async function asked_for_a_code(who) {
  const page = await person({ base: place.base });
  await sign_in(page, who.email);
  await page.getByRole("heading", { name: "Enter your code" }).waitFor();
  expect_complaints(refused);
  return page;
}

async function enters(page, code) {
  await page.getByLabel("Code").fill(code);
  await page.getByRole("button", { name: "Sign in" }).click();
}

// Signed in with a recovery code, because a code of the app works once.
async function secured_with(who, code) {
  const page = await asked_for_a_code(who);
  await enters(page, code);
  await page.waitForURL(/\/inbox/);
  await page.goto(at(page, "security"));
  return page;
}

test("one session of several is ended: it is signed out, the others stay", async () => {
  const who = await newcomer(place);
  const page = await secured(who);
  const lost = await at_work(place, who, { userAgent: phone });
  const other = await at_work(place, who);
  await page.reload();
  const sessions = page.getByRole("listitem").filter({ hasText: /used/ });
  await sessions.nth(3).waitFor();
  const row = sessions.filter({ hasText: "Safari on iPhone" });
  await row.getByRole("button", { name: "End", exact: true }).click();
  await page.getByText("The session is ended").waitFor();
  await lost.waitForURL(/\/sign-in/);
  await row.waitFor({ state: "detached" });
  assert.equal(await sessions.count(), 3);
  for (const one of [page, other]) await is_signed_in(one);
  // It does not come back by itself.
  await lost.goto("/");
  await lost.getByRole("button", { name: "Sign in" }).waitFor();
  expect_complaints(refused);
});

test("the session that is looked at from has no button that would end it", async () => {
  const page = await secured(await newcomer(place));
  const own = page.getByRole("listitem").filter({ hasText: "This one" });
  await own.waitFor();
  assert.equal(await own.getByRole("button").count(), 0);
});

test("a changed password ends the other sessions and no other one signs in", async () => {
  const who = await newcomer(place);
  const page = await secured(who);
  const other = await at_work(place, who);
  const next = "another long demo password";
  const change = async (current) => {
    await page.getByLabel("Current password").fill(current);
    await page.getByLabel("New password").fill(next);
    await page.getByRole("button", { name: "Change password" }).click();
  };
  await change("not the present one");
  const wrong = page.getByRole("alert");
  await wrong.waitFor();
  assert.equal(await page.getByLabel("Current password").getAttribute("aria-describedby"), await wrong.getAttribute("id"));
  expect_complaints(/status of 422/);
  await change(password);
  await page.getByText("Your password is changed").waitFor();
  assert.deepEqual(await Promise.all(["Current password", "New password"].map((label) => page.getByLabel(label).inputValue())), ["", ""]);
  await other.waitForURL(/\/sign-in/);
  await page.getByRole("listitem").filter({ hasText: /used/ }).nth(1).waitFor({ state: "detached" });
  await is_signed_in(page);

  await sign_in(other, who.email);
  await other.getByRole("alert").filter({ hasText: "The e-mail address or the password is wrong" }).waitFor();
  await sign_in(other, who.email, next);
  await other.waitForURL(/\/inbox/);
  expect_complaints(refused);
});

test("new recovery codes take the place of the old ones", async () => {
  const who = await with_second_factor();
  const page = await secured_with(who, who.codes[0]);
  await page.getByRole("button", { name: "New recovery codes" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Password", { exact: true }).fill(password);
  await dialog.getByLabel("Code").fill("000000");
  await dialog.getByRole("button", { name: "New recovery codes" }).click();
  await dialog.getByRole("alert").waitFor();
  expect_complaints(/status of 422/);
  await dialog.getByLabel("Code").fill(who.codes[1]);
  await dialog.getByRole("button", { name: "New recovery codes" }).click();
  await dialog.getByRole("heading", { name: "Recovery codes", exact: true }).waitFor();
  const codes = await dialog.getByRole("listitem").allTextContents();
  assert.equal(new Set([...codes, ...who.codes]).size, 20);
  await dialog.getByRole("button", { name: "I kept them" }).click();
  await dialog.waitFor({ state: "detached" });

  const elsewhere = await asked_for_a_code(who);
  await enters(elsewhere, who.codes[2]);
  await elsewhere.getByRole("alert").filter({ hasText: "This code is not right" }).waitFor();
  expect_complaints(refused);
  await enters(elsewhere, codes[0]);
  await elsewhere.waitForURL(/\/inbox/);
});

test("who has few recovery codes left is told to make new ones", async () => {
  const who = await with_second_factor();
  for (const code of who.codes.slice(0, 7)) assert.equal((await who.client.post("/auth/sign-in", { email: who.email, password, code })).status, 200);
  const page = await secured_with(who, who.codes[7]);
  await page.getByText("Only 2 recovery codes are left: make new ones.").waitFor();
});

test("two-step sign-in is turned off by password and code, and the password alone signs in", async () => {
  const who = await with_second_factor();
  const page = await secured_with(who, who.codes[0]);
  await page.getByText("On", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Turn off" }).click();
  const dialog = page.getByRole("dialog");
  const turn_off = async (secret, code) => {
    await dialog.getByLabel("Password", { exact: true }).fill(secret);
    await dialog.getByLabel("Code").fill(code);
    await dialog.getByRole("button", { name: "Turn off" }).click();
  };
  await turn_off("not the password", who.codes[1]);
  await dialog.getByRole("alert").waitFor();
  expect_complaints(/status of 422/);
  await turn_off(password, who.codes[1]);
  await page.getByText("Two-step sign-in is off").waitFor();
  await dialog.waitFor({ state: "detached" });
  await page.getByText("Off", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Turn on" }).waitFor();
  const elsewhere = await at_work(place, who);
  assert.equal(await elsewhere.getByRole("heading", { name: "Enter your code" }).count(), 0);
});
