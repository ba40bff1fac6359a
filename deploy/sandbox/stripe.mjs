// Stripe: Checkout Sessions and what comes of them. Form-encoded requests, a pinned Stripe-Version, Idempotency-Key, signed events.
//
//   POST, GET /v1/checkout/sessions   GET …/:id   GET …/:id/line_items   POST …/:id/expire   GET /v1/payment_intents/:id
//   GET /v1/charges   GET …/:id   POST, GET /v1/refunds   GET …/:id   GET /v1/disputes   GET …/:id   GET /v1/events   GET …/:id
//   GET /v1/balance   GET /v1/account

import { createHash, createHmac, randomBytes } from "node:crypto";
import { bearer_of, whole_number } from "./http.mjs";
import { serve_api } from "./payment_api.mjs";
import { charge_of, dispute_of, intent_of, line_items_of, list_of, refund_of, seconds, session_of, too_much } from "./stripe_objects.mjs";
import { read_form } from "./stripe_form.mjs";
import { refund_request, refuse_unknown, session_request, stripe_error } from "./stripe_requests.mjs";
import { minor_of_stripe, wrong_amount } from "./stripe_units.mjs";

const api_version = "2026-10-28.endive";
const most_kept = 100_000;

export class stripe {
  #merchants;
  #payments;
  #events;
  #page_url;
  #switches;
  #clock;
  #by_id = new Map();    // id -> {payment, show}
  #answers = new Map();  // merchant's key and Idempotency-Key -> {print, status, body}

  constructor({ merchants, payments, payment_events, page_url, switches, clock }) {
    this.#merchants = merchants;
    this.#payments = payments;
    this.#events = payment_events;
    this.#page_url = page_url;
    this.#switches = switches;
    this.#clock = clock;
    payments.on("stripe", (what, payment, detail) => this.#told(what, payment, detail));
  }

  handle(request, response, path, query) {
    const headers = { "request-id": `req_${token(7)}`, "stripe-version": request.headers["stripe-version"] ?? api_version };
    return serve_api({ provider: "stripe", switches: this.#switches }, request, response, path, {
      headers,
      failure: ({ message = "An error occurred" }, status) => ({ error: { type: status === 429 ? "rate_limit_error" : "api_error", message } }),
      work: (bytes) => this.#work(request, path, query, bytes),
    });
  }

  reset() {
    this.#by_id.clear();
    this.#answers.clear();
  }

  #work(request, path, query, bytes) {
    const merchant = this.#merchants.find("stripe", key_of(request));
    if (!merchant) throw stripe_error(401, "Invalid API Key provided");
    const version = request.headers["stripe-version"] ?? "";
    if (!/^20\d\d-\d\d-\d\d(\.[a-z]+)?$/.test(version)) throw stripe_error(400, version === "" ? "Send Stripe-Version: the sandbox has no default" : `Invalid Stripe API version: ${version}`);
    if (request.method !== "POST") return { body: this.#get(merchant, request.method, path, query) };
    if (bytes.length > 0 && !(request.headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded")) throw stripe_error(400, "Send application/x-www-form-urlencoded");
    return this.#once(merchant, request.headers["idempotency-key"], `${path}\n${bytes}`, () => {
      const { value: form, wrong } = read_form(bytes.toString("utf8"));
      if (wrong) throw stripe_error(400, wrong);
      return this.#post(merchant, path, form);
    });
  }

  // The first answer of a key is the answer of all its repetitions; what was refused unread is not kept.
  #once(merchant, key, text, work) {
    if (key === undefined) return { body: work() };
    if (key === "" || key.length > 255) throw stripe_error(400, "Idempotency-Key must have 1 to 255 characters", { type: "idempotency_error" });
    const name = `${merchant.key} ${key}`;
    const print = createHash("sha256").update(text).digest("hex");
    const kept = this.#answers.get(name);
    if (kept && kept.print !== print) throw stripe_error(400, "Keys for idempotent requests can only be used with the same parameters they were first used with.", { type: "idempotency_error" });
    const headers = { "idempotency-key": key };
    if (kept) return { body: kept.body, headers: { ...headers, "idempotent-replayed": "true" } };
    if (this.#switches.take("stripe.duplicate_reference")) throw stripe_error(409, "There is currently another in-progress request using this key", { type: "idempotency_error", code: "idempotency_key_in_use" });
    const body = work();
    keep(this.#answers, name, { print, body: structuredClone(body) });
    return { body, headers };
  }

  #post(merchant, path, form) {
    const [, , noun, ...rest] = path.split("/");
    if (path === "/v1/checkout/sessions") return this.#create(merchant, form);
    if (path === "/v1/refunds") return this.#refund(merchant, form);
    if (noun === "checkout" && rest[0] === "sessions" && rest[2] === "expire" && rest.length === 3) return this.#expire(merchant, rest[1]);
    throw unknown_route("POST", path);
  }

  #create(merchant, form) {
    const { currency, asked, lines, success_url, cancel_url, email, expires_at, metadata, ...own } = session_request(form, this.#clock());
    const session = `cs_${merchant.mode}_${token(20)}`;
    const payment = this.#payments.create({
      merchant, currency, asked, email, cancel_url, expires_at, metadata,
      reference: own.client_reference_id ?? session,
      title: lines[0].name,
      return_url: success_url.replaceAll("{CHECKOUT_SESSION_ID}", session),
      own: { ...own, session, lines, charges: [] },
    });
    this.#register(session, payment, () => session_of(payment, this.#page_url));
    return expanded(this.#show(merchant, session, "session"), form.expand, (id) => this.#by_id.get(id)?.show());
  }

