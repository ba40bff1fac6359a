// Chats as those see them who have them: customers write in the sandbox, people read and answer in the inbox.

let people = 0;

// A customer with a name. Of WhatsApp, because there the channel tells it. -> who, with the name
export const customer = ({ here }, name = `Customer ${++people} of the tests`) => ({ ...here.customer("whatsapp"), name });

// -> who wrote: a new customer, if none is named
export async function writes(place, text, who = customer(place)) {
  await place.here.sandbox.say(who, text, { name: who.name });
  return who;
}

// One who was answered already, and nothing is under way.
export async function answered(place, text = "Hello!", who = customer(place)) {
  await writes(place, text, who);
  await place.here.sandbox.heard(who, 1);
  await place.here.settled();
  return who;
}

export async function chat_id({ here }, who) {
  const [[id]] = await here.server.sql(`SELECT id FROM conversations WHERE id IN ${here.conversation_of(who)}`);
  return id;
}

export const list = (page) => page.getByRole("list", { name: "Chats" });
export const row = (page, { name }) => list(page).getByRole("link").filter({ hasText: name });
// What the state of a message is called once it is there: the phone may have shown it by then.
export const arrived = /^(Delivered|Read)$/;
export const thread = (page) => page.getByRole("log");
export const composer = (page, { name }) => page.getByRole("textbox", { name: `Reply to ${name}` });
export const replies_with = async (place, who, text) => (await place.here.sandbox.replies(who)).filter((one) => one.text?.includes(text));

export async function open(page, who) {
  await row(page, who).click();
  await thread(page).waitFor();
}
