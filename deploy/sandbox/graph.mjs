// graph.facebook.com: Messenger, WhatsApp, and Instagram through its page.
//
//   POST /<version>/<page|me>/messages          POST /<version>/<phone_number_id>/messages
//   GET|POST|DELETE /<version>/<id>/subscribed_apps      GET /<version>/<id>?fields=…      GET /<version>/debug_token
//   GET /<version>/<page|me>/conversations      GET /<version>/<waba>/phone_numbers      POST /<version>/<phone_number_id>/register
//   GET /<version>/oauth/access_token           GET /<version>/me/accounts

import { createHmac, randomBytes } from "node:crypto";
import { answer_json, bearer_of, is_object, parse_json, read_body, sleep } from "./http.mjs";
import { bad_parameter, from_switch, graph_error, invalid_token, no_such_object, rate_limit_codes } from "./graph_error.mjs";
import { parse_page_message } from "./page_message.mjs";
import { parse_whatsapp_message } from "./whatsapp_message.mjs";
import { business_scoped_id } from "./meta_events.mjs";

const subscribed_fields = ["messages", "messaging_postbacks", "message_echoes", "message_reads", "message_deliveries", "message_reactions", "message_edits"];

export class graph {
  #world;

  // world: {accounts, conversations, outgoing, switches, counters, logins, app_id, app_secret, instagram_app_id}
  constructor(world) {
    this.#world = world;
  }

  // flavour: "graph" (facebook.com) or "instagram" (instagram.com). path: what follows the base URL.
  async handle(flavour, request, response, path, query) {
    try {
      await sleep(this.#world.switches.value("graph.latency_ms"));
      const call = await this.#read(flavour, request, path, query);
      const result = await this.#route(call);
      if (result.lost) return response.socket?.destroy();
      answer_json(response, 200, result.body ?? result, this.#headers());
    } catch (error) {
      if (!(error instanceof graph_error)) throw error;
      answer_json(response, error.status, error.body(), { ...this.#headers(), ...this.#pressure(error) });
    }
  }

  async #read(flavour, request, path, query) {
    const [, id, edge, ...rest] = /^\/v\d+\.\d+\//.test(path) ? path.replace(/^\/v\d+\.\d+/, "").split("/") : path.split("/");
    if (!id || rest.length > 0) throw no_such_object(id ?? "");
    const body = request.method === "GET" ? {} : await body_of(request);
    const token = bearer_of(request) || query.get("access_token") || body.access_token || "";
    if (token === "" && !(flavour === "graph" && id === "oauth")) {
      throw new graph_error(104, "An access token is required to request this resource.", { status: 401 });
    }
    this.#check_proof(token, query.get("appsecret_proof") ?? body.appsecret_proof);
    return { flavour, method: request.method, id: decoded(id), edge: edge || undefined, body, query, token };
  }

  async #route(call) {
    const name = `${call.method} ${call.edge ?? ""}`;
    this.#refuse_login_by_switch(call, name);
    if (call.flavour === "graph" && call.id === "debug_token") return this.#debug_token(call);
    if (call.flavour === "graph" && call.id === "oauth" && name === "GET access_token") return this.#world.logins.graph_token(call.query);
    if (call.flavour === "graph" && call.id === "me" && name === "GET accounts") return this.#pages(call);
    const account = this.#account(call);
    if (name === "POST messages") return this.#messages(call, account);
    if (name === "GET ") return this.#node(call, account);
    if (call.edge === "subscribed_apps") return this.#subscription(call, account);
    if (name === "GET conversations") return this.#conversations(call, account);
    if (name === "GET phone_numbers" && account.channel === "whatsapp") return { data: this.#numbers_of(call, account).map(phone_number) };
    if (name === "POST register" && account.channel === "whatsapp") return this.#register(call, account);
    throw new graph_error(2500, `Unknown path components: /${call.edge}`, { type: "OAuthException" });
  }

  // The token says who calls; the id in the path must belong to it.
  #account({ flavour, token, id, edge, method }) {
    const account = this.#world.accounts.by_token(token) ?? this.#account_of_login(token, id);
    const of_this_host = account && (account.channel === "instagram") === (flavour === "instagram");
    if (!of_this_host) throw invalid_token(flavour === "graph" && /^\d+$/.test(id));
    const own = [account.id, account.waba, account.scoped_id, account.channel === "whatsapp" ? undefined : "me"].filter(Boolean);
    if (own.includes(id)) return account;
    const profile = method === "GET" && edge === undefined && this.#world.conversations.find(account, id);
    if (profile) return account;
    throw no_such_object(id);
  }

  // A token of a WhatsApp signup opens several numbers.
  #account_of_login(token, id) {
    const login = this.#world.logins.by_token(token);
    return login?.kind === "whatsapp" ? login.accounts.find((one) => one.id === id || one.waba === id) : undefined;
  }

  #numbers_of({ token, id }, account) {
    const login = this.#world.logins.by_token(token);
    return login ? login.accounts.filter(({ waba }) => waba === id) : [account];
  }