  #expire(merchant, id) {
    const { payment } = this.#found(merchant, id, "checkout.session");
    if (!this.#payments.expire(payment)) {
      throw stripe_error(400, `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${session_of(payment, this.#page_url).status}.`);
    }
    return session_of(payment, this.#page_url);
  }

  #refund(merchant, form) {
    const { payment_intent, charge, amount, reason, metadata } = refund_request(form);
    const { payment } = this.#found(merchant, payment_intent ?? charge, payment_intent ? "payment_intent" : "charge");
    if (payment.state !== "paid") throw stripe_error(400, `This PaymentIntent (${payment.own.intent}) does not have a successful charge to refund.`);
    const left = this.#payments.refundable(payment);
    if (left === 0) throw stripe_error(400, `Charge ${payment.own.charges.at(-1).id} has already been refunded.`, { code: "charge_already_refunded" });
    const wrong = amount === undefined ? undefined : wrong_amount(amount, payment.paid_currency);
    if (wrong) throw stripe_error(400, wrong.message, { code: wrong.code, param: "amount" });
    const minor = amount === undefined ? left : minor_of_stripe(amount, payment.paid_currency);
    if (minor > left) throw stripe_error(400, too_much(minor, left, payment.paid_currency), { param: "amount" });
    const refund = this.#payments.refund(payment, { amount: minor, reason, metadata, at_once: payment.method === "card" });
    return refund_of(payment, refund);
  }

  #get(merchant, method, path, query) {
    const [, , noun, ...rest] = path.split("/");
    if (method !== "GET") throw unknown_route(method, path);
    if (path === "/v1/balance") return { object: "balance", available: [{ amount: 0, currency: "usd" }], pending: [], livemode: merchant.mode === "live" };
    if (path === "/v1/account") return { id: "acct_sandbox", object: "account", charges_enabled: true, country: "US", default_currency: "usd", email: null };
    const [first, id, more] = noun === "checkout" ? rest : [noun, ...rest];
    const kinds = { sessions: "checkout.session", payment_intents: "payment_intent", charges: "charge", refunds: "refund", disputes: "dispute" };
    if (first === "events") return this.#get_events(merchant, id, path, query);
    if (!Object.hasOwn(kinds, first) || (first === "sessions") !== (noun === "checkout")) throw unknown_route(method, path);
    if (id === undefined) return this.#list(merchant, kinds[first], path, query);
    if (more === "line_items") return line_items_of(this.#found(merchant, id, kinds[first]).payment);
    if (more !== undefined) throw unknown_route(method, path);
    return expanded(this.#show(merchant, id, kinds[first]), query.getAll("expand[]").concat(query.getAll("expand[0]")), (name) => this.#by_id.get(name)?.show());
  }

  #show(merchant, id, kind) {
    const { payment, show } = this.#found(merchant, id, kind);
    return { ...show(), [line_items]: () => line_items_of(payment) };
  }

  #found(merchant, id, kind) {
    const found = this.#by_id.get(id);
    if (found) this.#payments.by_code(found.payment.code);  // it may have expired
    if (found?.payment.merchant === merchant) return found;
    const elsewhere = found && found.payment.merchant.mode !== merchant.mode;
    throw stripe_error(404, `No such ${kind}: '${id}'${elsewhere ? `; a similar object exists in ${found.payment.merchant.mode} mode, but a ${merchant.mode} mode key was used to make this request.` : ""}`, { code: "resource_missing", param: "id" });
  }

  #list(merchant, kind, path, query) {
    const filters = { "checkout.session": ["payment_intent", "status"], payment_intent: [], charge: ["payment_intent"], refund: ["payment_intent", "charge"], dispute: ["payment_intent", "charge"] }[kind];
    const asked = Object.fromEntries([...query].map(([name, value]) => [name.replace(/\[.*$/, ""), value]));
    refuse_unknown(asked, [...filters, "limit", "starting_after", "expand"]);
    const of = ["payment_intent", "charge"].find((name) => filters.includes(name) && asked[name] !== undefined);
    const only = of && this.#found(merchant, asked[of], of).payment;
    const mine = [...this.#by_id.values()].filter(({ payment }) => payment.merchant === merchant && (only === undefined || payment === only));
    const all = mine.map(({ show }) => show()).filter(({ object }) => object === kind).reverse();
    const wanted = all.filter((one) => filters.every((name) => asked[name] === undefined || one[name] === asked[name]));
    return page_of(wanted, path, asked);
  }

  #get_events(merchant, id, path, query) {
    const all = this.#events.all().filter(({ payment }) => payment.merchant === merchant).map(({ bytes }) => JSON.parse(bytes.toString("utf8"))).reverse();
    if (id === undefined) return page_of(all.filter(({ type }) => !query.has("type") || query.get("type") === type), path, Object.fromEntries(query));
    const found = all.find((one) => one.id === id);
    if (!found) throw stripe_error(404, `No such event: '${id}'`, { code: "resource_missing", param: "id" });
    return found;
  }

  #register(id, payment, show) {
    keep(this.#by_id, id, { payment, show });
  }

  #told(what, payment, detail) {
    if (what === "refund") return this.#refund_told(payment, detail);
    if (what === "dispute") return this.#dispute_told(payment, detail);
    if (["paid", "failed", "pending"].includes(what)) this.#attempted(what, payment);
    const session = session_of(payment, this.#page_url);
    const was_pending = payment.was === "pending";
    if (what === "paid") {
      this.#tell(payment, "charge.succeeded", charge_of(payment, payment.own.charges.at(-1)));
      this.#tell(payment, "payment_intent.succeeded", intent_of(payment));
      this.#tell(payment, was_pending ? "checkout.session.async_payment_succeeded" : "checkout.session.completed", session);
    }
    if (what === "pending") this.#tell(payment, "checkout.session.completed", session);
    if (what === "failed") this.#tell(payment, "payment_intent.payment_failed", intent_of(payment));
    if (what === "failed" && was_pending) this.#tell(payment, "checkout.session.async_payment_failed", session);
    if (what === "expired") this.#tell(payment, "checkout.session.expired", session);
  }

  #attempted(what, payment) {
    const { own } = payment;
    if (what !== "failed") payment.is_closed = true;
    if (!own.intent) {
      own.intent = `pi_${token(12)}`;
      this.#register(own.intent, payment, () => intent_of(payment));
    }
    if (payment.was !== "pending") {
      const charge = { id: `ch_${token(12)}`, at: this.#clock(), failed: false };
      own.charges.push(charge);
      this.#register(charge.id, payment, () => charge_of(payment, charge));
    }
    own.charges.at(-1).failed = what === "failed";
  }

  #refund_told(payment, refund) {
    const is_new = refund.id === undefined;
    if (is_new) {
      refund.id = `re_${token(12)}`;
      this.#register(refund.id, payment, () => refund_of(payment, refund));
      this.#tell(payment, "charge.refunded", charge_of(payment, payment.own.charges.at(-1)));
    }
    this.#tell(payment, is_new ? "refund.created" : refund.state === "failed" ? "refund.failed" : "refund.updated", refund_of(payment, refund));
  }

  #dispute_told(payment, dispute) {
    if (dispute.id === undefined) {
      dispute.id = `du_${token(12)}`;
      this.#register(dispute.id, payment, () => dispute_of(payment, dispute));
      this.#tell(payment, "charge.dispute.created", dispute_of(payment, dispute));
      return this.#tell(payment, "charge.dispute.funds_withdrawn", dispute_of(payment, dispute));
    }
    this.#tell(payment, "charge.dispute.closed", dispute_of(payment, dispute));
    if (dispute.state === "won") this.#tell(payment, "charge.dispute.funds_reinstated", dispute_of(payment, dispute));
  }

  #tell(payment, type, object) {
    const { mode, secrets } = payment.merchant;
    const body = { id: `evt_${token(12)}`, object: "event", api_version, created: seconds(this.#clock()), data: { object }, livemode: mode === "live", pending_webhooks: 1, request: { id: null, idempotency_key: null }, type };
    this.#events.tell(payment, type, body, (bytes) => ({ "stripe-signature": signature_of(bytes, secrets, seconds(this.#clock()), mode) }));
  }
}

