// Accounts at payment providers: added, checked, their keys replaced, removed, by whoever may.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { if_match } from "../../../tests/e2e/harness/api.mjs";
import { gets_a_link, look_now } from "../../../tests/e2e/harness/paying_shops.mjs";
import { colleague, signed_in_owner } from "../../../tests/e2e/harness/team.mjs";
import { choose_look, looks, looks_well } from "./looks.mjs";
import { at, everybody_leaves, expect_complaints, no_complaints, owner_at_work, person, sign_in } from "./people.mjs";
import { shared_place } from "./place.mjs";

let place;
let ada;
shared_place({ before, after }, "payment-providers", async (opened) => {
  place = opened;
  ada = await signed_in_owner(place.here);
});
after(everybody_leaves);
afterEach(no_complaints);

const section = (page) => page.getByRole("region", { name: "Payment providers" });
const card = (page, provider) =>
  section(page)
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: provider, exact: true }) });
const dialog = (page) => page.getByRole("dialog");
const listed = async () => (await ada.client.get(`${ada.shop}/payment-connections`)).body.items;

async function at_the_providers(options) {
  const page = await owner_at_work(place, options);
  await page.goto(at(page, "connections"));
  return page;
}

async function adds(page, provider, key, secret) {
  await section(page).getByRole("button", { name: "Add a provider" }).click();
  await dialog(page).getByLabel("Provider").selectOption(provider);
  await dialog(page).getByLabel("Secret key", { exact: true }).fill(key);
  if (secret)
    await dialog(page)
      .getByLabel(/^(Signing secret|Secret hash)$/)
      .fill(secret);
  await dialog(page).getByRole("button", { name: "Add a provider" }).click();
}

test("an account at Stripe is added, a wrong key is told at once and replaced, its address is copied, and it is removed", async () => {
  const page = await at_the_providers();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await card(page, "Paystack").getByText("Test", { exact: true }).waitFor();

  await adds(page, "stripe", "pk_test_a_public_key");
  await dialog(page).getByText("is not a secret key of stripe").waitFor();
  expect_complaints(/422/);
  const key = dialog(page).getByLabel("Secret key", { exact: true });
  assert.equal(await key.getAttribute("type"), "password");
  await key.fill("sk_test_of_nobody");
  await dialog(page).getByRole("button", { name: "Add a provider" }).click();
  await dialog(page).waitFor({ state: "detached" });
  const stripe = card(page, "Stripe");
  await stripe.getByText("Key refused").waitFor();
  await stripe.getByText("Stripe does not accept this key.").waitFor();

  await stripe.getByRole("button", { name: "Replace keys" }).click();
  assert.equal(await key.inputValue(), "", "a key is kept here");
  await key.fill("sk_test_sandbox");
  await dialog(page).getByRole("button", { name: "Replace keys" }).click();
  await stripe.getByText("Connected", { exact: true }).waitFor();
  await stripe.getByText("Without its signing secret").waitFor();

  // As Stripe wants it: the address first, which makes the secret.
  const { webhook_url } = (await listed()).find(({ provider }) => provider === "stripe");
  await stripe.getByRole("button", { name: "Copy the address" }).click();
  await page.getByText("Copied").first().waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), webhook_url);
  await stripe.getByRole("button", { name: "Replace keys" }).click();
  await dialog(page).getByText("the key that is there stays").waitFor();
  await dialog(page).getByLabel("Signing secret", { exact: true }).fill("short");
  await dialog(page).getByRole("button", { name: "Replace keys" }).click();
  await dialog(page).getByRole("alert").waitFor();
  expect_complaints(/422/);
  await dialog(page).getByLabel("Signing secret", { exact: true }).fill("whsec_sandbox");
  await dialog(page).getByRole("button", { name: "Replace keys" }).click();
  await dialog(page).waitFor({ state: "detached" });
  await stripe.getByText("Without its signing secret").waitFor({ state: "detached" });
  await stripe.getByRole("button", { name: "Check now" }).click();
  await page.getByText("Checked just now").waitFor();

  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.documentElement.outerHTML]));
  for (const secret of ["sk_test_sandbox", "whsec_sandbox", "sk_test_of_nobody"]) assert.ok(!kept.includes(secret), secret);

  await stripe.getByRole("button", { name: "Remove" }).click();
  await dialog(page).getByText("Its keys are forgotten").waitFor();
  await dialog(page).getByRole("button", { name: "Remove" }).click();
  await dialog(page).waitFor({ state: "detached" });
  await stripe.waitFor({ state: "detached" });
  assert.deepEqual(
    (await listed()).map(({ provider }) => provider),
    ["paystack"],
  );
});

