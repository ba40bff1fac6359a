// The activity log's chain, from its documentation (docs/api.md, "Activity log") and nothing of the server.

import { createHash } from "node:crypto";

function field(value) {
  if (value === null) return Buffer.from([255, 255, 255, 255]);
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(String(value), "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

// Of one line of an export, parsed. -> hex
export function hash_of(entry) {
  const fields = ["sellavie-activity-1", Buffer.from(entry.previous, "hex"), entry.business_id, entry.position, entry.at_ms,
    entry.action, entry.subject_kind, entry.subject_id, entry.account_id, entry.session_id, entry.address, entry.request_id,
    entry.before, entry.after];
  return createHash("sha256").update(Buffer.concat(fields.map(field))).digest("hex");
}

// -> {entries, head: "position:hash"}; throws at the first line that does not fit.
export function follow(text) {
  const entries = text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  let previous = "0".repeat(64);
  entries.forEach((entry, i) => {
    if (entry.position !== i + 1 || entry.previous !== previous || entry.hash !== hash_of(entry)) throw new Error(`line ${i + 1} breaks the chain`);
    previous = entry.hash;
  });
  return { entries, head: `${entries.length}:${previous}` };
}