// One v1 per secret: two while one is being replaced. In test mode there is a v0, which says nothing.
export function signature_of(bytes, secrets, at, mode) {
  const signatures = secrets.map((secret) => `v1=${createHmac("sha256", secret).update(`${at}.`).update(bytes).digest("hex")}`);
  return [`t=${at}`, ...signatures, ...(mode === "test" ? [`v0=${"0".repeat(64)}`] : [])].join(",");
}

const line_items = Symbol("line items");

// expand: ["payment_intent.latest_charge", "line_items"]; ids become what `find` knows of them.
function expanded(object, paths = [], find) {
  for (const path of [paths].flat()) {
    let at = object;
    for (const part of path.split(".")) {
      if (part === "line_items" && object[line_items]) at.line_items = object[line_items]();
      else if (typeof at[part] === "string") at[part] = find(at[part]) ?? at[part];
      if (at[part] === undefined) throw stripe_error(400, `This property cannot be expanded (${part}).`, { param: "expand" });
      if (at[part] === null) break;
      at = at[part];
    }
  }
  return object;
}

function page_of(all, path, { limit = "10", starting_after }) {
  const most = whole_number(limit);
  if (!most || most > 100) throw stripe_error(400, "limit must be from 1 to 100", { param: "limit" });
  const from = starting_after === undefined ? 0 : all.findIndex(({ id }) => id === starting_after) + 1;
  if (starting_after !== undefined && from === 0) throw stripe_error(404, `No such object: '${starting_after}'`, { code: "resource_missing", param: "starting_after" });
  return list_of(all.slice(from, from + most), path, all.length > from + most);
}

function keep(map, name, value) {
  map.set(name, value);
  if (map.size > most_kept) map.delete(map.keys().next().value);
}

function unknown_route(method, path) {
  return stripe_error(404, `Unrecognized request URL (${method}: ${path.slice(0, 200)}).`);
}

// Bearer, or the user of Basic.
function key_of(request) {
  const basic = /^Basic\s+(\S+)$/i.exec(request.headers.authorization ?? "");
  return basic ? Buffer.from(basic[1], "base64").toString("utf8").split(":")[0] : bearer_of(request);
}

function token(bytes) {
  return randomBytes(bytes).toString("hex");
}
