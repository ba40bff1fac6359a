// The activity log: what is in it, who sees it, and that a forged export is found out without the server.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { api_client } from "./harness/api.mjs";
import { follow, hash_of } from "./harness/audit.mjs";
import { plain_environment, until } from "./harness/workspace.mjs";
import { shared_world } from "./harness/world.mjs";

let here;
shared_world({ before, after }, { name: "api-activity" }, (world) => { here = world; });

const password = "a long demo password";

async function owner(i = 0) {
  const client = await new api_client(here.server.url).signed_in(here.businesses[i].owner.email, password);
  const { body } = await client.get("/me");
  return { client, account_id: body.id, business_id: body.memberships[0].business_id, log: `/businesses/${body.memberships[0].business_id}/activity` };
}

async function a_conversation({ client, business_id }) {
  const who = here.customer();
  await here.sandbox.say(who, "Hello!");
  await here.sandbox.heard(who, 1);
  await here.settled();
  const { body } = await client.get(`/businesses/${business_id}/conversations?limit=1`);
  return { id: body.items[0].id, path: `/businesses/${business_id}/conversations/${body.items[0].id}` };
}

const chained = () => until("all activity is chained", async () =>
  (await here.server.number("SELECT count(*) FROM audit_log WHERE position IS NULL")) === 0, { seconds: 20, every_ms: 100 });

// All pages of the export.
async function exported({ client, log }, limit = 1000) {
  let text = "";
  for (let position = 0; ;) {
    const page = await client.get(`${log}/export?after=${position}&limit=${limit}`);
    assert.equal(page.status, 200);
    if (page.text === "") return text;
    text += page.text;
    position = JSON.parse(page.text.trimEnd().split("\n").at(-1)).position;
  }
}

function verify(text, ...options) {
  const file = here.place.file("export.jsonl");
  writeFileSync(file, text);
  return new Promise((resolve) => {
    execFile(here.server.binary, ["verify-audit", file, ...options], { timeout: 30_000, env: plain_environment() },
      (error, stdout, stderr) => resolve({ code: error ? error.code : 0, stdout, stderr }));
  });
}

test("a takeover and its return are in the log with who, what, which and from where", async () => {
  const ada = await owner();
  const chat = await a_conversation(ada);
  const took = await ada.client.post(`${chat.path}/take-over`, undefined, { headers: { "x-request-id": "the-takeover" } });
  assert.equal(took.status, 200);
  await ada.client.post(`${chat.path}/take-over`);
  await ada.client.post(`${chat.path}/return-to-ai`);
  const { body } = await ada.client.get(`${ada.log}?subject_id=${chat.id}`);
  assert.deepEqual(body.items.map(({ action, before, after }) => [action, JSON.parse(before).owner, JSON.parse(after).owner]), [
    ["conversation.returned_to_ai", "person", "ai"], ["conversation.taken_over", "ai", "person"]], "the second takeover changed nothing");
  const [, taken] = body.items;
  assert.equal(taken.account_id, ada.account_id);
  assert.equal(taken.request_id, "the-takeover");
  assert.equal(taken.address, "127.0.0.1");
  assert.equal(taken.subject_kind, "conversation");
  assert.ok(taken.account_name.length > 0);
});

test("the log is filtered by account, action and time, and paged", async () => {
  const ada = await owner();
  const chat = await a_conversation(ada);
  for (let i = 0; i < 2; ++i) for (const step of ["take-over", "return-to-ai"]) await ada.client.post(`${chat.path}/${step}`);
  const list = async (query) => (await ada.client.get(`${ada.log}?${query}`)).body.items;
  const all = await list("limit=100");
  assert.deepEqual((await list("limit=100&action=conversation.taken_over")).map(({ action }) => action),
    all.map(({ action }) => action).filter((action) => action === "conversation.taken_over"));
  assert.equal((await list(`account_id=${ada.account_id}&limit=100`)).length, all.length);
  assert.equal((await list("account_id=01890a5d-ac96-774b-bcce-b302099a8057")).length, 0);
  const { at } = all[1];
  const ids = (items) => items.map(({ id }) => id);
  const [newer, older] = [all.filter((one) => one.at >= at), all.filter((one) => one.at < at)];
  assert.ok(newer.length > 0 && older.length > 0 && all.length < 100, `${newer.length} and ${older.length} of ${all.length}`);
  assert.deepEqual(ids(await list(`since=${at}&limit=100`)), ids(newer), "that moment, too");
  assert.deepEqual(ids(await list(`until=${at}&limit=100`)), ids(older), "without that moment");
  assert.deepEqual((await list("sort=oldest&limit=100")).map(({ request_id }) => request_id), all.map(({ request_id }) => request_id).reverse());
  const seen = [];
  let cursor = "";
  do {
    const { body } = await ada.client.get(`${ada.log}?limit=3${cursor && `&cursor=${cursor}`}`);
    seen.push(...body.items);
    cursor = body.next_cursor;
  } while (cursor);
  const same = ({ position, ...one }) => one;
  assert.deepEqual(seen.map(same), all.map(same));
  assert.equal((await ada.client.get(`${ada.log}?since=yesterday`)).status, 422);
});