test("a provider that does not answer a check says so on its card, until it does", async () => {
  const page = await at_the_providers();
  const paystack = card(page, "Paystack");
  await place.here.sandbox.set({ "paystack.error": { status: 503, times: 1 } });
  await paystack.getByRole("button", { name: "Check now" }).click();
  await paystack.getByText("The last check told nothing.").waitFor();
  await paystack.getByText("Connected", { exact: true }).waitFor();
  expect_complaints(/50[24]/);
  await paystack.getByRole("button", { name: "Check now" }).click();
  await paystack.getByText("The last check told nothing.").waitFor({ state: "detached" });
});

test("a key that its provider refuses in use is seen as it happens, and among what waits for a person, until it works again", async () => {
  const { reference } = await gets_a_link(place.here, "ada");
  const page = await at_the_providers();
  const paystack = card(page, "Paystack");
  await paystack.getByText("Connected", { exact: true }).waitFor();
  await place.here.sandbox.set({ "paystack.error": { status: 401 } });
  await look_now(place.here, reference);
  await paystack.getByText("Key refused").waitFor();
  await paystack.getByText("Paystack does not accept this key.").waitFor();
  await page.goto(at(page, "tasks"));
  await page.getByText("A payment provider refuses the key").locator("visible=true").first().waitFor();
  await page.getByRole("link", { name: "Open the connections" }).first().click();
  await paystack.getByText("Key refused").waitFor();
  await place.here.sandbox.set({ "paystack.error": false });
  await paystack.getByRole("button", { name: "Check now" }).click();
  await paystack.getByText("Connected", { exact: true }).waitFor();
  assert.deepEqual((await ada.client.get(`${ada.shop}/tasks?kind=payment_connection`)).body.items, []);
});

test("keys that somebody replaced meanwhile are told, not overwritten, and what was typed is kept", async () => {
  const page = await at_the_providers();
  await adds(page, "flutterwave", "FLWSECK_TEST-sandbox-X", "sandbox-secret-hash");
  const flutterwave = card(page, "Flutterwave");
  await flutterwave.getByText("Connected", { exact: true }).waitFor();
  await flutterwave.getByRole("button", { name: "Replace keys" }).click();
  const key = dialog(page).getByLabel("Secret key", { exact: true });
  await key.fill("FLWSECK_TEST-mine-X");
  const before = (await listed()).find(({ provider }) => provider === "flutterwave");
  const one = `${ada.shop}/payment-connections/${before.id}`;
  const theirs = await ada.client.put(`${one}/keys`, { secret_key: "FLWSECK_TEST-theirs-Y" }, if_match(before.version));
  assert.equal(theirs.status, 200, theirs.text);
  await dialog(page).getByRole("button", { name: "Replace keys" }).click();
  await dialog(page).getByText("Somebody changed this meanwhile").waitFor();
  await dialog(page).getByText("…rs-Y").waitFor();
  assert.equal((await ada.client.get(one)).body.key_hint, "rs-Y");
  expect_complaints(/412/);
  await dialog(page).getByRole("button", { name: "Keep what I typed" }).click();
  assert.equal(await key.inputValue(), "FLWSECK_TEST-mine-X");
  await dialog(page).getByRole("button", { name: "Replace keys" }).click();
  await dialog(page).waitFor({ state: "detached" });
  await flutterwave.getByText("Key refused").waitFor();
  const now = (await ada.client.get(one)).body;
  assert.deepEqual([now.key_hint, now.webhook_secrets], ["ne-X", 1]);

  // The same of a removal: told, and confirmed of what is there now.
  await flutterwave.getByRole("button", { name: "Remove" }).click();
  assert.equal((await ada.client.put(`${one}/keys`, { secret_key: "FLWSECK_TEST-sandbox-X" }, if_match(now.version))).status, 200);
  await dialog(page).getByRole("button", { name: "Remove" }).click();
  await dialog(page).getByText("Somebody changed this meanwhile").waitFor();
  expect_complaints(/412/);
  await dialog(page).getByRole("button", { name: "Remove" }).click();
  await dialog(page).waitFor({ state: "detached" });
  await flutterwave.waitFor({ state: "detached" });
});

