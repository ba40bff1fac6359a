// The control API: what a test, the smoke player or the phones page tells the sandbox to do.

import { answer_json, is_object, read_json_object, refusal, refuse_foreign_pages } from "./http.mjs";
import { channels } from "./accounts.mjs";
import * as events from "./meta_events.mjs";
import { switches as switch_table } from "./switches.mjs";

const most_text = 65_536;
const most_raw = 4 * 1024 * 1024;

export class control {
  #world;

  // world: {accounts, conversations, outgoing, webhooks, switches, counters, payment_control, mails, stream, clock}
  constructor(world) {
    this.#world = world;
  }

  async handle(request, response, path, query) {
    refuse_foreign_pages(request);
    const name = `${request.method} ${path}`;
    if (name === "GET /stream") return this.#stream(response);
    const route = this.#routes[name];
    if (!route) throw new refusal(404, { error: "unknown control", known: Object.keys(this.#routes) });
    const input = request.method === "POST" ? await read_json_object(request, most_raw) : query;
    answer_json(response, 200, await route(input));
  }

  #routes = {
    "POST /say": (body) => this.#say(body),
    "POST /echo": (body) => this.#echo(body),
    "POST /webhook": (body) => this.#raw_webhook(body),
    "POST /handshake": () => this.#world.webhooks.handshake(),
    "POST /pay": (body) => this.#world.payment_control.pay(body),
    "POST /settle": (body) => this.#world.payment_control.settle(body),
    "POST /expire": (body) => this.#world.payment_control.expire(body),
    "POST /refund": (body) => this.#world.payment_control.refund(body),
    "POST /dispute": (body) => this.#world.payment_control.dispute(body),
    "POST /payment_events": (body) => this.#world.payment_control.resend(body),
    "POST /payment_webhook": (body) => this.#world.payment_control.send_to(body),
    "POST /merchants": (body) => this.#world.payment_control.add_merchant(body),
    "POST /signup": (body) => this.#world.logins.signup(body),
    "POST /accounts": (body) => this.#add_account(body),
    "POST /revoke": (body) => this.#revoke(body),
    "POST /switches": (body) => this.#world.switches.set(body),
    "GET /switches": () => this.#world.switches.all(),
    "GET /switches/describe": () => switch_table.describe(),
    "GET /transcript": (query) => this.#transcript(query),
    "GET /counters": () => ({ ...this.#world.counters.report(this.#world.conversations.all()), webhooks_pending: this.#world.webhooks.pending }),
    "GET /accounts": () => this.#world.accounts.all().slice(0, 300).map(({ business, name, channel, id }) => ({ business, name, channel, id })),
    "GET /payments": () => this.#world.payment_control.report(),
    "GET /mails": (query) => ({ mails: this.#world.mails.all(query.get("to") ?? undefined) }),
    "POST /reset": () => this.#reset(),
  };

  #stream(response) {
    if (!this.#world.stream.open(response)) throw new refusal(503, "too many readers");
  }

  // -> {mid, status}: the HTTP status with which the webhook was answered
  async #say(body) {
    const account = this.#account(body);
    const customer = customer_of(body);
    const kind = body.kind ?? "text";
    if (!events.kinds.includes(kind)) throw new refusal(400, { error: "unknown kind", known: events.kinds });
    const said = {
      kind,
      text: optional_text(body, "text") ?? "",
      name: optional_text(body, "name") ?? this.#world.conversations.find(account, customer)?.name,
      quick_reply: optional_text(body, "quick_reply"),
      target: optional_text(body, "mid") ?? optional_text(body, "reply_to"),
      url: optional_text(body, "url") ?? "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1",
      emoji: optional_text(body, "emoji") ?? "\u2764\ufe0f",
      hidden_number: body.hidden_number === true,
      at: Number.isSafeInteger(body.at) && body.at > 0 ? body.at : this.#world.clock(),
      mid: events.new_mid(account.channel),
    };
    if (["reaction", "unreact", "unsend", "edit"].includes(kind) && !said.target) throw new refusal(400, `${kind} needs the mid of a message`);
    if (["text", "edit", "story_reply", "postback"].includes(kind) && said.text === "") throw new refusal(400, `${kind} needs a text`);
    this.#show(account, customer, said);
    const item = events.customer_event(account, customer, said);
    // lost: this one's webhook never comes, whatever else is under way.
    const status = account.subscribed && body.lost !== true ? await this.#deliver(account, customer, item) : 0;
    if (status === 200) this.#delivered(account, customer, said.mid);
    return { mid: said.mid, status };
  }

  #show(account, customer, said) {
    const { conversations } = this.#world;
    if (said.kind === "unsend") return conversations.change(account, customer, said.target, { text: "", deleted: true });
    if (said.kind === "edit") return conversations.change(account, customer, said.target, { text: said.text, edited: true });
    if (said.kind === "reaction" || said.kind === "unreact") {
      return conversations.change(account, customer, said.target, { reaction: said.kind === "reaction" ? said.emoji : "" });
    }
    const message = { mid: said.mid, text: said.text, at: said.at, state: "sent", ...(said.kind === "text" ? {} : { kind: said.kind }) };
    conversations.customer_said(account, customer, said.name, message);
  }

  #delivered(account, customer, mid) {
    const message = this.#world.conversations.find(account, customer)?.messages.find((one) => one.mid === mid);
    if (message?.state === "sent") this.#world.conversations.change(account, customer, mid, { state: "delivered" });
  }

  #deliver(account, customer, item) {
    return this.#world.webhooks.deliver(`${account.key}/${customer}`, events.envelope(account, item, this.#world.clock()));
  }

  async #echo(body) {
    const text = optional_text(body, "text");
    if (!text) throw new refusal(400, "an echo needs a text");
    return this.#world.outgoing.person_said(this.#account(body), customer_of(body), text);
  }

  // {body: object or string, signature: "good" | "bad" | "none"}: for what Meta would never send.
  async #raw_webhook({ body, signature = "good" }) {
    if (!["good", "bad", "none"].includes(signature)) throw new refusal(400, "signature must be good, bad or none");
    if (typeof body !== "string" && !is_object(body)) throw new refusal(400, "body must be an object or a string");
    const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
    return { status: await this.#world.webhooks.deliver_raw(bytes, signature) };
  }

  // {channel, id, business, name, waba?, registered?, pin?, tasks?, subscribed?}
  #add_account(body) {
    const { channel, id, business, name } = body;
    const is_text = (value) => typeof value === "string" && value !== "" && value.length <= 100;
    if (!channels.includes(channel) || ![id, business, name].every(is_text)) throw new refusal(400, "channel, id, business and name are needed");
    const { key, waba } = this.#world.accounts.add(body);
    return { key, waba };
  }

