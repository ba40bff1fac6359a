// People before browsers. Each has cookies and storage of their own; what their pages complain about is kept, and held
// against nothing at the end of each test.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";
import { api_client } from "../../../tests/e2e/harness/api.mjs";
import { chromium as executable } from "../../../tests/e2e/harness/browser.mjs";
import { password } from "../../../tests/e2e/harness/team.mjs";

export { password };
export const wide = { width: 1440, height: 900 };
export const narrow = { width: 360, height: 740 };

let browser;
const complaints = [];

async function launched() {
  browser ??= await chromium.launch({ executablePath: executable, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"] });
  return browser;
}

// -> a page; `theme` and `language` as chosen in the settings, `userAgent` as its browser names itself (User-Agent)
export async function person({ base, size = wide, theme = "light", language = "en", workers = "block", userAgent } = {}) {
  const context = await (await launched()).newContext({
    viewport: size,
    isMobile: size.width < 700,
    hasTouch: size.width < 700,
    serviceWorkers: workers,
    baseURL: base,
    locale: "en-GB",
    ...(userAgent ? { userAgent } : {}),
  });
  context.setDefaultTimeout(20_000);
  await context.addInitScript(
    ([chosen, words]) => {
      // The frames in which a browser shows a PDF have no storage.
      if (!localStorage) return;
      localStorage.setItem("sellavie.theme", chosen);
      localStorage.setItem("sellavie.language", words);
    },
    [theme, language],
  );
  const page = await context.newPage();
  page.on("console", (said) => {
    // Ours to block: a worker would answer in the server's place.
    if (["error", "warning"].includes(said.type()) && !said.text().startsWith("Service Worker registration blocked")) complaints.push(`${page.url()}: ${said.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.stack}`));
  return page;
}

// What a test provokes it expects: a refusal that the console tells, too.
export function expect_complaints(pattern) {
  const before = complaints.length;
  allow_complaints(pattern);
  assert.notEqual(complaints.length, before, `nothing complained of ${pattern}`);
}

// What may be refused, and need not be: it depends on what was under way.
export function allow_complaints(pattern) {
  const others = complaints.filter((one) => !pattern.test(one));
  complaints.length = 0;
  complaints.push(...others);
}

// After each test: its pages are closed, and had nothing to complain of.
export async function no_complaints() {
  for (const context of browser?.contexts() ?? []) await context.close();
  const found = complaints.splice(0);
  assert.deepEqual(found, []);
}

export async function everybody_leaves() {
  await browser?.close();
  browser = undefined;
}

export async function sign_in(page, email, secret = password) {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
}

// -> the page, in the inbox of the owner's shop
export async function owner_at_work(place, options = {}) {
  const page = await person({ base: place.base, ...options });
  await sign_in(page, place.here.businesses[options.shop ?? 0].owner.email);
  await page.waitForURL(/\/businesses\/[^/]+\/inbox/);
  return page;
}

// Somebody new, with a business of their own. -> {email, name, client, business_id, shop: "/businesses/…"}
let newcomers = 0;
export async function newcomer({ here, base }, business = "Ngozi Prints") {
  const [email, name] = [`newcomer${++newcomers}@shop.example`, `Newcomer ${newcomers}`];
  const anyone = new api_client(base);
  const good = ({ status, body, text }) => (assert.ok(status < 300, text), body);
  good(await anyone.post("/auth/sign-up", { email, password, name }));
  const [mail] = await here.sandbox.got_mails(email);
  const { access_token } = good(await anyone.post("/auth/verify-email", { token: /#token=(\S+)/.exec(mail.text)[1], password }));
  const client = new api_client(base, { access_token });
  const wish = { headers: { "idempotency-key": crypto.randomUUID() } };
  const { id } = good(await client.post("/businesses", { name: business, currency: "NGN", timezone: "Africa/Lagos", locale: "en-NG" }, wish));
  return { email, name, client, business_id: id, shop: `/businesses/${id}` };
}

// -> a page of theirs, in the inbox
export async function at_work({ base }, { email }, options = {}) {
  const page = await person({ base, ...options });
  await sign_in(page, email, options.secret);
  await page.waitForURL(/\/businesses\/[^/]+\/inbox/);
  return page;
}

// Of a page's business: "orders" -> "/businesses/…/orders"
export const at = (page, where) => `${new URL(page.url()).pathname.split("/").slice(0, 3).join("/")}/${where}`;

export async function picture(page, name) {
  const folder = process.env.SELLAVIE_E2E_LOGS ?? path.resolve(import.meta.dirname, "../../../build/logs/dashboard");
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}