test("an entry is read by its id, before and after it is chained, by administrators of its business alone", async () => {
  const ada = await owner();
  const kofi = await owner(1);
  const chat = await a_conversation(ada);
  await ada.client.post(`${chat.path}/take-over`);
  await ada.client.post(`${chat.path}/return-to-ai`);
  const listed = async () => (await ada.client.get(`${ada.log}?subject_id=${chat.id}`)).body.items;
  const early = await listed();
  await chained();
  const late = await listed();
  assert.deepEqual(late.map(({ id }) => id), early.map(({ id }) => id), "the ids stay");
  assert.equal(new Set(late.map(({ id }) => id)).size, 2);
  for (const one of late) {
    const { status, body } = await ada.client.get(`${ada.log}/${one.id}`);
    assert.deepEqual([status, body], [200, one]);
    assert.equal((await kofi.client.get(`${kofi.log}/${one.id}`)).status, 404, "of another business");
    assert.equal((await kofi.client.get(`${ada.log}/${one.id}`)).status, 404);
  }
  const [[of_account]] = await here.server.sql("SELECT id FROM audit_log WHERE business_id IS NULL ORDER BY id DESC LIMIT 1");
  const as_id = `00000000-0000-0000-0000-${Number(of_account).toString(16).padStart(12, "0")}`;
  assert.equal((await ada.client.get(`${ada.log}/${as_id}`)).status, 404, "of no business");
  assert.equal((await ada.client.get(`${ada.log}/${late[0].id.replace(/^0/, "1")}`)).status, 404, "an entry has one id");
});

test("signing in and out, ended sessions and a reused token are recorded of the account, without secrets", async () => {
  const before = await here.server.number("SELECT coalesce(max(id), 0) FROM audit_log");
  const ada = await owner();
  const other = await owner();
  const { body } = await ada.client.get("/sessions");
  await ada.client.delete(`/sessions/${body.items.find(({ is_current }) => !is_current).id}`);
  await owner();
  await ada.client.post("/sessions/end-others");
  const stolen = await owner();
  await stolen.client.post("/auth/refresh", { refresh_token: stolen.client.refresh_token });
  await here.server.sql("UPDATE refresh_tokens SET rotated_at = rotated_at - 31000 WHERE rotated_at IS NOT NULL");
  await stolen.client.post("/auth/refresh", { refresh_token: stolen.client.refresh_token });
  await ada.client.post("/auth/sign-out");
  const rows = await here.server.sql(`SELECT action, business_id IS NULL, row_to_json(audit_log)::text FROM audit_log WHERE id > ${before} ORDER BY id`);
  const actions = rows.map(([action]) => action);
  for (const action of ["session.signed_in", "session.ended", "session.ended_by_reused_token", "session.signed_out"])
    assert.ok(actions.includes(action), `${action} of ${actions}`);
  assert.equal(actions.filter((action) => action === "session.signed_in").length, 4);
  const kofi = await owner(1);
  const mine = (await kofi.client.get("/me/activity?limit=100")).body.items;
  assert.deepEqual(mine.map(({ action }) => action), ["session.signed_in", ...mine.slice(1).map(({ action }) => action)]);
  const of_others = new Set((await here.server.sql(`SELECT subject_id FROM audit_log WHERE account_id <> '${kofi.account_id}'`)).map(([id]) => id));
  assert.ok(mine.every(({ subject_id }) => !of_others.has(subject_id)), "nobody sees another account's sign-ins");
  for (const [action, of_account, text] of rows) {
    if (action.startsWith("session.")) assert.equal(of_account, "t", action);
    for (const secret of [password, ada.client.access_token, ada.client.refresh_token, stolen.client.refresh_token, other.client.refresh_token])
      assert.ok(!text.includes(secret), `${action} shows a secret`);
  }
});

test("an export is a chain that anybody can recompute, page by page, and is recorded itself", async () => {
  const ada = await owner();
  const chat = await a_conversation(ada);
  for (const step of ["take-over", "return-to-ai"]) await ada.client.post(`${chat.path}/${step}`);
  await chained();
  const { body: head } = await ada.client.get(`${ada.log}/head`);
  const text = await exported(ada, 2);
  const { entries } = follow(text);
  assert.ok(entries.length >= 2);
  assert.ok(entries.length >= head.position);
  assert.equal(entries[head.position - 1].hash, head.head.split(":")[1]);
  assert.deepEqual(new Set(entries.map(({ business_id }) => business_id)), new Set([ada.business_id]));
  assert.equal((await ada.client.get(`${ada.log}?action=activity.exported&limit=1`)).body.items.length, 1);
  const type = (await ada.client.get(`${ada.log}/export?limit=1`)).headers.get("content-type");
  assert.equal(type, "application/x-ndjson");
});

