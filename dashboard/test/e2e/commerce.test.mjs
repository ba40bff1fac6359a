// Products, orders and customers, by people who may and by one who may only look.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, afterEach, before, test } from "node:test";
import { if_match } from "../../../tests/e2e/harness/api.mjs";
import { png } from "../../../tests/e2e/harness/pictures.mjs";
import { colleague, signed_in_owner } from "../../../tests/e2e/harness/team.mjs";
import { answered, chat_id, customer, thread, writes } from "./chats.mjs";
import { at, everybody_leaves, expect_complaints, no_complaints, owner_at_work, person, sign_in } from "./people.mjs";
import { shared_place } from "./place.mjs";

let place;
shared_place({ before, after }, "commerce", (opened) => {
  place = opened;
});
after(everybody_leaves);
afterEach(no_complaints);

async function go(page, where) {
  await page.goto(at(page, where));
}

test("a product is added, counted, changed, and archived", async () => {
  const page = await owner_at_work(place);
  await go(page, "products");
  await page.getByRole("button", { name: "New product" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Product").fill("Adire scarf");
  await dialog.getByLabel("Price (NGN)").fill("12,500.50");
  await dialog.getByLabel("Stock").fill("3");
  await dialog.getByLabel("SKU").fill("ADI-1");
  await dialog.getByRole("button", { name: "Add product" }).click();
  await page.getByRole("heading", { name: "Adire scarf", level: 1 }).waitFor();
  await page.getByText("3 left").waitFor();
  await page.getByLabel("Pieces").fill("10");
  await page.getByRole("button", { name: "Change the stock" }).click();
  await page.getByText("+10").waitFor();
  await page.getByLabel("Price (NGN)").fill("13000");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved").waitFor();
  const [[price, stock]] = await place.here.server.sql("SELECT price_minor, stock FROM products WHERE sku = 'ADI-1'");
  assert.deepEqual([price, stock], ["1300000", "13"]);
  await page.getByRole("button", { name: "Archive" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Archive" }).click();
  await page.getByRole("button", { name: "Offer again" }).waitFor();
});

test("a picture is chosen for a product, is to be seen, and goes", async () => {
  const page = await owner_at_work(place);
  await go(page, "products");
  await page.getByRole("link", { name: /Beaded purse/ }).click();
  await page.locator("input[type=file]").setInputFiles({ name: "purse.png", mimeType: "image/png", buffer: Buffer.from(png(320, 240)) });
  const picture = page.getByRole("img", { name: "Beaded purse, picture 1" });
  await picture.waitFor();
  assert.deepEqual(await picture.evaluate(async (image) => [await image.decode(), image.naturalWidth].at(-1)), 320);
  await page.getByRole("button", { name: "Remove picture 1" }).click();
  await picture.waitFor({ state: "detached" });
});

// Files of the system are dragged over this place of the page, as the browser itself tells it, and dropped there.
async function drops(page, files, { x, y }) {
  const hand = await page.context().newCDPSession(page);
  const paths = files.map(({ name, bytes }) => {
    const file = place.here.place.file(name);
    writeFileSync(file, bytes);
    return file;
  });
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"]) await hand.send("Input.dispatchDragEvent", { type, x, y, data });
}

async function middle_of(place) {
  await place.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await place.boundingBox();
  return { x: x + width / 2, y: y + height / 2 };
}

const picture_of = (name, ...size) => ({ name, bytes: Buffer.from(png(...size)) });

test("pictures are dragged onto a product, several at once, and are there in that order", async () => {
  const page = await owner_at_work(place);
  await go(page, "products");
  await page.getByRole("link", { name: /Adire kaftan/ }).click();
  const zone = page.getByText("Drop pictures here, or choose them");
  await zone.waitFor();
  await drops(page, [picture_of("front.png", 320, 240), picture_of("back.png", 200, 240)], await middle_of(zone));
  const widths = [];
  for (const count of [1, 2]) {
    const picture = page.getByRole("img", { name: `Adire kaftan, picture ${count}` });
    await picture.waitFor();
    widths.push(await picture.evaluate(async (image) => [await image.decode(), image.naturalWidth].at(-1)));
  }
  assert.deepEqual(widths, [320, 200]);
  await page.reload();
  await page.getByRole("img", { name: "Adire kaftan, picture 2" }).waitFor();
  assert.equal(await place.here.server.number("SELECT count(*) FROM product_images JOIN products p ON p.id = product_id WHERE p.name = 'Adire kaftan'"), 2);
});

test("a file that is no picture is refused with words, and the pictures beside it are taken", async () => {
  const page = await owner_at_work(place);
  await go(page, "products");
  await page.getByRole("link", { name: /Aso-oke headtie/ }).click();
  const zone = page.getByText("Drop pictures here, or choose them");
  await zone.waitFor();
  await drops(page, [{ name: "notes.txt", bytes: "No picture" }, picture_of("headtie.png", 320, 240)], await middle_of(zone));
  await page.getByRole("img", { name: "Aso-oke headtie, picture 1" }).waitFor();
  await page.getByRole("region", { name: "News" }).getByText("This kind of file is not taken here").waitFor();
  expect_complaints(/status of 4\d\d/);
});

test("a file that misses its place does not take the page away from what was typed", async () => {
  const page = await owner_at_work(place);
  await go(page, "products");
  await page.getByRole("link", { name: /French lace/ }).click();
  await page.getByLabel("Description").fill("Typed and not saved");
  const before = page.url();
  await drops(page, [picture_of("missed.png", 320, 240)], await middle_of(page.getByRole("heading", { level: 1 })));
  await page.getByText("Drop pictures here, or choose them").waitFor();
  assert.deepEqual([page.url(), await page.getByLabel("Description").inputValue()], [before, "Typed and not saved"]);
  assert.equal(page.context().pages().length, 1);
});

test("a sheet with bad rows is looked at first, and its good rows are taken", async () => {
  const page = await owner_at_work(place);
  await go(page, "products");
  await page.getByRole("button", { name: "Import" }).click();
  const rows = Array.from({ length: 60 }, (_, i) => `IMP-${i},Imported ${i},${i % 20 === 7 ? "cheap" : 1000 + i},5`);
  const dialog = page.getByRole("dialog");
  await dialog.locator("input[type=file]").setInputFiles({ name: "sheet.csv", mimeType: "text/csv", buffer: Buffer.from(["sku,name,price,stock", ...rows].join("\n")) });
  await dialog.getByRole("button", { name: "Import 57 rows" }).waitFor();
  assert.equal(await dialog.getByRole("table").getByText("Refused").count(), 3);
  await dialog.getByRole("button", { name: "Import 57 rows" }).click();
  await dialog.getByText("The import is done.").waitFor();
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await page.getByRole("searchbox").fill("IMP-59");
  await page.getByRole("link", { name: /Imported 59/ }).waitFor();
});

test("a column that is left out is not taken, and another file begins with nothing of the one before", async () => {
  const page = await owner_at_work(place);
  await go(page, "products");
  await page.getByRole("button", { name: "Import" }).click();
  const dialog = page.getByRole("dialog");
  const sheet = (text) => dialog.locator("input[type=file]").setInputFiles({ name: "sheet.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await sheet("sku,name,price,stock,description\nLEFT-1,Left out,1000,5,Not to be taken\n");
  await dialog.getByLabel("Description").selectOption("Not in the file");
  await dialog.getByRole("button", { name: "Import 1 row" }).click();
  await dialog.getByText("The import is done.").waitFor();
  assert.deepEqual(await place.here.server.sql("SELECT name, description FROM products WHERE sku = 'LEFT-1'"), [["Left out", ""]]);
  await dialog.getByRole("button", { name: "Another file" }).click();
  await sheet("sku,description\nLEFT-1,Taken now\n");
  await dialog.getByRole("button", { name: "Import 1 row" }).click();
  await dialog.getByText("The import is done.").waitFor();
  assert.deepEqual(await place.here.server.sql("SELECT description FROM products WHERE sku = 'LEFT-1'"), [["Taken now"]]);
});

test("a sheet whose SKU column has a name of its own is taken once a person says which it is", async () => {
  const page = await owner_at_work(place);
  await go(page, "products");
  await page.getByRole("button", { name: "Import" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.locator("input[type=file]").setInputFiles({ name: "sheet.csv", mimeType: "text/csv", buffer: Buffer.from('"Our ref";Title;Price\nREF-1;Named by us;1000\n') });
  await dialog.getByText("Say which column names each product").waitFor();
  await dialog.getByLabel("SKU").selectOption("Our ref");
  await dialog.getByRole("button", { name: "Import 1 row" }).click();
  await dialog.getByText("The import is done.").waitFor();
  assert.deepEqual(await place.here.server.sql("SELECT name FROM products WHERE sku = 'REF-1'"), [["Named by us"]]);
  expect_complaints(/422/);
});

test("an order that the AI took is paid by hand and sent, and its history says who did what", async () => {
  const who = place.here.customer("whatsapp");
  const [product] = place.here.businesses[0].products;
  await place.here.sandbox.say(who, `I want 2 ${product.name}`, { name: "Chinedu Okafor" });
  await place.here.sandbox.heard(who, 1);
  const page = await owner_at_work(place);
  await go(page, "orders");
  await page.getByRole("row").filter({ hasText: "Chinedu Okafor" }).getByRole("link").click();
  await page.getByRole("heading", { level: 1, name: /^Order #/ }).waitFor();
  await page.getByText("₦30,000.00").first().waitFor();
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Mark as paid" }).click();
  await page.getByRole("dialog").getByLabel("Slip or reference").fill("Slip 4711");
  await page.getByRole("dialog").getByRole("button", { name: "Mark as paid" }).click();
  await page.getByRole("button", { name: "Mark as sent" }).click();
  await page.getByRole("dialog").getByLabel("How it travels").fill("GIG 12345");
  await page.getByRole("dialog").getByRole("button", { name: "Mark as sent" }).click();
  await page.getByText("GIG 12345").first().waitFor();
  const history = page.getByRole("list").filter({ hasText: "Placed · AI" });
  await history.getByText(/^Paid ·/).waitFor();
  await history.getByText(/^Sent ·/).waitFor();
  assert.deepEqual(await place.here.server.sql("SELECT status FROM orders WHERE tracking = 'GIG 12345'"), [["fulfilled"]]);
});

test("a person makes an order for a customer, and the customer is told", async () => {
  const who = place.here.customer("whatsapp");
  await place.here.sandbox.say(who, "Hello!", { name: "Akosua Mensah" });
  await place.here.sandbox.heard(who, 1);
  const page = await owner_at_work(place);
  await go(page, "orders?new=1");
  const drawer = page.getByRole("dialog");
  await drawer.getByRole("button", { name: /Akosua Mensah/ }).click();
  await drawer.getByRole("button", { name: /Beaded purse/ }).click();
  await drawer.getByRole("button", { name: "One more of Beaded purse" }).click();
  await drawer.getByRole("checkbox", { name: "Send a payment link" }).uncheck();
  await drawer.getByRole("button", { name: "Place the order" }).click();
  await page.getByRole("heading", { level: 1, name: /^Order #/ }).waitFor();
  await place.here.sandbox.heard(who, 2);
});

test("an order that became another one while a dialog was open is shown before anything is done to it", async () => {
  const who = place.here.customer("whatsapp");
  await place.here.sandbox.say(who, "Hello!", { name: "Efua Boateng" });
  await place.here.sandbox.heard(who, 1);
  const { client, shop } = await signed_in_owner(place.here);
  const [product] = place.here.businesses[0].products;
  const [chat] = (await client.get(`${shop}/conversations?name=Efua`)).body.items;
  const wanted = (quantity) => ({ items: [{ sku: product.sku, quantity }] });
  const { body } = await client.post(`${shop}/orders`, { conversation_id: chat.id, ...wanted(1) }, { headers: { "idempotency-key": crypto.randomUUID() } });
  const path = `${shop}/orders/${body.order.id}`;
  const page = await owner_at_work(place);
  await go(page, `orders/${body.order.id}`);
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Cancel the order" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("Nobody came.");
  assert.equal((await client.put(`${path}/items`, wanted(2), if_match(body.order.version))).status, 200);
  await dialog.getByRole("button", { name: "Cancel the order" }).click();
  await dialog.getByText("Somebody changed this meanwhile").waitFor();
  await dialog.getByText(`2 × ${product.name}`).waitFor();
  assert.equal((await client.get(path)).body.status, body.order.status);
  await dialog.getByRole("button", { name: "Go on with it as it is now" }).click();
  assert.equal(await dialog.getByLabel("Reason").inputValue(), "Nobody came.");
  await dialog.getByRole("button", { name: "Cancel the order" }).click();
  await dialog.waitFor({ state: "detached" });
  assert.equal((await client.get(path)).body.status, "cancelled");
  expect_complaints(/412/);
});

test("a customer's profile is changed and blocked", async () => {
  const who = place.here.customer("whatsapp");
  await place.here.sandbox.say(who, "Hello!", { name: "Fatima Bello" });
  await place.here.sandbox.heard(who, 1);
  const page = await owner_at_work(place);
  await go(page, "customers");
  await page.getByRole("link", { name: /Fatima Bello/ }).click();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByRole("dialog").getByLabel("Address").fill("12 Marina, Lagos");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page.getByText("12 Marina, Lagos").waitFor();
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Block" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Block" }).click();
  await page.getByText("Blocked").first().waitFor();
});

test("two who are one customer are merged: one is left, with the chats and orders of both", async () => {
  const [product] = place.here.businesses[0].products;
  const kept = await answered(place, "Hello!", customer(place, "Ifeoma Obi"));
  const doubled = await answered(place, `I want 2 ${product.name}`, customer(place, "Ifeoma Obi (work)"));
  const page = await owner_at_work(place);
  await go(page, "customers");
  await page.getByRole("link", { name: doubled.name }).click();
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Merge with…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("searchbox").fill("Ifeoma");
  assert.equal(await dialog.getByRole("button", { name: doubled.name }).count(), 0, "nobody is merged with themselves");
  await dialog.getByRole("button", { name: kept.name }).click();
  await dialog.getByText("This cannot be undone").waitFor();
  await dialog.getByRole("button", { name: "Merge with…" }).click();

  await page.getByRole("heading", { level: 1, name: kept.name, exact: true }).waitFor();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("row").filter({ hasText: "₦30,000.00" }).waitFor();
  const chats = page.getByRole("listitem").getByRole("link", { name: /WhatsApp/ });
  assert.equal(await chats.count(), 2);
  await go(page, "customers");
  await page.getByRole("searchbox").fill("Ifeoma");
  await page.getByRole("link", { name: doubled.name }).waitFor({ state: "detached" });
  assert.equal(await page.getByRole("link", { name: /Ifeoma/ }).count(), 1);

  // Who goes on writing at either address is the same customer.
  await writes(place, "It is me, from work", doubled);
  await go(page, `inbox/${await chat_id(place, doubled)}`);
  await thread(page).getByText("It is me, from work").waitFor();
  await page.getByRole("link", { name: "Open customer" }).click();
  await page.getByRole("heading", { level: 1, name: kept.name, exact: true }).waitFor();
});

test("what somebody else changed meanwhile is told, and what was typed is kept", async () => {
  const who = place.here.customer("whatsapp");
  await place.here.sandbox.say(who, "Hello!", { name: "Ngozi Eze" });
  await place.here.sandbox.heard(who, 1);
  const owner = await signed_in_owner(place.here);
  const { body } = await owner.client.get(`${owner.shop}/customers?name=Ngozi`);
  const path = `${owner.shop}/customers/${body.items[0].id}`;
  const page = await owner_at_work(place);
  await go(page, "customers");
  await page.getByRole("link", { name: /Ngozi Eze/ }).click();
  await page.getByRole("button", { name: "Edit" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Phone").fill("+234 801 000 0000");
  const before = (await owner.client.get(path)).body;
  assert.equal((await owner.client.patch(path, { address: "5 Allen Avenue" }, if_match(before.version))).status, 200);
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText(/changed this meanwhile/).waitFor();
  await dialog.getByText("5 Allen Avenue").waitFor();
  assert.equal(await dialog.getByLabel("Phone").inputValue(), "+234 801 000 0000");
  await dialog.getByRole("button", { name: "Keep what I typed" }).click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
  const now = (await owner.client.get(path)).body;
  assert.deepEqual([now.phone, now.address], ["+234 801 000 0000", "5 Allen Avenue"]);
  expect_complaints(/412/);
});

test("from an order one goes to the team without a load of the page between", async () => {
  const page = await owner_at_work(place);
  await go(page, "orders");
  await page.locator("main table tbody th a").first().click();
  await page.getByRole("heading", { name: "History" }).waitFor();
  await page.getByRole("link", { name: "Team" }).click();
  await page.getByRole("rowheader").filter({ hasText: place.here.businesses[0].owner.email }).waitFor();
});

test("a viewer sees no button that the role does not allow", async () => {
  const who = place.here.customer("whatsapp");
  await place.here.sandbox.say(who, "Hello!", { name: "Seen By Viewer" });
  await place.here.sandbox.heard(who, 1);
  const first = await signed_in_owner(place.here);
  await colleague(place.here, first, { role: "viewer" });
  const page = await person({ base: place.base });
  await sign_in(page, place.here.businesses[1].owner.email);
  await page.waitForURL(/\/inbox/);
  await page.goto(`/businesses/${first.business_id}/inbox`);
  await page.getByRole("link").filter({ hasText: "Seen By Viewer" }).click();
  await page.getByText("Your role reads along.").waitFor();
  for (const name of ["Take over", "Send", "Assign to", "Snooze until"]) assert.equal(await page.getByRole("button", { name }).count(), 0, name);
  const pages = { orders: ["New order"], products: ["New product", "Import"], connections: ["Connect", "Check now", "Disconnect"], team: ["Invite somebody"], settings: ["Save"] };
  for (const [where, buttons] of Object.entries(pages)) {
    await go(page, where);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.getByRole("status", { name: "Loading" }).first().waitFor({ state: "detached" });
    for (const name of buttons)
      assert.equal(
        await page
          .getByRole("button", { name, exact: true })
          .or(page.getByRole("link", { name, exact: true }))
          .count(),
        0,
        `${where}: ${name}`,
      );
  }
  assert.equal(await page.getByRole("link", { name: "Activity log" }).count(), 0);
});