  #pages({ token, query }) {
    const { logins, accounts } = this.#world;
    const login = logins.by_token(token);
    if (login?.kind !== "facebook") throw invalid_token(false);
    return logins.pages(login, query, (page, channel) => accounts.sibling(page, channel));
  }

  #register({ id, body }, account) {
    if (id !== account.id) throw no_such_object(id);
    const pin = String(body.pin ?? "");
    if (body.messaging_product !== "whatsapp" || !/^\d{6}$/.test(pin)) throw bad_parameter("Param pin must be six digits");
    if (account.pin !== undefined && account.pin !== pin) throw new graph_error(133005, "(#133005) Two step verification PIN Mismatch", { details: "Two step verification PIN Mismatch" });
    Object.assign(account, { registered: true, pin });
    return { success: true };
  }

  #refuse_login_by_switch({ id }, name) {
    const steps = { "GET access_token": "exchange", "GET accounts": "accounts", "GET phone_numbers": "phone_numbers", "POST subscribed_apps": "subscribe", "POST register": "register" };
    const step = id === "debug_token" ? "debug_token" : steps[name];
    const error = step && this.#world.switches.take("login.error", ({ step: wanted }) => wanted === undefined || wanted === step);
    if (error) throw from_switch({ code: 1, ...error });
  }

  async #messages({ body, id }, account) {
    this.#refuse_by_switch(account, false);
    const { channel } = account;
    if (channel === "whatsapp") {
      if (id !== account.id) throw no_such_object(id);  // the WABA sends nothing
      return this.#whatsapp(parse_whatsapp_message(body), account);
    }
    // A page also speaks for the Instagram account that is linked to it: the recipient tells which.
    const linked = channel === "messenger" ? this.#linked_instagram(account, body) : account;
    const draft = parse_page_message(linked.channel, body);
    if (draft.action !== undefined) return this.#sender_action(linked, draft);
    const message = await this.#world.outgoing.send(linked, draft);
    return this.#accepted(linked, { recipient_id: draft.customer, message_id: message.mid });
  }

  #linked_instagram(page, body) {
    const instagram = this.#world.accounts.sibling(page, "instagram");
    const customer = body.recipient?.id;
    const { conversations } = this.#world;
    if (!instagram || conversations.last_inbound(page, customer) !== undefined) return page;
    return conversations.last_inbound(instagram, customer) === undefined ? page : instagram;
  }

  #sender_action(account, { customer, action }) {
    const { conversations } = this.#world;
    if (conversations.last_inbound(account, customer) === undefined) {
      throw new graph_error(100, "(#100) No matching user found", { subcode: account.channel === "messenger" ? 2018001 : 2534014 });
    }
    if (action === "mark_seen") conversations.seen(account, customer);
    else if (action.startsWith("typing")) conversations.typing(account, customer, action === "typing_on");
    return { recipient_id: customer };
  }

  async #whatsapp(draft, account) {
    const { conversations } = this.#world;
    if (draft.read !== undefined) return this.#whatsapp_read(draft, account);
    draft.customer = this.#whatsapp_customer(account, draft.customer);
    if (draft.reaction) {
      conversations.change(account, draft.customer, draft.reaction.mid, { reaction: draft.reaction.emoji });
    }
    const message = draft.reaction ? { mid: "wamid.reaction" } : await this.#world.outgoing.send(account, draft);
    return this.#accepted(account, {
      messaging_product: "whatsapp",
      contacts: [{ input: draft.customer, wa_id: draft.customer }],
      messages: [{ id: message.mid }],
    });
  }

  // `to` is accepted with a plus and blanks; `recipient` is the business-scoped id of someone who wrote before.
  #whatsapp_customer(account, to) {
    const { conversations } = this.#world;
    if (typeof to === "string") {
      const digits = to.replace(/[^\d]/g, "");
      return conversations.last_inbound(account, to) === undefined && /^\+?[\d\s()-]+$/.test(to) ? digits : to;
    }
    const found = conversations.of_account(account).find(({ customer }) => business_scoped_id(customer) === to.user_id);
    if (!found) throw new graph_error(131026, "(#131026) Message undeliverable", { details: "the recipient is not known" });
    return found.customer;
  }

  #whatsapp_read({ read, typing }, account) {
    const { conversations } = this.#world;
    const conversation = conversations.of_message(read);
    if (conversation?.account !== account) throw new graph_error(131009, "(#131009) Parameter value is not valid", { details: "message_id is unknown" });
    conversations.seen(account, conversation.customer);
    if (typing) conversations.typing(account, conversation.customer, true);
    return { success: true };
  }

  #accepted(account, body) {
    this.#refuse_by_switch(account, true);
    return this.#world.switches.take("graph.lost_answer") ? { lost: true } : { body };
  }

  #refuse_by_switch(account, after_acceptance) {
    const applies = ({ accepted = false, channel }) => accepted === after_acceptance && (channel ?? account.channel) === account.channel;
    const error = this.#world.switches.take("graph.error", applies);
    if (error) throw from_switch(error);
  }

  #node({ id }, account) {
    if (account.channel === "whatsapp") return id === account.waba ? { id, name: account.name } : phone_number(account);
    if (id !== account.id && id !== "me" && id !== account.scoped_id) return this.#profile(account, id);
    if (account.channel === "instagram") return { id: account.scoped_id, user_id: account.id, username: account.username, name: account.name };
    const instagram = this.#world.accounts.sibling(account, "instagram");
    return { id: account.id, name: account.name, ...(instagram ? { instagram_business_account: { id: instagram.id } } : {}) };
  }

  #profile(account, id) {
    const { name } = this.#world.conversations.find(account, id);
    if (account.channel === "instagram") return { id, name, username: name.toLowerCase().replace(/\W+/g, "_") };
    const [first_name = "", ...others] = name.split(" ");
    return { id, name, first_name, last_name: others.join(" ") };
  }

  #subscription({ method }, account) {
    const { accounts, instagram_app_id } = this.#world;
    const app_id = account.channel === "instagram" ? instagram_app_id : this.#world.app_id;
    if (method === "POST" || method === "DELETE") {
      account.subscribed = method === "POST";
      // Who hears a page hears the Instagram account that is linked to it.
      const linked = account.channel === "messenger" ? accounts.sibling(account, "instagram") : undefined;
      if (linked && account.subscribed) linked.subscribed = true;
      return { success: true };
    }
    if (!account.subscribed) return { data: [] };
    if (account.channel === "whatsapp") return { data: [{ whatsapp_business_api_data: { id: app_id, name: "Sandbox", link: "https://example.com/" } }] };
    return { data: [{ id: app_id, name: "Sandbox", subscribed_fields }] };
  }

  // The messages of each conversation, newest first: how one finds what a webhook never told.
  #conversations({ query }, page) {
    const wanted = query.get("platform") === "instagram" && page.channel === "messenger" ? this.#world.accounts.sibling(page, "instagram") : page;
    if (!wanted || wanted.channel === "whatsapp") throw bad_parameter("Param platform must be one of {messenger, instagram}");
    const business = { id: wanted.id, name: wanted.name };
    const limit = Math.min(Number(query.get("limit")) || 25, 100);
    const newest_first = this.#world.conversations.of_account(wanted).reverse().slice(0, limit);
    const data = newest_first.map((conversation) => {
      const customer = { id: conversation.customer, name: conversation.name };
      const messages = conversation.messages.slice(-25).reverse().map((message) => ({
        id: message.mid,
        created_time: graph_time(message.at),
        from: message.from === "customer" ? customer : business,
        to: { data: [message.from === "customer" ? business : customer] },
        message: message.text,
      }));
      const updated_time = messages[0]?.created_time;
      return { id: `t_${wanted.id}_${conversation.customer}`, updated_time, participants: { data: [customer, business] }, messages: { data: messages } };
    });
    return { data };
  }

  // Asked with the app's own token (`id|secret`) or with any token of a business.
  #debug_token({ query, token }) {
    const { app_id, app_secret, accounts, logins } = this.#world;
    if (token !== `${app_id}|${app_secret}` && !accounts.by_token(token)) throw invalid_token(false);
    const login = logins.by_token(query.get("input_token"));
    if (login) return { data: logins.state_of(login) };
    const account = accounts.by_token(query.get("input_token"));
    if (!account) return { data: { is_valid: false, error: { code: 190, message: "Invalid OAuth access token." }, scopes: [] } };
    return { data: { app_id, is_valid: true, expires_at: 0, data_access_expires_at: 0, scopes: ["pages_messaging"], type: "PAGE", user_id: account.id } };
  }

  #check_proof(token, proof) {
    if (proof === undefined || proof === null) return;
    const expected = createHmac("sha256", this.#world.app_secret).update(token).digest("hex");
    if (proof !== expected) throw new graph_error(100, "Invalid appsecret_proof provided in the API argument", { type: "GraphMethodException" });
  }

  #headers() {
    return {
      "facebook-api-version": "v25.0",
      "x-fb-trace-id": randomBytes(8).toString("base64url"),
      "x-app-usage": JSON.stringify({ call_count: 1, total_time: 1, total_cputime: 1 }),
    };
  }

  #pressure({ code, regain_minutes }) {
    if (!rate_limit_codes.has(code)) return {};
    const usage = [{ type: "messenger", call_count: 100, total_cputime: 30, total_time: 30, estimated_time_to_regain_access: regain_minutes }];
    return { "x-business-use-case-usage": JSON.stringify({ sandbox: usage }) };
  }
}

// JSON, or a form whose values may be JSON.
async function body_of(request) {
  const bytes = await read_body(request);
  if (bytes.length === 0) return {};
  const type = request.headers["content-type"] ?? "";
  if (type.startsWith("application/x-www-form-urlencoded")) {
    return Object.fromEntries([...new URLSearchParams(bytes.toString("utf8"))].map(([key, text]) => {
      const value = /^[[{]/.test(text) ? parse_json(Buffer.from(text)) : undefined;
      return [key, value ?? text];
    }));
  }
  const value = type.startsWith("application/json") ? parse_json(bytes) : undefined;
  if (!is_object(value)) throw bad_parameter("The request body is neither valid JSON with its content type nor a form");
  return value;
}

function phone_number({ id, name, display_phone_number, registered }) {
  return { id, verified_name: name, display_phone_number, quality_rating: "GREEN", code_verification_status: "VERIFIED", platform_type: registered ? "CLOUD_API" : "NOT_APPLICABLE" };
}

function graph_time(at) {
  return new Date(at).toISOString().replace(/\.\d+Z$/, "+0000");
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