test("verify-audit says whether an export holds, and the first line that does not and why", async () => {
  const ada = await owner();
  const chat = await a_conversation(ada);
  for (let i = 0; i < 2; ++i) for (const step of ["take-over", "return-to-ai"]) await ada.client.post(`${chat.path}/${step}`);
  await chained();
  const { body: { head, position } } = await ada.client.get(`${ada.log}/head`);
  const lines = (await exported(ada)).trimEnd().split("\n").slice(0, position);
  const join = (some) => `${some.join("\n")}\n`;
  const told = async (some, ...options) => {
    const { code, stdout, stderr } = await verify(join(some), ...options);
    return [code, code === 0 ? stdout : stderr.split(": ").slice(0, 2).join(" ")];
  };
  assert.deepEqual(await told(lines, "--head", head), [0, `${position} entries, the chain holds; head ${head}\n`]);
  const forged = lines.map((line, i) => (i === 1 ? JSON.stringify({ ...JSON.parse(line), action: "nothing.happened" }) : line));
  assert.deepEqual(await told(forged), [1, "line 2 changed"]);
  const rehashed = lines.map((line, i) => {
    if (i !== 1) return line;
    const entry = { ...JSON.parse(line), action: "nothing.happened" };
    return JSON.stringify({ ...entry, hash: hash_of(entry) });
  });
  assert.deepEqual(await told(rehashed), [1, "line 3 changed"]);
  assert.deepEqual(await told(lines.filter((_, i) => i !== 2)), [1, "line 3 missing"]);
  assert.deepEqual(await told([lines[0], lines[2], lines[1], ...lines.slice(3)]), [1, "line 2 reordered"]);
  assert.deepEqual(await told(lines.slice(0, -1), "--head", head), [1, `line ${position} truncated`]);
  assert.deepEqual(await told(lines.slice(0, -1)), [0, (await verify(join(lines.slice(0, -1)))).stdout]);
  assert.deepEqual(await told([...lines.slice(0, 2), "no line"]), [1, "line 3 unreadable"]);
  const second = JSON.parse(lines[1]);
  assert.equal((await told(lines.slice(2), "--after", `2:${second.hash}`, "--head", head))[0], 0);
  assert.equal((await verify("", "--head", "soon")).code, 2);
  assert.equal((await new Promise((resolve) => execFile(here.server.binary, ["verify-audit", here.place.file("nowhere")], (error) => resolve(error)))).code, 2);
});

test("reads that carry much away at once are recorded: who exported and who searched all chats, and not what for", async () => {
  const ada = await owner();
  const { path } = await a_conversation(ada);
  const shop = `/businesses/${ada.business_id}`;
  const recorded = async (action) => (await ada.client.get(`${ada.log}?action=${action}&limit=100`)).body.items;
  const before = { exported: (await recorded("product.exported")).length, searched: (await recorded("message.searched")).length };
  assert.equal((await ada.client.get(`${shop}/products/export`, { headers: { "x-request-id": "the-export" } })).status, 200);
  const [taken, ...others] = await recorded("product.exported");
  assert.equal(others.length, before.exported);
  assert.deepEqual([taken.request_id, taken.account_id, taken.subject_id, JSON.parse(taken.after)],
    ["the-export", ada.account_id, ada.business_id, { products: here.businesses[0].products.length }]);

  const found = await ada.client.get(`${shop}/messages?words=hello&limit=1`);
  assert.ok(found.body.items.length > 0, found.text);
  const from_the_top = Buffer.concat([Buffer.alloc(8), Buffer.alloc(16, 255)]).toString("base64url");
  assert.equal((await ada.client.get(`${shop}/messages?words=hello&limit=1&cursor=${from_the_top}`)).status, 200);
  const searches = await recorded("message.searched");
  assert.equal(searches.length, before.searched + 2, "a cursor of one's own hides nothing");
  assert.ok(!JSON.stringify(searches).includes("hello"), "the words may be a customer's");

  const all = (await ada.client.get(`${ada.log}?limit=100`)).body.items.length;
  await ada.client.get(path);
  await ada.client.get(`${path}/messages`);
  assert.equal((await ada.client.get(`${ada.log}?limit=100`)).body.items.length, all, "reading a chat is the work itself");
});

test("only administrators read the log, of their own business", async () => {
  const ada = await owner();
  const kofi = await owner(1);
  for (const path of ["", "/head", "/export"]) {
    assert.equal((await kofi.client.get(`${ada.log}${path}`)).status, 404);
    assert.equal((await ada.client.get(`${ada.log}${path}`)).status, 200);
  }
  await chained();
  const { entries } = follow(await exported(kofi));
  assert.ok(entries.every(({ business_id }) => business_id === kofi.business_id));
});
