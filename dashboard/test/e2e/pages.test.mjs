// Each page on a desk and in a pocket, light, dark and in Arabic: no violation that axe finds, nothing wider than the
// screen, nothing in the console, no request that fails. The pictures are for people. All looks with SELLAVIE_LONG=1.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, afterEach, before, test } from "node:test";
import { client_of } from "../../scripts/generate_client.mjs";
import { doors, places } from "./every_page.mjs";
import { choose_look, looks, looks_well } from "./looks.mjs";
import { at, everybody_leaves, no_complaints, owner_at_work, person } from "./people.mjs";
import { shared_place } from "./place.mjs";

let place;
shared_place({ before, after }, "pages", async (opened) => {
  place = opened;
  const { sandbox } = place.here;
  const [product] = place.here.businesses[0].products;
  const one = place.here.customer("whatsapp");
  await sandbox.say(one, `I want 2 ${product.name}`, { name: "Chinedu Okafor" });
  await sandbox.heard(one, 1);
  const two = place.here.customer("instagram");
  await sandbox.say(two, "Can I talk to a person please?");
  await sandbox.heard(two, 1);
});
after(everybody_leaves);
afterEach(no_complaints);

const root = path.resolve(import.meta.dirname, "../..");

test("the typed client is the one of this server's document", async () => {
  const document = await (await fetch(`${place.here.server.url}/api/v1/openapi.json`)).json();
  const kept = readFileSync(path.join(root, "src/api/operations.ts"), "utf8");
  assert.equal(kept, client_of(document), "make it again: node scripts/generate_client.mjs SERVER > src/api/operations.ts");
});

const failed = [];
function watch(page) {
  page.on("response", (answer) => answer.status() >= 400 && failed.push(`${answer.status()} ${answer.url()}`));
}

for (const { name, size, theme, language } of looks) {
  test(`each page looks well: ${name}`, { timeout: 600_000 }, async () => {
    const stranger = await person({ base: place.base, size, theme, language });
    watch(stranger);
    for (const door of doors) {
      await stranger.goto(`/${door}`);
      await stranger.getByRole("heading", { level: 1 }).waitFor();
      await looks_well(stranger, `${door}-${name}`);
    }
    await stranger.context().close();
    // Signed in by English names; the language is the person's own choice afterwards.
    const page = await owner_at_work(place, { size });
    watch(page);
    await choose_look(page, { theme, language });
    for (const where of places) {
      await page.goto(at(page, where));
      await page.getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
      await page
        .locator("[role=status][aria-label]")
        .first()
        .waitFor({ state: "detached" })
        .catch(() => {});
      await looks_well(page, `${where.replace(/\W+/g, "-")}-${name}`);
    }
    for (const list of ["inbox", "orders", "products", "customers"]) {
      await page.goto(at(page, list));
      const inside = list === "inbox" ? page.locator("main ul li a").first() : page.locator("main table tbody th a").first();
      await inside.click();
      await page.getByRole("heading", { level: 1 }).first().waitFor();
      await page.waitForTimeout(500);
      await looks_well(page, `${list}-one-${name}`);
    }
    assert.deepEqual(failed.splice(0), []);
    await page.context().close();
  });
}
