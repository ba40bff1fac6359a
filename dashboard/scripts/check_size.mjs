// What a view may cost in bytes, as gzip sends them: the page, its script, what that imports at once, and its styles.
// Fonts come later and are not waited for. The first view is the one of somebody who was never here; the others come
// behind it, when most of it is kept already.
//
//   node scripts/check_size.mjs

import { readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";

const dist = path.resolve(import.meta.dirname, "../dist");
const manifest = JSON.parse(readFileSync(path.join(dist, "manifest.json"), "utf8"));
// A page, and the chunks that its view waits for.
const views = {
  "sign-in": { budget: 130_000, entries: ["index.html", "src/pages/sign_in.tsx"] },
  inbox: { budget: 156_000, entries: ["index.html", "src/app/workplace.tsx", "src/inbox/inbox.tsx"] },
  orders: { budget: 155_000, entries: ["index.html", "src/app/workplace.tsx", "src/pages/orders.tsx", "src/words/orders_en.ts"] },
};

function filesOf(entry, into) {
  const chunk = manifest[entry];
  if (!chunk) throw new Error(`the build has no ${entry}`);
  if (into.has(chunk.file)) return;
  into.add(chunk.file);
  for (const style of chunk.css ?? []) into.add(style);
  for (const imported of chunk.imports ?? []) filesOf(imported, into);
}

const sizeOf = (file) => gzipSync(readFileSync(path.join(dist, file)), { level: 6 }).length;

let isOver = false;
for (const [view, { budget, entries }] of Object.entries(views)) {
  const files = new Set(["index.html"]);
  for (const entry of entries) filesOf(entry, files);
  const size = [...files].reduce((sum, file) => sum + sizeOf(file), 0);
  const over = size > budget;
  isOver ||= over;
  console.log(`${view}: ${(size / 1000).toFixed(1)} kB in ${files.size} files${over ? `, more than ${budget / 1000} kB` : ""}`);
}
process.exit(isOver ? 1 : 0);