  // As when its person changes the password: no token opens the account any more.
  #revoke(body) {
    const account = this.#account(body);
    this.#world.accounts.revoke(account);
    this.#world.logins.revoke(account);
    return { ok: true };
  }

  #transcript(query) {
    const account = this.#account({ channel: query.get("channel"), account: query.get("account") ?? undefined });
    const customer = customer_of({ customer: query.get("customer") });
    const conversation = this.#world.conversations.find(account, customer);
    if (!conversation) return { messages: [], typing: false };
    const typing = this.#world.conversations.is_typing(conversation);
    return { name: conversation.name, messages: conversation.messages, typing };
  }

  #reset() {
    for (const part of ["outgoing", "webhooks", "conversations", "counters", "switches", "payments", "payment_events", "flutterwave", "stripe", "mails", "logins"]) this.#world[part].reset();
    for (const account of this.#world.accounts.all()) account.subscribed = true;
    this.#world.stream.publish({ type: "reset" });
    return { ok: true };
  }

  #account({ channel, account }) {
    if (!channels.includes(channel)) throw new refusal(400, { error: "channel must be one of", known: channels });
    const found = this.#world.accounts.find(channel, account ?? undefined);
    if (!found) throw new refusal(404, "unknown account");
    return found;
  }
}

function customer_of({ customer }) {
  const text = typeof customer === "number" ? String(customer) : customer;
  if (typeof text !== "string" || text === "" || text.length > 128) throw new refusal(400, "customer must be a string of 1 to 128 characters");
  return text;
}

function optional_text(body, name) {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string" || value.length > most_text) throw new refusal(400, `${name} must be a string of at most ${most_text} characters`);
  return value;
}
