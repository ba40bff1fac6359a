// A person sends a picture or a document: uploaded first, then named by a message; Meta fetches it from its link.

import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { resent_messages } from "./harness/invariants.mjs";
import { png, size_of_png } from "./harness/pictures.mjs";
import { chat, colleague, signed_in_owner } from "./harness/team.mjs";
import { shared_world } from "./harness/world.mjs";

let here;
let ada;
let kofi;
shared_world({ before, after }, { name: "api-attachments" }, (world) => { here = world; });
beforeEach(async () => {
  ada ??= await signed_in_owner(here, 0);
  kofi ??= await signed_in_owner(here, 1);
});

const pdf = (said = "") => Buffer.from(`%PDF-1.7\n1 0 obj <</Type/Catalog${said}>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n`, "latin1");

function upload(by, bytes, { type = "image/png", name } = {}) {
  const query = name ? `?${new URLSearchParams({ name })}` : "";
  return by.client.call("POST", `${by.shop}/attachments${query}`, { raw: bytes, headers: { "content-type": type } });
}

async function uploaded(by, bytes, options) {
  const { status, body, text } = await upload(by, bytes, options);
  assert.equal(status, 201, text);
  return body;
}

const send = (by, one, body, key = randomUUID()) => by.client.post(`${one}/messages`, body, { headers: { "idempotency-key": key } });
const said = async (who) => (await here.sandbox.replies(who, "app"));

