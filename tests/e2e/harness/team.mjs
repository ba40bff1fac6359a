// People who work for a shop, signed in to the API.

import { api_client } from "./api.mjs";

export const password = "a long demo password";

// client_type: listening_client, where answers are searched. -> {client, account_id, business_id, shop: "/businesses/…", inbox}
export async function signed_in_owner(here, i = 0, { client_type = api_client } = {}) {
  const client = await new client_type(here.server.url).signed_in(here.businesses[i].owner.email, password);
  const { body } = await client.get("/me");
  const { business_id } = body.memberships[0];
  return person(client, body.id, business_id);
}

function person(client, account_id, business_id) {
  const shop = `/businesses/${business_id}`;
  return { client, account_id, business_id, shop, inbox: `${shop}/conversations` };
}

// The owner of another shop joins the first person's business.
export async function colleague(here, first, { role = "agent", i = 1 } = {}) {
  const other = await signed_in_owner(here, i);
  await here.server.sql(`INSERT INTO memberships (account_id, business_id, role, created_at)
    VALUES ('${other.account_id}', '${first.business_id}', '${role}', 0)`);
  return person(other.client, other.account_id, first.business_id);
}

// A customer who said something and was answered. -> {who, conversation, one: path of the conversation}
export async function chat(here, { client, inbox }, { channel = "messenger", key, text = "Hello!" } = {}) {
  const who = here.customer(channel, key);
  await here.sandbox.say(who, text);
  await here.sandbox.heard(who, 1);
  await here.settled();
  const [[id]] = await here.server.sql(`SELECT id FROM conversations WHERE id IN ${here.conversation_of(who)}`);
  const one = `${inbox}/${id}`;
  return { who, one, id, conversation: (await client.get(one)).body };
}

// All pages of a list.
export async function all_of(client, path, { limit = 100 } = {}) {
  const items = [];
  let pages = 0;
  let cursor = "";
  do {
    const { status, body, text } = await client.get(`${path}${path.includes("?") ? "&" : "?"}limit=${limit}${cursor && `&cursor=${cursor}`}`);
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
    items.push(...body.items);
    cursor = body.next_cursor;
    pages += 1;
  } while (cursor);
  return { items, pages };
}
