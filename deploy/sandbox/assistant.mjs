// The shop assistant that answers in place of a model: always the same answer to the same request.
//
// It reads only what it is given. Prices are quoted literally from the system prompt, never computed; what an action did is left to the
// server to say. It keeps no memory of its own.

import { nonce_in, open_order_in, product_in, products_in, wishes_in } from "./catalogue.mjs";

// request: {system, turns: [{role: "customer"|"business"|"result", text, is_error?}], tools: [name]}
// -> {text, call?: {name, input}}
export function answer_to({ system, turns, tools }) {
  const nonce = tools.length === 0 ? nonce_in(system) : undefined;
  const shop = {
    products: products_in(system),
    open_order: open_order_in(system),
    may: (name) => tools.includes(name) || nonce !== undefined,
  };
  const told = nonce === undefined ? undefined : result_note(turns.at(-1));
  const heard = told ? [...turns, told] : turns;
  const answer = last_is_result(heard) ? after_result(heard) : decide(said_last(turns), shop, turns);
  if (!answer.call || tools.length > 0) return answer;
  return { text: `${answer.text} [[${nonce}:${answer.call.name} ${JSON.stringify(answer.call.input)}]]`.trim() };
}

// The rules, first match wins.
function decide(text, shop, turns) {
  const said = text.toLowerCase();
  const spoken_of = () => last_spoken_of(shop.products, turns);
  const note = /\bnote:\s*([^\n]{1,200})/i.exec(text);
  const wishes = () => wishes_in(note ? text.replace(note[0], "") : text, shop.products, spoken_of());

  if (/\b(human|person|agent|manager|someone real|representative|customer (care|service))\b/.test(said)) {
    const reason = meant(/\bbecause\s+([^\n]{3,200})/i.exec(text)?.[1]) ?? "the customer asked for a person";
    return act(shop, "hand_off", { reason }, "Of course.", "A colleague will read this soon.");
  }
  if (/\b(paid|(made|sent|done|completed) (the |my )?(payment|transfer)|payment (is |was )?(made|sent|done|successful|completed))\b/.test(said)
      && !/\b(not|n't|never|unpaid|if|when) .{0,12}paid\b/.test(said) && !/haven't|have not/.test(said)) {
    return act(shop, "check_payment", {}, "Thank you, let me look.", "I see no order that waits for a payment.");
  }
  if (/\bcancel\b/.test(said) && !/\b(don't|do not|not|never) cancel\b/.test(said)) {
    return act(shop, "cancel_order", {}, "All right.", "There is no order that I could cancel.");
  }
  if (/\b(invoice|receipt)\b/.test(said)) {
    return act(shop, "send_invoice", {}, "Certainly.", "There is no order yet that an invoice could be for.");
  }
  if (/\b(change|make (it|that)|instead|update (my|the) order)\b/.test(said) && shop.open_order) {
    const items = wishes();
    if (items.length > 0) return act(shop, "change_order", { items }, "Gladly.", "I cannot change that order any more.");
  }
  if (/\b(i want|i need|i wish|i'?d like|i would like|i'?ll take|i will take|i'?ll have|buy|order|get me|give me|send me|add)\b/.test(said)
      && !/\b(status|where is|track)\b/.test(said)) {
    const items = wishes();
    if (items.length > 0) return act(shop, "place_order", { items, ...(note ? { note: meant(note[1]) } : {}) }, "A good choice!", "I cannot take an order at the moment.");
    if (!/\b(pay|checkout|check out|link|price|prices)\b/.test(said) && !open_talk(said)) return which_one(shop);
  }
  if (/\b(price|prices|how much|cost|costs|available|availability|in stock|do you have|do you sell|have you got)\b/.test(said)) {
    return quote(text, shop, spoken_of());
  }
  if (/\b(check ?out|pay|payment|link)\b/.test(said) || (shop.open_order && is_yes(said))) {
    if (!shop.open_order) return { text: "There is no open order yet. Tell me what you would like, and how many." };
    return act(shop, "request_checkout", {}, "With pleasure.", "The payment link is not ready yet.");
  }
  const contact = contact_in(text);
  if (contact) return act(shop, "record_contact", contact, "Thank you, noted.", "Thank you.");
  if (/\b(hi|hello|hey|good (morning|afternoon|evening|day)|greetings|salut|bonjour|ola|olá)\b/.test(said)) return welcome(shop);
  if (/\b(thanks|thank you|thx)\b/.test(said)) return { text: "You are welcome! Write whenever you need something." };
  const product = product_in(text, shop.products);
  if (product) return { text: `${priced(product)}. Would you like to order it?` };
  return { text: "I can tell you about our products and prices, take your order and send you a payment link. What would you like?" };
}

function act(shop, name, input, text, otherwise) {
  return shop.may(name) ? { text, call: { name, input } } : { text: otherwise };
}

function welcome({ products }) {
  if (products.length === 0) return { text: "Hello and welcome! How can I help you?" };
  return { text: `Hello and welcome! May I suggest ${products.slice(0, 2).map(priced).join(", or ")}?` };
}

function quote(text, { products }, spoken_of) {
  const product = product_in(text, products) ?? (/\b(it|that|this|them|those)\b/i.test(text) ? spoken_of : undefined);
  if (product) return { text: `${priced(product)}. How many would you like?` };
  if (products.length === 0) return { text: "I have no price list at hand, I am sorry." };
  return { text: `I did not find that one. We have ${products.slice(0, 3).map(priced).join("; ")}.` };
}

function which_one({ products }) {
  if (products.length === 0) return { text: "What would you like to order?" };
  return { text: `Which one would you like? For example ${products.slice(0, 3).map(({ name }) => name).join(", ")}.` };
}

function priced({ name, price, stock }) {
  return stock ? `${name} at ${price} (${stock})` : `${name} at ${price}`;
}

function open_talk(said) {
  return /\b(know|ask|help|question|talk|speak|see)\b/.test(said);
}

function is_yes(said) {
  return /(?:^|[\n>:"\u201c])\W*(yes|yeah|yep|ok|okay|sure|fine|go ahead|please do|confirm(ed)?|correct|proceed)\b/.test(said);  // also inside a delimiter
}

// The server shows a model no tags; a model may well write the sign that was meant.
function meant(text) {
  return text?.replaceAll("\u2039", "<");
}

function contact_in(text) {
  const email = /[^\s@<>"',;:]+@[^\s@<>"',;:]+\.[A-Za-z]{2,}/.exec(text)?.[0].replace(/\.$/, "");
  const phone = /(?<!\d)\+?\d[\d ()-]{8,16}\d(?!\d)/.exec(text)?.[0];
  const name = /\bmy name is ([\p{L}][\p{L}' -]{1,60}?)(?=[.,;!\n]| and | my |$)/iu.exec(text)?.[1];
  const address = meant(/\b(?:my address is|deliver to|address:)\s*([^\n]{5,160})/i.exec(text)?.[1]);
  const found = { name, email, phone, address };
  for (const key of Object.keys(found)) if (found[key] === undefined) delete found[key];
  return Object.keys(found).length > 0 ? found : undefined;
}

// --- the turns --------------------------------------------------------------------------------------------------------------------

function last_is_result(turns) {
  return turns.at(-1)?.role === "result";
}

// Without tools the results of actions come as a note in the last message; a forged one earns no more than an apology.
function result_note(turn) {
  const json = /\{[^{}]*"result"\s*:\s*"(?:refused|done)"[^{}]*\}/g;
  const notes = turn?.text.match(json) ?? [];
  if (notes.length === 0) return undefined;
  return { role: "result", text: notes.find((note) => note.includes("refused")) ?? notes[0] };
}

// All that the customer wrote since the business last spoke.
function said_last(turns) {
  const last = turns.findLastIndex(({ role }) => role !== "customer");
  return turns.slice(last + 1).map(({ text }) => text).join("\n");
}

function last_spoken_of(products, turns) {
  for (let i = turns.length - 1; i >= 0; i -= 1) {
    const product = turns[i].role === "result" ? undefined : product_in(turns[i].text, products);
    if (product) return product;
  }
  return undefined;
}

function after_result(turns) {
  const since = turns.findLastIndex(({ role }) => role !== "result");
  const refused = turns.slice(since + 1).map(refusal_in).filter(Boolean);
  if (refused.length === 0) return { text: "Is there anything else that I can do for you?" };
  return { text: `I am sorry, that did not work: ${refused.join("; ")}. Would you like something else?` };
}

// The reason of a refused action in words, or undefined. The shape of a result is the server's affair, so several are understood.
export function refusal_in({ text, is_error }) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value !== "object" || value === null) {
    const refused = is_error || /\b(refus|reject|denied|not allowed|fail|error|cannot|unavailable|out.of.stock)/i.test(text);
    return refused ? readable(text.replace(/^.*?\brefused\b\W*/i, "")) : undefined;
  }
  const refused = is_error || value.ok === false || value.success === false || "error" in value || "refused" in value || "refusal" in value
    || /^(refused|rejected|failed|error)$/i.test(String(value.status ?? value.result ?? value.outcome ?? ""));
  if (!refused) return undefined;
  const reason = [value.reason, value.message, value.detail, value.refusal, value.refused, value.error?.message, value.error, value.code]
    .find((one) => typeof one === "string" && one !== "");
  return readable(reason ?? "it is not possible now");
}

function readable(text) {
  const words = text.replaceAll("_", " ").replace(/\[\[|\]\]/g, "").replace(/\s+/g, " ").replace(/[.\s]+$/, "").trim().slice(0, 200);
  return words === "" ? "it is not possible now" : words;
}
