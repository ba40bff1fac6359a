// The page of parts, which builds for people who develop have: every part in its states, in the looks of the other pages.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { after, afterEach, before, test } from "node:test";
import { build } from "vite";
import { looks, looks_well } from "./looks.mjs";
import { everybody_leaves, no_complaints, person } from "./people.mjs";

const root = path.resolve(import.meta.dirname, "../..");
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".webmanifest": "application/manifest+json" };

let folder;
let server;
let base;
before(async () => {
  folder = mkdtempSync("/tmp/sellavie-parts-");
  process.env.SELLAVIE_PARTS = "1";
  await build({ root, logLevel: "error", build: { outDir: folder, emptyOutDir: true } });
  // What has no ending is a place of the page.
  server = createServer(({ url }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    const file = path.join(folder, path.extname(pathname) ? pathname : "index.html");
    response.writeHead(200, { "content-type": types[path.extname(file)] ?? "application/octet-stream" }).end(readFileSync(file));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  base = `http://127.0.0.1:${server.address().port}`;
});
after(everybody_leaves);
after(() => {
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(no_complaints);

for (const { name, size, theme, language } of looks) {
  test(`the parts look well: ${name}`, async () => {
    const page = await person({ base, size, theme, language });
    await page.goto("/parts");
    await page.getByRole("heading", { level: 1 }).waitFor();
    await looks_well(page, `parts-${name}`);
  });
}

for (const { name, size, theme, language } of looks) {
  test(`what opens looks well while it is open: ${name}`, async () => {
    const page = await person({ base, size, theme, language });
    await page.goto("/parts");
    // A menu stands before all landmarks, in none of them.
    const except = { menu: ["region"] };
    const opens = async (button, role) => {
      await page.getByRole("button", { name: button, exact: true }).click();
      const open = page.getByRole(role);
      await open.waitFor();
      await looks_well(page, `parts-${button.toLowerCase()}-${name}`, { except: except[role] });
      return open;
    };
    for (const [button, role] of [
      ["Menu", "menu"],
      ["Popover", "dialog"],
      ["Dialog", "dialog"],
      ["Drawer", "dialog"],
    ]) {
      const open = await opens(button, role);
      await page.keyboard.press("Escape");
      await open.waitFor({ state: "detached" });
    }
    const confirm = await opens("Confirm", "dialog");
    await confirm.getByRole("button", { name: "Archive" }).click();
    await confirm.getByRole("alert").waitFor();
    await looks_well(page, `parts-refused-${name}`);
    await page.keyboard.press("Escape");
    await confirm.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Toast", exact: true }).click();
    await page.getByRole("button", { name: "Problem", exact: true }).click();
    await page.getByText("It is done").waitFor();
    await looks_well(page, `parts-toasts-${name}`);
  });
}

test("a build for shops does not have that page", async () => {
  const dist = path.join(root, "dist/manifest.json");
  assert.equal(Object.keys(JSON.parse(readFileSync(dist, "utf8"))).includes("src/pages/parts.tsx"), false);
});