test("a shop without a provider is told what to do next, and of an account that it has already that its keys are to be replaced", async () => {
  const page = await at_the_providers({ shop: 1 });
  await card(page, "Paystack").getByRole("button", { name: "Remove" }).click();
  await dialog(page).getByRole("button", { name: "Remove" }).click();
  await section(page).getByText("No payment provider yet").waitFor();
  await adds(page, "paystack", "sk_live_sandbox");
  await card(page, "Paystack").getByText("Live", { exact: true }).waitFor();
  await card(page, "Paystack").getByText("Connected", { exact: true }).waitFor();
  await adds(page, "paystack", "sk_live_sandbox");
  await dialog(page).getByRole("alert").filter({ hasText: "replace its keys" }).waitFor();
  expect_complaints(/409/);
});

test("who may not connect anything sees no providers, and asks for none", async () => {
  const agent = await colleague(place.here, ada, { role: "agent" });
  const page = await person({ base: place.base });
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("response", (answer) => answer.status() >= 400 && asked.push(`${answer.status()} ${answer.url()}`));
  await sign_in(page, place.here.businesses[1].owner.email);
  await page.waitForURL(/\/inbox/);
  asked.length = 0;
  for (const where of ["connections", "settings?tab=webhooks"]) {
    await page.goto(`/businesses/${agent.business_id}/${where}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.getByRole("status", { name: "Loading" }).first().waitFor({ state: "detached" });
    await page.waitForTimeout(500);
    for (const name of ["Payment providers", "Webhooks"]) assert.equal(await page.getByText(name, { exact: true }).count(), 0, name);
  }
  assert.deepEqual(
    asked.filter((one) => /payment-connections|webhook-endpoints|^[45]\d\d /.test(one)),
    [],
  );
});

for (const { name, size, theme, language } of looks) {
  test(`the providers and their keys look well: ${name}`, async () => {
    const refused =
      (await listed()).find(({ provider }) => provider === "stripe") ??
      (await ada.client.post(`${ada.shop}/payment-connections`, { provider: "stripe", secret_key: "sk_live_of_nobody" })).body;
    assert.equal((await ada.client.post(`${ada.shop}/payment-connections/${refused.id}/check`)).body.state, "key_refused");
    const page = await owner_at_work(place, { size });
    await choose_look(page, { theme, language });
    await page.goto(at(page, "connections"));
    const cards = page.locator("section[aria-labelledby=payment-providers]");
    await cards.getByText("Stripe").first().waitFor();
    await cards.scrollIntoViewIfNeeded();
    await cards.evaluate((element) => element.scrollIntoView());
    await looks_well(page, `payment-providers-${name}`);
    // The last card's: of keys that were refused.
    await cards.locator("li").last().getByRole("button").nth(2).click();
    await dialog(page).waitFor();
    await looks_well(page, `payment-keys-${name}`);
    await page.keyboard.press("Escape");
    await cards.getByRole("button").first().click();
    await dialog(page).locator("select").selectOption("stripe");
    await looks_well(page, `payment-provider-new-${name}`);
    // A key is left to right everywhere: the eye stands where the input keeps it free.
    const free = await dialog(page)
      .locator("input[name=secret_key]")
      .evaluate((input) => {
        const [box, eye] = [input, input.nextElementSibling].map((one) => one.getBoundingClientRect());
        const { paddingLeft, paddingRight } = getComputedStyle(input);
        return Number.parseFloat(eye.left - box.left < box.width / 2 ? paddingLeft : paddingRight);
      });
    assert.ok(free >= 40, `the eye stands on the key: ${free}`);
  });
}
