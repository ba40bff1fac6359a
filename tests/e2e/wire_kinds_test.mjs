// Every kind of message that the sandbox's customers can send, on each channel that has it, in Meta's form as the sandbox writes it: the
// server knows each, keeps it where it belongs, and answers what wants an answer.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { kinds as kinds_of_sandbox } from "../../deploy/sandbox/meta_events.mjs";
import { channels, shared_world } from "./harness/world.mjs";

let here;
shared_world({ before, after }, { name: "wire_kinds" }, (world) => { here = world; });

const pages = ["messenger", "instagram"];
const first_words = "Hello!";
const words = "How much is the Beaded purse?";
const other_words = "How much is the Adire kaftan?";

// Who answers, and how one sees it.
const model = { says: /^Beaded purse at /, person: false };
const person = { says: /colleague will look at it/, person: true };

const url = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1";
const attachment = (type, more = {}) => ({ type, url: "", media_id: "", title: "", ...more });
// A page's media have an address, WhatsApp's an id.
const media = (type, more) => (channel) => attachment(type, channel === "whatsapp" ? { media_id: "1400000000000001", ...more?.whatsapp } : { url });

// of: the sandbox's kind; said: what else it is told. A message has a body, perhaps an attachment, and an answer; what is
// about the customer's earlier message leaves that one as `leaves`; what only becomes a recorded event has its kind.
const kinds = {
  "a text": { of: "text", on: channels, said: { text: words }, body: words, answer: model },
  "a text in reply to an earlier message": { of: "text", on: channels, is_about: true, said: { text: words }, body: words, answer: model },
  "a tapped quick reply": { of: "text", on: channels, said: { text: words, quick_reply: "PRICE" }, body: words, answer: model },
  "a tapped button": { of: "postback", on: channels, said: { text: words, quick_reply: "PRICE" }, body: words, answer: model },
  "a picture": { of: "image", on: channels, body: "(image)", has: media("image"), answer: person },
  "a picture with words": { of: "image", on: ["whatsapp"], said: { text: words }, body: words, has: media("image"), answer: model },
  "a voice message": { of: "audio", on: channels, body: "(audio)", has: media("audio"), answer: person },
  "a video": { of: "video", on: channels, body: "(video)", has: media("video"), answer: person },
  "a file": {
    of: "file", on: channels, body: (channel) => (channel === "whatsapp" ? "(file: note.pdf)" : "(file)"),
    has: media("file", { whatsapp: { title: "note.pdf" } }), answer: person,
  },
  "a sticker": { of: "sticker", on: channels, body: "(sticker)", has: media("sticker"), answer: person },
  "a place on a page": { of: "location", on: pages, body: "(location: 6.45,3.39)", has: () => attachment("location", { title: "6.45,3.39" }), answer: person },
  "a place on WhatsApp": {
    of: "location", on: ["whatsapp"], body: "(location: 6.45,3.39 Marina)", has: () => attachment("location", { title: "6.45,3.39 Marina" }), answer: person,
  },
  "a contact card": {
    of: "contacts", on: ["whatsapp"], body: "(contacts: Bola +234 800 000 0000)", has: () => attachment("contacts", { title: "Bola +234 800 000 0000" }), answer: person,
  },
  "a story that mentions the shop": { of: "story_mention", on: ["instagram"], body: "(story_mention)", has: () => attachment("story_mention", { url }), answer: person },
  "an answer to a story": {
    of: "story_reply", on: ["instagram"], said: { text: words }, body: words, has: () => attachment("story_reply", { url, media_id: "17900000000000001" }), answer: model,
  },
  "what an advertisement brought": {
    of: "referral", on: ["whatsapp"], said: { text: words }, body: words,
    has: () => attachment("referral", { url: "https://fb.me/x", media_id: "120200000000000001", title: "Sale" }), answer: model,
  },
  "what the platform cannot show": { of: "unsupported", on: ["instagram", "whatsapp"], body: "(unsupported message)", answer: person },
  "what the platform shows as a link only": { of: "unsupported", on: ["messenger"], body: "(fallback)", has: () => attachment("fallback"), answer: person },
  "an edit": { of: "edit", on: channels, is_about: true, said: { text: other_words }, leaves: { body: other_words, state: "0" } },
  "an unsend": { of: "unsend", on: channels, is_about: true, leaves: { body: "", state: "9" } },
  "a reaction": { of: "reaction", on: channels, is_about: true, leaves: { body: first_words, state: "0" }, recorded: "reaction" },
  "a reaction taken back": { of: "unreact", on: channels, is_about: true, leaves: { body: first_words, state: "0" }, recorded: "reaction" },
  "a visit through a link": { of: "referral", on: pages, said: { text: "spring" }, recorded: "referral" },
};

