// Looking for secrets where none may be: as they are, escaped, and in hex and base64, wherever they begin in it.

import { execFile } from "node:child_process";
import { createDecipheriv } from "node:crypto";
import { promisify } from "node:util";
import { postgres_bin } from "./postgres.mjs";

const run = promisify(execFile);
// Shorter ones would be found by chance.
const shortest_form = 8;

// In base64 a text looks another way at each of the three places where it may begin; its edges hang on its neighbours.
function base64_forms(bytes) {
  return [0, 1, 2].flatMap((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
    const [from, to] = [Math.ceil((offset * 8) / 6), Math.floor((whole.length * 8) / 6)];
    return ["base64", "base64url"].map((alphabet) => whole.toString(alphabet).slice(from, to));
  });
}

// secret: text, or bytes
export function forms_of(secret) {
  const bytes = Buffer.from(secret);
  const texts = typeof secret === "string" ? [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)] : [];
  const hex = bytes.toString("hex");
  return [...new Set([...texts, hex, hex.toUpperCase(), ...base64_forms(bytes)])].filter((form) => form.length >= shortest_form);
}

// A random token is 32 bytes in base64url: kept as bytes it would be the same secret.
export const with_bytes = (token) => [token, Buffer.from(token, "base64url")];

// -> where each that is there begins, and a little of what stands before it; never the secret itself
export function secrets_in(text, secrets) {
  const found = [];
  [...secrets].forEach((secret, i) => {
    for (const form of forms_of(secret)) {
      const at = text.indexOf(form);
      if (at >= 0) found.push(`secret ${i} at ${at}, behind ${JSON.stringify(text.slice(Math.max(0, at - 60), at))}`);
    }
  });
  return found;
}

// All that the database holds, in clear, but for the rows of the tables `without`. `at` as in postgres.mjs.
export async function dump_of(at, { without = [] } = {}) {
  const left_out = without.map((table) => `--exclude-table-data=${table}`);
  const { stdout } = await run(`${postgres_bin()}/pg_dump`, ["-h", at.host, "-p", "5432", "-U", at.user, "-d", at.database, ...left_out], {
    timeout: 60_000, maxBuffer: 512 * 1024 * 1024, env: { ...process.env, PGCONNECT_TIMEOUT: "5" },
  });
  if (!stdout.includes("PostgreSQL database dump complete")) throw new Error("the dump is not whole");
  return stdout;
}

// What a Fernet token holds; the signature is not looked at. `key` is a line of fernet.key.
export function unsealed(token, key) {
  const data = Buffer.from(token, "base64url");
  const opened = createDecipheriv("aes-128-cbc", Buffer.from(key, "base64url").subarray(16), data.subarray(9, 25));
  return Buffer.concat([opened.update(data.subarray(25, -32)), opened.final()]).toString();
}
