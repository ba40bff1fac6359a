// Connecting a channel by logging in at Meta (the sandbox's dialog), and how it is afterwards.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { at, everybody_leaves, no_complaints, owner_at_work } from "./people.mjs";
import { shared_place } from "./place.mjs";

let place;
shared_place({ before, after }, "channels", async (opened) => {
  place = opened;
  for (const [id, name] of [
    ["page_7001", "Lekki Branch"],
    ["page_7002", "Ikeja Branch"],
  ]) {
    await place.here.sandbox.add_account({ channel: "messenger", id, business: id, name, subscribed: false });
  }
});
after(everybody_leaves);
afterEach(no_complaints);

async function at_the_dialog() {
  const page = await owner_at_work(place);
  await page.goto(at(page, "connections"));
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await page.getByRole("menuitem", { name: /Facebook page/ }).click();
  await page.getByRole("button", { name: "Continue" }).waitFor();
  for (const box of await page.locator('input[name="grant"]').all()) await box.setChecked(/^page_700/.test(await box.getAttribute("value")));
  return page;
}

test("of the pages that a login opens some are chosen and connected, and their health is asked for", async () => {
  const page = await at_the_dialog();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("heading", { name: "Which ones?" }).waitFor();
  assert.equal(new URL(page.url()).hash, "", "the code stays in the address");
  await page.getByRole("checkbox", { name: /Ikeja Branch/ }).uncheck();
  await page.getByRole("button", { name: "Connect these" }).click();
  const card = page.getByRole("listitem").filter({ hasText: "Lekki Branch" });
  await card.getByText("Connected", { exact: true }).waitFor();
  assert.equal(await page.getByText("Ikeja Branch").count(), 0);
  await card.getByRole("button", { name: "Check now" }).click();
  await card.getByText("Yes", { exact: true }).waitFor();
  await card.getByRole("button", { name: "Disconnect" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
  await card.getByText("Disconnected", { exact: true }).waitFor();
});

test("a login that was cancelled there is told here, with the way back", async () => {
  const page = await at_the_dialog();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("The login was cancelled").waitFor();
  await page.getByRole("link", { name: "Back to the channels" }).click();
  await page.getByRole("heading", { name: "Connections", level: 1 }).waitFor();
});

test("an access that Meta does not accept any more asks for another login", async () => {
  const page = await owner_at_work(place);
  await page.goto(at(page, "connections"));
  const { external_id } = place.here.businesses[0].connections.find(({ channel }) => channel === "messenger");
  await place.here.sandbox.revoke({ channel: "messenger", account: external_id });
  const card = page.getByRole("listitem").filter({ hasText: "Messenger" }).filter({ hasText: external_id });
  await card.getByRole("button", { name: "Check now" }).click();
  await card.getByRole("button", { name: "Connect again" }).waitFor();
});

test("a way back that this window did not begin connects nothing", async () => {
  const page = await owner_at_work(place);
  await page.goto("/connect/return#state=somebody-elses&code=stolen");
  await page.getByText("This login was begun in another window").waitFor();
  assert.equal(new URL(page.url()).hash, "");
});
