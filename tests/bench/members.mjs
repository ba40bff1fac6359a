// People with a session each, written straight into the tables: signing in thousands would measure bcrypt.

import { createHmac, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

// -> access tokens of `count` new accounts, each a member of all of `businesses`
export async function members(server, businesses, count) {
  const [kid, key] = readFileSync(`${server.data}/jwt.key`, "utf8").trim().split("\n")[0].split(":");
  const secret = Buffer.from(key, "base64url");
  const people = Array.from({ length: count }, (_, i) => ({ account: randomUUID(), session: randomUUID(), email: `member${i}@example.com` }));
  const now = Date.now();
  const rows = (of) => people.map((one) => `(${of(one)})`).join(",");
  await server.sql(`INSERT INTO accounts (id, email, password_hash, created_at) VALUES ${rows(({ account, email }) => `'${account}','${email}','-',${now}`)}`);
  await server.sql(`INSERT INTO memberships (account_id, business_id, role, created_at) SELECT account, business, 'agent', ${now}
    FROM (VALUES ${rows(({ account }) => `'${account}'::uuid`)}) a (account), (VALUES ${businesses.map((id) => `('${id}'::uuid)`).join(",")}) b (business)`);
  await server.sql(`INSERT INTO sessions (id, account_id, created_at, last_used_at, expires_at) VALUES ${rows(({ account, session }) => `'${session}','${account}',${now},${now},${now + 3_600_000}`)}`);
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const seconds = Math.floor(now / 1000);
  return people.map(({ account, session }) => {
    const text = `${part({ alg: "HS256", typ: "JWT", kid })}.${part({ iss: "sellavie", aud: "sellavie-api", sub: account, sid: session, iat: seconds, exp: seconds + 3600 })}`;
    return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
  });
}