test("the table has every kind that the sandbox has", () => {
  assert.deepEqual([...new Set(Object.values(kinds).map(({ of }) => of))].sort(), [...kinds_of_sandbox].sort());
});

test("each kind of message is known on each channel", { timeout: 120_000 }, async (t) => {
  const cases = Object.entries(kinds).flatMap(([name, kind]) => kind.on.map((channel) => ({ ...kind, name, channel, who: here.customer(channel) })));
  await Promise.all(cases.filter(({ is_about }) => is_about).map(async (one) => { one.earlier = (await here.sandbox.say(one.who, first_words)).mid; }));
  await here.settled();
  const strange_before = await what_is_strange();
  const recorded_before = await recorded();
  await Promise.all(cases.map(async (one) => {
    const about = one.earlier === undefined ? {} : one.of === "text" ? { reply_to: one.earlier } : { mid: one.earlier };
    Object.assign(one, await here.sandbox.say(one.who, "", { kind: one.of, ...about, ...one.said }));
  }));
  await here.settled();
  const stored = await messages_by_external_id();

  for (const one of cases) {
    await t.test(`${one.name} on ${one.channel}`, async () => {
      assert.equal(one.status, 200);
      const earlier = one.is_about ? 1 : 0;
      const own = one.body === undefined ? 0 : 1;
      assert.equal(await here.messages_of(one.who), earlier + own, "messages of the customer");
      assert.equal(await here.turns_of(one.who), earlier + own, "turns");
      const replies = (await here.sandbox.replies(one.who, "app")).slice(earlier);
      assert.equal(replies.length, own, JSON.stringify(replies.map(({ text }) => text)));
      if (one.body !== undefined) {
        const body = typeof one.body === "function" ? one.body(one.channel) : one.body;
        assert.deepEqual(stored.get(one.mid), { body, attachments: one.has ? [one.has(one.channel)] : [], state: "0" });
        assert.match(replies[0].text, one.answer.says);
        assert.equal((await here.owner_of(one.who)).person, one.answer.person);
      }
      if (one.leaves) assert.deepEqual(stored.get(one.earlier), { attachments: [], ...one.leaves });
    });
  }
  const expected = {};
  for (const { recorded: kind } of cases) if (kind) expected[kind] = (expected[kind] ?? 0) + 1;
  assert.deepEqual(difference(await recorded(), recorded_before), expected, "recorded events by kind");
  assert.deepEqual(await what_is_strange(), strange_before, "something was quarantined, parked or found odd");
});

async function messages_by_external_id() {
  const rows = await here.server.sql("SELECT external_id, body, attachments, state FROM messages WHERE direction = 0");
  return new Map(rows.map(([id, body, attachments, state]) => [id, { body, attachments: attachments === "" ? [] : JSON.parse(attachments), state }]));
}

async function recorded() {
  return Object.fromEntries((await here.server.sql("SELECT kind, count(*) FROM recorded_events GROUP BY 1")).map(([kind, count]) => [kind, Number(count)]));
}

async function what_is_strange() {
  const [tables] = await here.server.sql("SELECT (SELECT count(*) FROM quarantined_events), (SELECT count(*) FROM parked_events)");
  const series = ["sellavie_webhook_oddities_total", "sellavie_inbound_events_quarantined_total", "sellavie_webhooks_rejected_total"];
  return [...tables, ...await Promise.all(series.map((name) => here.server.metric(name)))];
}

function difference(now, then) {
  return Object.fromEntries(Object.entries(now).map(([kind, count]) => [kind, count - (then[kind] ?? 0)]).filter(([, count]) => count !== 0));
}
