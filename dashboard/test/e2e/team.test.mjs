// The people of a business: invited by mail, with a role that says what they see, changed, removed, and at last the owners.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { api_client } from "../../../tests/e2e/harness/api.mjs";
import { chat_id, customer, writes } from "./chats.mjs";
import { allow_complaints, at, at_work, everybody_leaves, expect_complaints, newcomer, no_complaints, owner_at_work, password, person } from "./people.mjs";
import { shared_place } from "./place.mjs";

let place;
shared_place({ before, after }, "team", (opened) => {
  place = opened;
});
after(everybody_leaves);
afterEach(no_complaints);

const team = (page) => page.getByRole("table", { name: "Team" }).getByRole("row");
const invitations = (page) => page.getByRole("table", { name: "Open invitations" }).getByRole("row");
const actions_for = (page, who) => page.getByRole("button", { name: `Actions for ${who}` });

async function at_team(who) {
  const page = await at_work(place, who);
  await page.goto(at(page, "team"));
  await team(page).filter({ hasText: who.email }).waitFor();
  return page;
}

async function invites(page, email, role) {
  await page.getByRole("button", { name: "Invite somebody" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("E-mail").fill(email);
  await dialog.getByLabel("Role").selectOption(role);
  await dialog.getByRole("button", { name: "Send the invitation" }).click();
  await page.getByText(`A mail to ${email} is on its way`).waitFor();
  await invitations(page).filter({ hasText: email }).filter({ hasText: role }).waitFor();
}

// The link in the last of the mails to this address. -> where it leads, of the dashboard
async function mailed_link(email, count = 1) {
  const mail = (await place.here.sandbox.got_mails(email, count)).at(-1);
  const { pathname, hash } = new URL(/https?:\S+#token=\S+/.exec(mail.text)[0]);
  return `${pathname}${hash}`;
}

// Somebody who was invited and came, without a browser. -> {email, name}
async function member(owner, role, name) {
  const email = `${name.toLowerCase().replaceAll(" ", ".")}@shop.example`;
  assert.equal((await owner.client.post(`${owner.shop}/invitations`, { email, role })).status, 201);
  const [, token] = (await mailed_link(email)).split("#token=");
  assert.equal((await new api_client(place.base).post("/invitations/accept-as-new", { token, name, password })).status, 200);
  return { email, name };
}

test("somebody new is invited by mail, sees as what, and works with the team", async () => {
  const owner = await newcomer(place, "Bola Prints");
  const page = await at_team(owner);
  await invites(page, "chidi@shop.example", "Agent");

  const guest = await person({ base: place.base });
  await guest.goto(await mailed_link("chidi@shop.example"));
  await guest.getByRole("heading", { name: "Work with Bola Prints" }).waitFor();
  await guest.getByText("You are invited as Agent. Answers customers and works on orders.").waitFor();
  assert.equal(new URL(guest.url()).hash, "", "the token stays in the address");
  // Whom it invites is not for them to choose.
  assert.deepEqual([await guest.getByLabel("E-mail").inputValue(), await guest.getByLabel("E-mail").getAttribute("readonly")], ["chidi@shop.example", ""]);
  await guest.getByLabel("Your name").fill("Chidi Okeke");
  await guest.getByLabel("Password", { exact: true }).fill(password);
  await guest.getByRole("button", { name: "Create account and join" }).click();
  await guest.waitForURL(new RegExp(`/businesses/${owner.business_id}/inbox`));
  await guest.getByText("No chats yet").waitFor();

  await page.reload();
  await team(page).filter({ hasText: "Chidi Okeke" }).filter({ hasText: "Agent" }).waitFor();
  await page.getByRole("table", { name: "Open invitations" }).waitFor({ state: "detached" });

  // The mail works once.
  const late = await person({ base: place.base });
  await late.goto(await mailed_link("chidi@shop.example"));
  await late.getByRole("alert").waitFor();
  expect_complaints(/status of 4\d\d/);
});

test("somebody who has an account signs in on the way, and is a member of both businesses", async () => {
  const [owner, guest] = [await newcomer(place, "Bola Prints"), await newcomer(place, "Guest Shoes")];
  const page = await at_team(owner);
  await invites(page, guest.email, "Admin");
  const theirs = await person({ base: place.base });
  await theirs.goto(await mailed_link(guest.email, 2));
  await theirs.getByRole("button", { name: "I have an account already" }).click();
  await theirs.getByRole("link", { name: "Sign in" }).click();
  await theirs.getByLabel("E-mail").fill(guest.email);
  await theirs.getByLabel("Password", { exact: true }).fill(password);
  await theirs.getByRole("button", { name: "Sign in" }).click();
  await theirs.getByRole("button", { name: "Accept" }).click();
  await theirs.waitForURL(new RegExp(`/businesses/${owner.business_id}/inbox`));
  await theirs.getByRole("button", { name: "Bola Prints" }).click();
  await theirs.getByRole("menuitem", { name: "Guest Shoes" }).click();
  await theirs.waitForURL(new RegExp(`/businesses/${guest.business_id}/`));
});

test("an invitation is not accepted by somebody else, and one that was taken back by nobody", async () => {
  const [owner, other] = [await newcomer(place, "Bola Prints"), await newcomer(place, "Other Shoes")];
  const page = await at_team(owner);
  await invites(page, "dele@shop.example", "Viewer");
  const link = await mailed_link("dele@shop.example");
  const theirs = await at_work(place, other);
  await theirs.goto(link);
  await theirs.getByText(`The invitation went to dele@shop.example, and you are signed in as ${other.email}.`).waitFor();
  assert.equal(await theirs.getByRole("button", { name: "Accept" }).isDisabled(), true);

  await actions_for(page, "dele@shop.example").click();
  await page.getByRole("menuitem", { name: "Send again" }).click();
  await page.getByText("Another mail is on its way").waitFor();
  const again = await mailed_link("dele@shop.example", 2);
  await actions_for(page, "dele@shop.example").click();
  await page.getByRole("menuitem", { name: "Take back" }).click();
  await page.getByText("The invitation is taken back").waitFor();
  await page.getByRole("table", { name: "Open invitations" }).waitFor({ state: "detached" });
  for (const each of [link, again]) {
    const guest = await person({ base: place.base });
    await guest.goto(each);
    await guest.getByRole("alert").waitFor();
  }
  expect_complaints(/status of 4\d\d/);
});

test("a wrong address is told at its field", async () => {
  const page = await at_team(await newcomer(place));
  await page.getByRole("button", { name: "Invite somebody" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("E-mail").fill("nowhere");
  await dialog.getByRole("button", { name: "Send the invitation" }).click();
  const wrong = dialog.getByRole("alert");
  await wrong.waitFor();
  assert.equal(await dialog.getByLabel("E-mail").getAttribute("aria-describedby"), await wrong.getAttribute("id"));
  expect_complaints(/status of 422/);
});

test("an agent answers customers and makes orders, and finds nothing of what admins do", async () => {
  const who = customer(place, "Amaka Obi");
  await writes(place, "Hello!", who);
  await place.here.sandbox.heard(who, 1);
  const chat = await chat_id(place, who);
  const owner = await owner_at_work(place);
  await owner.goto(at(owner, "team"));
  await invites(owner, "agent@shop.example", "Agent");
  const page = await person({ base: place.base });
  await page.goto(await mailed_link("agent@shop.example"));
  await page.getByLabel("Your name").fill("Agent Only");
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Create account and join" }).click();
  await page.waitForURL(/\/inbox/);
  const navigation = page.getByRole("navigation", { name: "Main" });
  await navigation.getByRole("link", { name: "Team" }).waitFor();
  assert.equal(await navigation.getByRole("link", { name: "Activity log" }).count(), 0);
  await page.goto(at(page, `inbox/${chat}`));
  await page.getByRole("button", { name: "Take over" }).waitFor();
  await page.goto(at(page, "orders"));
  await page.getByRole("link", { name: "New order" }).waitFor();
  const hidden = {
    products: ["New product", "Import"],
    connections: ["Connect", "Disconnect"],
    team: ["Invite somebody", "Actions for ada@demo.example"],
    "settings?tab=labels": ["New label"],
  };
  for (const [where, buttons] of Object.entries(hidden)) {
    await page.goto(at(page, where));
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.getByRole("status", { name: "Loading" }).first().waitFor({ state: "detached" });
    for (const name of buttons) assert.equal(await page.getByRole("button", { name }).count(), 0, `${where}: ${name}`);
  }
  // Not by its address, either.
  await page.goto(at(page, "activity"));
  await page.getByRole("alert").filter({ hasText: "Your role does not allow this" }).waitFor();
  expect_complaints(/status of 403/);
});

test("a role is changed, and the member sees what the new one allows", async () => {
  const owner = await newcomer(place, "Bola Prints");
  const colleague = await member(owner, "viewer", "Efe Ojo");
  const page = await at_team(owner);
  const theirs = await at_work(place, colleague);
  await theirs.goto(at(theirs, "products"));
  await theirs.getByRole("heading", { name: "Products" }).waitFor();
  assert.equal(await theirs.getByRole("button", { name: "New product" }).count(), 0);
  await actions_for(page, "Efe Ojo").click();
  assert.equal(await page.getByRole("menuitem", { name: "Viewer" }).getAttribute("aria-disabled"), "true", "the role that they have");
  await page.getByRole("menuitem", { name: "Admin" }).click();
  await page.getByText("The role is changed").waitFor();
  await team(page).filter({ hasText: "Efe Ojo" }).filter({ hasText: "Admin" }).waitFor();
  await theirs.reload();
  await theirs.getByRole("button", { name: "New product" }).first().waitFor();
  // Nobody gives what is above their own role, nor takes it from those who have it.
  await theirs.goto(at(theirs, "team"));
  await team(theirs).filter({ hasText: owner.email }).waitFor();
  assert.equal(await actions_for(theirs, owner.name).count(), 0);
  await actions_for(theirs, "Efe Ojo").click();
  await theirs.getByRole("menuitem", { name: "Agent" }).waitFor();
  assert.equal(await theirs.getByRole("menuitem", { name: "Owner" }).count(), 0);
});

test("who is removed is out at once, and is told so where they are", async () => {
  const owner = await newcomer(place, "Bola Prints");
  const colleague = await member(owner, "agent", "Femi Ade");
  const page = await at_team(owner);
  const theirs = await at_work(place, colleague);
  await theirs.getByText("No chats yet").waitFor();
  await actions_for(page, "Femi Ade").click();
  await page.getByRole("menuitem", { name: "Remove from the team" }).click();
  const dialog = page.getByRole("dialog", { name: "Remove Femi Ade?" });
  await dialog.getByRole("button", { name: "Remove from the team" }).click();
  await team(page).filter({ hasText: "Femi Ade" }).waitFor({ state: "detached" });
  await theirs.getByRole("alert").waitFor();
  assert.equal(await theirs.getByText("No chats yet").count(), 0);
  await theirs.getByRole("link", { name: "To the start" }).click();
  await theirs.getByRole("heading", { name: "Your business" }).waitFor();
  expect_complaints(/status of 40[34]/);
});

test("a member leaves, and the last owner cannot", async () => {
  const owner = await newcomer(place, "Bola Prints");
  const colleague = await member(owner, "agent", "Gbenga Ola");
  const page = await at_team(colleague);
  await actions_for(page, "Gbenga Ola").click();
  await page.getByRole("menuitem", { name: "Leave the team" }).click();
  await page.getByRole("dialog", { name: "Leave Bola Prints?" }).getByRole("button", { name: "Leave the team" }).click();
  await page.getByRole("heading", { name: "Your business" }).waitFor();
  // What the page was reading of the team when it was left.
  allow_complaints(/team: .*status of 404/);

  const own = await at_team(owner);
  assert.equal(await team(own).filter({ hasText: "Gbenga Ola" }).count(), 0);
  await actions_for(own, owner.name).click();
  await own.getByRole("menuitem", { name: "Leave the team" }).click();
  await own.getByRole("dialog").getByRole("button", { name: "Leave the team" }).click();
  await own.getByRole("dialog").getByRole("alert").waitFor();
  expect_complaints(/status of 409/);
});

test("the business is handed over by password: the heir is its owner, the owner an admin, and both get a mail", async () => {
  const owner = await newcomer(place, "Bola Prints");
  const heir = await member(owner, "agent", "Ifeoma Eze");
  const page = await at_team(owner);
  await actions_for(page, "Ifeoma Eze").click();
  await page.getByRole("menuitem", { name: "Make owner in my place" }).click();
  const dialog = page.getByRole("dialog", { name: "Hand the business over to Ifeoma Eze?" });
  const hand_over = async (secret) => {
    await dialog.getByLabel("Password", { exact: true }).fill(secret);
    await dialog.getByRole("button", { name: "Make owner in my place" }).click();
  };
  await hand_over("not the password");
  await dialog.getByRole("alert").waitFor();
  expect_complaints(/status of 422/);
  await hand_over(password);
  await page.getByText("The business is handed over").waitFor();
  await dialog.waitFor({ state: "detached" });
  await team(page).filter({ hasText: owner.email }).filter({ hasText: "Admin" }).waitFor();
  await team(page).filter({ hasText: "Ifeoma Eze" }).filter({ hasText: "Owner" }).waitFor();
  assert.equal(await actions_for(page, "Ifeoma Eze").count(), 0, "an admin takes nothing from the owner");
  const subjects = async (email, count) => (await place.here.sandbox.got_mails(email, count)).map(({ subject }) => subject);
  assert.ok((await subjects(owner.email, 2)).includes("You handed your business over"));
  assert.ok((await subjects(heir.email, 2)).includes("You are the owner of a business now"));
  const theirs = await at_team(heir);
  await actions_for(theirs, owner.name).click();
  await theirs.getByRole("menuitem", { name: "Make owner in my place" }).waitFor();
});