// As Meta does it: no token, no cookie.
async function fetched(url) {
  const answer = await fetch(url);
  return { status: answer.status, type: answer.headers.get("content-type"), headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
}

test("a picture reaches the customer on each channel, before the text, and history shows it", async () => {
  for (const channel of ["messenger", "instagram", "whatsapp"]) {
    const { who, one } = await chat(here, ada, { channel });
    const before = (await said(who)).length;
    const picture = await uploaded(ada, png(7, 5, { text: "taken at 6.4N 3.4E", seed: channel.length }), { name: "kaftan.png" });
    assert.deepEqual([picture.kind, picture.content_type, picture.is_used], ["image", "image/png", false]);
    const sent = await send(ada, one, { text: "Here it is.", attachment_ids: [picture.id] });
    assert.equal(sent.status, 201, sent.text);
    await here.settled();
    const [image, text] = (await said(who)).slice(before);
    assert.equal(text.text, "Here it is.");
    assert.equal(image.image, picture.url, channel);
    const got = await fetched(image.image);
    assert.deepEqual([got.status, got.type], [200, "image/png"]);
    assert.deepEqual(size_of_png(got.bytes), { width: 7, height: 5 });
    assert.ok(!got.bytes.includes("6.4N"), "encoded anew, without what the camera wrote");
    assert.equal(got.headers.get("x-content-type-options"), "nosniff");
    assert.equal((await ada.client.get(`/media/${picture.url.split("/").at(-1)}`)).status, 200, "as the document has it");
    const { items } = (await ada.client.get(`${one}/messages`)).body;
    assert.deepEqual(items[1].attachments.map(({ type, url }) => [type, url]), [["image", picture.url]]);
    assert.equal(items[1].state, "delivered", channel);
    assert.equal((await ada.client.get(`${ada.shop}/attachments/${picture.id}`)).body.is_used, true);
  }
});

test("a document goes as a file, named as what it is", async () => {
  for (const channel of ["messenger", "instagram", "whatsapp"]) {
    const { who, one } = await chat(here, ada, { channel });
    const before = (await said(who)).length;
    const document = await uploaded(ada, pdf(`/N ${channel.length}`), { type: "application/pdf", name: "Size guide.exe" });
    assert.deepEqual([document.kind, document.name], ["file", "Size guide.exe.pdf"]);
    assert.equal((await send(ada, one, { attachment_ids: [document.id] })).status, 201);
    await here.settled();
    const [file] = (await said(who)).slice(before);
    assert.equal(file.kind, channel === "whatsapp" ? "document" : "file");
    const got = await fetched(document.url);
    assert.deepEqual([got.status, got.type], [200, "application/pdf"]);
    assert.deepEqual(got.bytes, pdf(`/N ${channel.length}`));
    assert.match(got.headers.get("content-disposition"), /^attachment; filename="Size_guide\.exe\.pdf"$/);
  }
});

test("what is disguised, damaged or active is refused, whatever it says it is", async () => {
  const executable = Buffer.concat([Buffer.from("MZ\x90\0", "latin1"), Buffer.alloc(2000, 7)]);
  const page = Buffer.from("<html><script>alert(1)</script></html>");
  for (const bytes of [executable, Buffer.from("\x7fELF\x02", "latin1"), page, Buffer.from("GIF89a"), Buffer.from("x")]) {
    for (const type of ["image/png", "image/jpeg", "application/pdf"]) {
      assert.equal((await upload(ada, bytes, { type, name: "photo.png" })).status, 415, `${bytes.subarray(0, 5)} as ${type}`);
    }
  }
  for (const type of ["application/octet-stream", "image/svg+xml", "text/html"]) assert.equal((await upload(ada, png(2, 2), { type })).status, 415, type);
  const hidden = await uploaded(ada, Buffer.concat([png(4, 4, { seed: 3 }), executable]));
  assert.ok(!(await fetched(hidden.url)).bytes.includes("MZ\x90"), "what hung behind a picture is gone");
  for (const bytes of [Buffer.concat([pdf(), executable]), pdf().subarray(0, 30), pdf("/OpenAction<</S/JavaScript/JS(app.alert())>>"), pdf("/A<</S/Launch>>")]) {
    assert.equal((await upload(ada, bytes, { type: "application/pdf" })).status, 422);
  }
  assert.equal((await upload(ada, png(2, 2, { said: { width: 60_000, height: 60_000 } }))).status, 422, "a bomb");
  assert.equal((await upload(ada, Buffer.alloc(10 * 1024 * 1024 + 1, 1))).status, 413);
  assert.equal((await upload(ada, png(2, 2), { name: "a\u0000b" })).status, 422);
});

test("another business's upload is refused, and its link says nothing of the business", async () => {
  const { who, one } = await chat(here, ada);
  const before = (await said(who)).length;
  const foreign = await uploaded(kofi, png(3, 3, { seed: 9 }));
  for (const ids of [[foreign.id], ["01890a5d-ac96-774b-bcce-b302099a8057"]]) {
    const refused = await send(ada, one, { text: "Look", attachment_ids: ids });
    assert.deepEqual([refused.status, refused.body.errors.map(({ field }) => field)], [422, ["/attachment_ids/0"]]);
  }
  assert.equal((await ada.client.get(`${ada.shop}/attachments/${foreign.id}`)).status, 404);
  assert.equal((await ada.client.delete(`${ada.shop}/attachments/${foreign.id}`)).status, 404);
  await here.settled();
  assert.equal((await said(who)).length, before);
  assert.equal((await ada.client.get(one)).body.owner, "ai", "a refused message takes nothing over");
  assert.equal((await fetched(foreign.url)).status, 200);
  for (const id of [foreign.id, randomUUID(), "x"]) assert.equal((await fetched(`${here.server.url}/media/${id}`)).status, 404, "ids are no links");
  const viewer = await colleague(here, ada, { role: "viewer" });
  assert.equal((await upload(viewer, png(2, 2))).status, 403);
  await here.server.sql(`DELETE FROM memberships WHERE account_id = '${viewer.account_id}' AND business_id = '${ada.business_id}'`);
});

test("the key covers the attachments: the same wish is one message, another one is refused", async () => {
  const { who, one } = await chat(here, ada);
  const before = (await said(who)).length;
  const [a, b] = [await uploaded(ada, png(5, 5, { seed: 1 })), await uploaded(ada, png(5, 5, { seed: 2 }))];
  const key = randomUUID();
  const wish = { text: "Both", attachment_ids: [a.id, b.id] };
  const all = await Promise.all(Array.from({ length: 10 }, () => send(ada, one, wish, key)));
  assert.deepEqual([...new Set(all.map(({ status }) => status))], [201]);
  for (const other of [{ text: "Both" }, { text: "Both", attachment_ids: [b.id, a.id] }, { text: "Both", attachment_ids: [a.id] }]) {
    const refused = await send(ada, one, other, key);
    assert.deepEqual([refused.status, refused.body.errors?.[0].field], [422, "Idempotency-Key"]);
  }
  await here.settled();
  assert.deepEqual((await said(who)).slice(before).map(({ image, text }) => image ?? text), [a.url, b.url, "Both"]);
  const twice = await send(ada, one, { attachment_ids: [a.id, a.id] });
  assert.deepEqual([twice.status, twice.body.errors[0].field], [422, "/attachment_ids/1"]);
  assert.equal((await send(ada, one, { attachment_ids: Array.from({ length: 11 }, () => randomUUID()) })).status, 422);
  assert.equal((await send(ada, one, { attachment_ids: [] })).status, 422, "nothing is said");
  assert.equal((await send(ada, one, { attachment_ids: [a.id] })).status, 201, "and shown once more later");
});

test("the same file again is the same upload, until a message uses it", async () => {
  const bytes = png(6, 6, { seed: 4 });
  const first = await uploaded(ada, bytes, { name: "a.png" });
  assert.equal((await uploaded(ada, bytes, { name: "a.png" })).id, first.id);
  assert.notEqual((await uploaded(ada, bytes, { name: "b.png" })).id, first.id);
  assert.equal((await ada.client.delete(`${ada.shop}/attachments/${first.id}`)).status, 204);
  assert.equal((await fetched(first.url)).status, 404);
  const { one } = await chat(here, ada);
  const next = await uploaded(ada, bytes, { name: "a.png" });
  assert.equal((await send(ada, one, { attachment_ids: [next.id] })).status, 201);
  assert.equal((await ada.client.delete(`${ada.shop}/attachments/${next.id}`)).status, 409, "a message shows it");
  assert.notEqual((await uploaded(ada, bytes, { name: "a.png" })).id, next.id);
});

test("a business keeps a bounded number of files that no message shows", async () => {
  await here.server.sql(`INSERT INTO attachments (id, business_id, account_id, token, kind, content_type, file_name, upload_hash, size, bytes, created_at)
    SELECT gen_random_uuid(), '${kofi.business_id}', '${kofi.account_id}', gen_random_uuid(), 'image', 'image/png', n || '.png', sha256(n::text::bytea), 1, 'x', ${Date.now()} FROM generate_series(1, 100) n`);
  const { status, text } = await upload(kofi, png(5, 5, { seed: 9 }));
  assert.equal(status, 409, text);
  assert.equal((await upload(kofi, png(5, 5).subarray(0, 40))).status, 409, "nor is it looked into");
  await here.server.sql(`DELETE FROM attachments WHERE business_id = '${kofi.business_id}'`);
  await uploaded(kofi, png(5, 5, { seed: 9 }));
});

test("a kill between upload and send, and one during sends, loses nothing and sends nothing twice", { timeout: 180_000 }, async () => {
  const { who, one } = await chat(here, ada);
  const before = (await said(who)).length;
  const picture = await uploaded(ada, png(8, 8, { seed: 5 }));
  const digest = createHash("sha256").update((await fetched(picture.url)).bytes).digest("hex");
  await here.server.restart();
  const key = randomUUID();
  const insist = async () => {
    for (;;) {
      const answer = await send(ada, one, { text: "Here", attachment_ids: [picture.id] }, key).catch(() => undefined);
      if (answer?.status === 201) return answer.body;
      assert.ok(answer === undefined || answer.status >= 500, answer?.text);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const sending = insist();
  await new Promise((resolve) => setTimeout(resolve, 5));
  const resent = new resent_messages();
  await here.server.kill();
  await resent.after_kill(here);
  await here.server.start();
  const done = await sending;
  assert.deepEqual((await insist()).messages.map(({ id }) => id), done.messages.map(({ id }) => id));
  await here.settled({ seconds: 60 });
  const rows = `SELECT count(*) FROM messages WHERE origin = 2 AND direction = 1 AND conversation_id IN ${here.conversation_of(who)}`;
  assert.equal(await here.server.number(rows), 2, "the picture and the text, once each");
  const marked = resent.all(here);
  const { resends } = await here.sandbox.counters();
  assert.deepEqual(resends.filter(({ customer, key }) => customer === who.customer && !marked.has(key)), [], "sent twice and not marked");
  const heard = (await said(who)).slice(before);
  assert.deepEqual([...new Set(heard.map(({ image, text }) => image ?? text))], [picture.url, "Here"]);
  assert.equal(createHash("sha256").update((await fetched(picture.url)).bytes).digest("hex"), digest);
});
