// WhatsApp customers with two ids: who hides the phone number later is still the same customer (docs/adr/0034).

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { shared_world } from "./harness/world.mjs";
import { sleep, until } from "./harness/workspace.mjs";

let here;
shared_world({ before, after }, { name: "hidden_number" }, (world) => { here = world; });

// The sandbox's customer behind a number: every contact that a name of theirs leads to.
async function contacts_of({ customer }) {
  const [{ user_id }] = (await here.server.sql(`SELECT user_id FROM contacts WHERE scoped_id = '${customer}'`)).map(([user_id]) => ({ user_id }));
  assert.notEqual(user_id, "");
  return here.server.number(`SELECT count(*) FROM contacts WHERE scoped_id IN ('${customer}', '${user_id}')`);
}

async function stays_silent(who, replies) {
  await here.settled();
  await sleep(800);
  assert.equal((await here.sandbox.replies(who, "app")).length, replies, "the AI spoke over a person");
}

test("a person has the chat: the customer who writes again without the number meets that person", async () => {
  const who = here.customer("whatsapp");
  await here.sandbox.say(who, "Hello!");
  await here.sandbox.heard(who, 1);
  await here.settled();
  await here.sandbox.echo(who, "This is Ada, how can I help?");
  await until("a person owns the chat", async () => (await here.owner_of(who))?.person);
  assert.equal((await here.sandbox.say(who, "It is me again", { hidden_number: true })).status, 200);
  await stays_silent(who, 1);
  await here.server.restart();
  assert.equal((await here.sandbox.say(who, "And again", { hidden_number: true })).status, 200);
  await stays_silent(who, 1);
  assert.equal(await contacts_of(who), 1);
  assert.equal(await here.messages_of(who), 3, "every message is in the one chat");
});

test("an open order is found again, and the answer arrives", async () => {
  const who = here.customer("whatsapp");
  await here.sandbox.say(who, "I want 2 Ankara 6 yards");
  await here.sandbox.heard(who, 1);
  await here.settled();
  assert.equal(await here.orders_of(who), 1);
  await here.server.restart();
  await here.sandbox.say(who, "I want 2 Ankara 6 yards", { hidden_number: true });
  const replies = await here.sandbox.heard(who, 2);
  await here.settled();
  assert.match(replies.at(-1).text, /already have/i);
  assert.equal(await here.orders_of(who), 1, "the same wish became a second order");
  assert.equal(await contacts_of(who), 1);
});

test("who came without a number is the same customer when it appears", async () => {
  const who = here.customer("whatsapp");
  await here.sandbox.say(who, "Hello!", { hidden_number: true });
  await here.sandbox.heard(who, 1);
  await here.settled();
  await here.sandbox.say(who, "How much is the Adire kaftan?");
  await here.sandbox.heard(who, 2);
  await here.settled();
  await here.server.restart();
  await here.sandbox.say(who, "Thank you");
  await here.sandbox.heard(who, 3);
  await here.settled();
  assert.equal(await here.server.number(`SELECT count(*) FROM contacts WHERE scoped_id = '${who.customer}'`), 0);
  const chats = await here.server.number(`SELECT count(*) FROM contact_aliases a JOIN conversations c ON c.contact_id = a.contact_id
    WHERE a.external_id = '${who.customer}' AND (SELECT count(*) FROM messages m WHERE m.conversation_id = c.id AND m.direction = 0) = 3`);
  assert.equal(chats, 1, "three messages in one chat, which the number leads to");
});

test("numbers shown and hidden in turn, and fast, make one chat", async () => {
  const who = here.customer("whatsapp");
  await Promise.all([true, false, true, false, false, true].map((hidden_number, i) => here.sandbox.say(who, `message ${i}`, { hidden_number })));
  await here.settled();
  const chats = await here.server.sql(`SELECT DISTINCT m.conversation_id FROM messages m JOIN conversations c ON c.id = m.conversation_id
    JOIN contacts k ON k.id = c.contact_id LEFT JOIN contact_aliases a ON a.contact_id = k.id
    WHERE '${who.customer}' IN (k.scoped_id, a.external_id)`);
  assert.equal(chats.length, 1);
  const stored = await here.server.number(`SELECT count(*) FROM messages WHERE direction = 0 AND conversation_id = '${chats[0][0]}'`);
  assert.equal(stored, 6);
});
