// The dashboard as an app on a phone: it can be put there, and a thumb hits what it aims at.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { answered, customer, row } from "./chats.mjs";
import { doors, places } from "./every_page.mjs";
import { at, everybody_leaves, narrow, no_complaints, owner_at_work, person } from "./people.mjs";
import { shared_place } from "./place.mjs";

let place;
shared_place({ before, after }, "installed", async (opened) => {
  place = opened;
  await answered(place, `I want 2 ${place.here.businesses[0].products[0].name}`, customer(place, "Chinedu Okafor"));
});
after(everybody_leaves);
afterEach(no_complaints);

test("the browser finds nothing wrong with the manifest, and all icons that it names are there", async () => {
  const page = await person({ base: place.base });
  await page.goto("/sign-in");
  await page.getByRole("heading", { level: 1 }).waitFor();
  const devtools = await page.context().newCDPSession(page);
  const { url, errors, data } = await devtools.send("Page.getAppManifest");
  assert.deepEqual([url, errors], [`${place.base}/app.webmanifest`, []]);
  const { headers } = await fetch(url);
  assert.match(headers.get("content-type"), /^application\/manifest\+json/);
  const manifest = JSON.parse(data);
  assert.deepEqual([manifest.name, manifest.display, manifest.start_url, manifest.scope], ["Sellavie", "standalone", "/", "/"]);
  // Of both kinds: as it is, and to be cut to the shape that the phone has.
  assert.deepEqual(new Set(manifest.icons.map(({ purpose }) => purpose)), new Set(["any", "maskable"]));
  for (const { src, type } of manifest.icons) {
    const answer = await fetch(new URL(src, url));
    assert.deepEqual([answer.status, answer.headers.get("content-type").split(";")[0]], [200, type], src);
    const width = await page.evaluate(async (address) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      return image.naturalWidth;
    }, src);
    assert.ok(width > 0, `${src} is no picture`);
  }
});

test("the browser would install it", async () => {
  const page = await person({ base: place.base, workers: "allow" });
  await page.goto("/sign-in");
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  const devtools = await page.context().newCDPSession(page);
  const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
  // What it has against the window of a test is not the page's.
  assert.deepEqual(
    installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito"),
    [],
  );
});

// WCAG 2.2, 2.5.8: each target is 24 by 24 CSS pixels, or a circle of 24 around its middle touches no other target nor the
// circle of another small one. What stands in a line of text is as high as the line. -> those that are not
const small_targets = (page) =>
  page.evaluate(() => {
    const least = 24;
    const what = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=link], [role=tab], [role=switch], [role=option], [role=menuitem]";
    // What is fixed stands over what is scrolled away from under it.
    const layer_of = (one) => {
      let layer = one;
      while (layer && getComputedStyle(layer).position !== "fixed") layer = layer.parentElement;
      return layer;
    };
    const targets = [];
    for (const one of document.querySelectorAll(what)) {
      const style = getComputedStyle(one);
      // Cut to nothing is what is there for those alone who listen to the page.
      if (
        !one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) ||
        style.pointerEvents === "none" ||
        style.clipPath !== "none" ||
        one.disabled ||
        one.closest("[inert], [aria-hidden=true]")
      )
        continue;
      // What names an input is part of its target, and so is what a link lays over its row.
      const parts = [one, ...(one.labels ?? [])].map((part) => part.getBoundingClientRect());
      if (getComputedStyle(one, "::after").position === "absolute") parts.push(one.offsetParent?.getBoundingClientRect() ?? parts[0]);
      const box = parts.reduce((all, { left, top, right, bottom }) => ({
        left: Math.min(all.left, left),
        top: Math.min(all.top, top),
        right: Math.max(all.right, right),
        bottom: Math.max(all.bottom, bottom),
      }));
      const [width, height] = [box.right - box.left, box.bottom - box.top];
      if (width <= 1 || height <= 1) continue;
      const text = one.parentElement?.textContent.replace(one.textContent, "").trim() ?? "";
      const isInLine = one.tagName === "A" && style.display === "inline" && text !== "";
      targets.push({
        one,
        layer: layer_of(one),
        box,
        width,
        height,
        isInLine,
        x: (box.left + box.right) / 2,
        y: (box.top + box.bottom) / 2,
        isSmall: width < least - 0.5 || height < least - 0.5,
      });
    }
    const away = ({ x, y }, { left, top, right, bottom }) => Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
    const isCrowded = (small) =>
      targets.some(
        (other) =>
          other.one !== small.one &&
          other.layer === small.layer &&
          !other.one.contains(small.one) &&
          !small.one.contains(other.one) &&
          (other.isSmall ? Math.hypot(other.x - small.x, other.y - small.y) < least : away(small, other.box) < least / 2),
      );
    return targets
      .filter((small) => small.isSmall && !small.isInLine && isCrowded(small))
      .map(({ one, width, height }) => `${Math.round(width)} x ${Math.round(height)}: ${one.outerHTML.slice(0, 160)}`);
  });

test("at 360 pixels everything that is tapped is large enough, or has room around it", { timeout: 300_000 }, async () => {
  const found = {};
  const looked_at = async (one, where) => {
    const small = await small_targets(one);
    if (small.length > 0) found[where] = small;
  };
  const stranger = await person({ base: place.base, size: narrow });
  for (const door of doors) {
    await stranger.goto(`/${door}`);
    await stranger.getByRole("heading", { level: 1 }).waitFor();
    await looked_at(stranger, door);
  }
  const page = await owner_at_work(place, { size: narrow });
  const read = async (where) => {
    await page.locator("h1").first().waitFor({ state: "attached" });
    await page.getByRole("status", { name: "Loading" }).first().waitFor({ state: "detached" });
    await looked_at(page, where);
  };
  for (const where of [...places, "orders?new=1", "training"]) {
    await page.goto(at(page, where));
    await read(where);
  }
  for (const list of ["inbox", "orders", "products", "customers"]) {
    await page.goto(at(page, list));
    await (list === "inbox" ? page.locator("main ul li a") : page.locator("main table tbody th a")).first().click();
    await page.waitForURL(new RegExp(`/${list}/.`));
    await read(`one of ${list}`);
  }
  assert.deepEqual(found, {});
});

test("a target that is too small and crowded is found", async () => {
  const page = await person({ base: place.base, size: narrow });
  await page.goto("/sign-in");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.evaluate(() => {
    const style = "position:absolute;top:0;left:0;width:16px;height:16px;padding:0";
    document.body.insertAdjacentHTML("beforeend", "<button>a</button><button>b</button>");
    const [one, other] = [...document.querySelectorAll("body > button")];
    one.style.cssText = style;
    other.style.cssText = `${style};left:18px`;
  });
  assert.equal((await small_targets(page)).length, 2);
});

// A thumb on the screen, from one height to another. `then` looks before it lets go.
async function pull(page, from, to, then) {
  const devtools = await page.context().newCDPSession(page);
  const touch = (type, y) => devtools.send("Input.dispatchTouchEvent", { type, touchPoints: y === undefined ? [] : [{ x: 180, y }] });
  await touch("touchStart", from);
  for (let step = 1; step <= 10; step++) await touch("touchMove", from + ((to - from) * step) / 10);
  await then();
  await touch("touchEnd");
}

test("a thumb that pulls the chats down reads them again, and one that pulls a little does not", { timeout: 120_000 }, async () => {
  const page = await owner_at_work(place, { size: narrow });
  await row(page, { name: "Chinedu Okafor" }).waitFor();
  let reads = 0;
  page.on("request", (request) => {
    if (/\/conversations\?/.test(request.url())) reads += 1;
  });
  const mark = page.getByRole("status");
  await pull(page, 300, 340, () => mark.filter({ hasText: "Pull to refresh" }).waitFor());
  await mark.waitFor({ state: "detached" });
  assert.equal(reads, 0);
  const again = page.waitForResponse(/\/conversations\?/);
  await pull(page, 300, 500, () => mark.filter({ hasText: "Let go to refresh" }).waitFor());
  await again;
  await mark.waitFor({ state: "detached" });
  await row(page, { name: "Chinedu Okafor" }).waitFor();
});
