// Paystack: transactions, refunds, signed events. One merchant, one key.
//
//   POST /transaction/initialize      GET /transaction/verify/:reference      POST /refund      GET /balance

import { createHmac, randomBytes } from "node:crypto";
import { answer_json, bearer_of, is_object, parse_json, read_body, sleep } from "./http.mjs";
import { post } from "./post.mjs";

const currencies = ["NGN", "GHS", "ZAR", "KES", "USD"];
const most_transactions = 20_000;
const event_within_ms = 30_000;
const event_again_after_ms = [1000, 3000, 10_000, 30_000, 60_000];  // the real service waits minutes to hours

class paystack_error extends Error {
  constructor(status, message, code, type = "validation_error") {
    super(message);
    Object.assign(this, { status, code, type });
  }
}

export class paystack {
  #key;
  #event_url;
  #page_url;
  #switches;
  #counters;
  #stream;
  #clock;
  #by_reference = new Map();
  #by_access_code = new Map();
  #events = [];
  #next_id = 4_099_260_000;  // ids need more than 32 bits
  #generation = 0;

  // page_url(access_code) -> the address of the pay page
  constructor({ key, event_url, page_url, switches, counters, stream, clock }) {
    this.#key = key;
    this.#event_url = event_url;
    this.#page_url = page_url;
    this.#switches = switches;
    this.#counters = counters;
    this.#stream = stream;
    this.#clock = clock;
  }

  async handle(request, response, path) {
    const bytes = await read_body(request);
    await sleep(this.#switches.value("paystack.latency_ms"));
    try {
      const fault = this.#switches.take("paystack.error");
      if (fault) throw new paystack_error(fault.status ?? 500, fault.message ?? "An error occurred", "unknown", "api_error");
      this.#check_key(bearer_of(request));
      answer_json(response, 200, this.#route(request.method, path, bytes));
    } catch (error) {
      if (!(error instanceof paystack_error)) throw error;
      const { status, message, type, code } = error;
      answer_json(response, status, { status: false, message, meta: { nextStep: "Check the request and try again" }, type, code });
    }
  }

  // A customer pays (or tries to) on the pay page. outcome: success | failed | abandoned. amount: minor units really paid.
  // -> the transaction, or undefined when it is unknown.
  pay({ access_code, reference, outcome = "success", amount }) {
    const transaction = this.#by_access_code.get(access_code) ?? this.#by_reference.get(reference);
    if (!transaction || transaction.status === "success") return transaction;
    transaction.status = outcome;
    this.#counters.count(`payment ${outcome}`);
    if (outcome === "success") {
      transaction.amount = amount ?? transaction.requested_amount;
      transaction.paid_at = new Date(this.#clock()).toISOString();
      void this.#tell("charge.success", details(transaction));
    }
    this.#stream.publish({ type: "payment", reference: transaction.reference, status: outcome });
    return transaction;
  }

  find({ access_code, reference }) {
    return this.#by_access_code.get(access_code) ?? this.#by_reference.get(reference);
  }

  set event_url(url) {
    this.#event_url = url;
  }

  report() {
    const transactions = [...this.#by_reference.values()].slice(-200).map(({ reference, status, requested_amount, amount, currency }) => ({ reference, status, requested_amount, amount, currency }));
    return { transactions, events: this.#events };
  }

  reset() {
    this.#generation += 1;
    this.#by_reference.clear();
    this.#by_access_code.clear();
    this.#events = [];
  }

  #check_key(key) {
    if (key !== this.#key) throw new paystack_error(401, "Invalid key", "invalid_Key");
  }

  #route(method, path, bytes) {
    const verify = /^\/transaction\/verify\/([^/]+)$/.exec(path);
    if (method === "GET" && verify) return this.#verify(decoded(verify[1]));
    if (method === "POST" && path === "/transaction/initialize") return this.#initialize(object_of(bytes));
    if (method === "GET" && path === "/balance") return { status: true, message: "Balances retrieved", data: currencies.map((currency) => ({ currency, balance: 0 })) };
    if (method === "POST" && path === "/refund") return this.#refund(object_of(bytes));
    throw new paystack_error(404, "Route not found", "route_not_found");
  }

  #initialize({ email, amount, currency = "NGN", reference = randomBytes(8).toString("hex"), callback_url, channels, metadata }) {
    if (typeof email !== "string" || !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) throw new paystack_error(400, "Invalid Email Address Passed", "invalid_email_address");
    const minor = whole_number(amount);
    if (minor === undefined) throw new paystack_error(400, "Invalid Amount Sent", "invalid_amount");
    if (!currencies.includes(currency)) throw new paystack_error(403, "Currency not supported by merchant", "unsupported_currency");
    if (typeof reference !== "string" || !/^[A-Za-z0-9.=-]{1,100}$/.test(reference)) throw new paystack_error(400, "Invalid character in transaction reference. Only -, ., = and alphanumeric characters are allowed", "invalid_reference");
    if (this.#by_reference.has(reference)) throw new paystack_error(400, "Duplicate Transaction Reference", "duplicate_reference");
    if (callback_url !== undefined && !is_web_url(callback_url)) throw new paystack_error(400, "Invalid callback URL", "invalid_callback_url");
    if (channels !== undefined && !Array.isArray(channels)) throw new paystack_error(400, "Channels must be an array", "invalid_params");
    const access_code = randomBytes(9).toString("base64url").replace(/[-_]/g, "x");
    const transaction = {
      id: this.#next_id++,
      reference,
      access_code,
      email,
      currency,
      requested_amount: minor,
      amount: minor,
      status: "abandoned",  // what verify says of a link that nobody has used
      callback_url,
      metadata: metadata ?? "",
      created_at: new Date(this.#clock()).toISOString(),
      paid_at: null,
      refunded: 0,
    };
    this.#keep(transaction);
    this.#counters.count("payment initialized");
    return { status: true, message: "Authorization URL created", data: { authorization_url: this.#page_url(access_code), access_code, reference } };
  }

  #keep(transaction) {
    this.#by_reference.set(transaction.reference, transaction);
    this.#by_access_code.set(transaction.access_code, transaction);
    if (this.#by_reference.size <= most_transactions) return;
    const [oldest] = this.#by_reference.values();
    this.#by_reference.delete(oldest.reference);
    this.#by_access_code.delete(oldest.access_code);
  }

  #verify(reference) {
    const transaction = this.#by_reference.get(reference);
    if (!transaction) throw new paystack_error(400, "Transaction reference not found.", "transaction_not_found");
    return { status: true, message: "Verification successful", data: details(transaction) };
  }

  #refund({ transaction: name, amount }) {
    const transaction = this.#by_reference.get(name) ?? [...this.#by_reference.values()].find(({ id }) => id === Number(name));
    if (!transaction) throw new paystack_error(404, "Transaction not found", "transaction_not_found");
    if (transaction.status !== "success") throw new paystack_error(400, "Transaction has not been paid", "invalid_transaction");
    const minor = amount === undefined ? transaction.amount - transaction.refunded : whole_number(amount);
    if (minor === undefined || minor < 1 || transaction.refunded + minor > transaction.amount) throw new paystack_error(400, "Refund amount cannot be more than the transaction amount", "invalid_amount");
    transaction.refunded += minor;
    if (transaction.refunded === transaction.amount) transaction.status = "reversed";
    const refund = { id: this.#next_id++, domain: "test", currency: transaction.currency, transaction: transaction.id };
    const event = { ...refund, amount: String(minor), transaction_reference: transaction.reference, status: "processed" };
    setTimeout(() => void this.#tell("refund.processed", event), 500);
    return { status: true, message: "Refund has been queued for processing", data: { ...refund, amount: minor, status: "pending" } };
  }

  // Signs one event with the merchant's key and posts it until it is answered 200.
  async #tell(event, data) {
    const bytes = Buffer.from(JSON.stringify({ event, data }));
    const signature = createHmac("sha512", this.#key).update(bytes).digest("hex");
    const record = { event, reference: data.reference ?? data.transaction_reference, status: this.#event_url ? "sending" : "recorded" };
    this.#events.push(record);
    if (this.#events.length > 200) this.#events.shift();
    if (!this.#event_url) return;
    const copies = this.#switches.take("paystack.duplicate_events") ? 2 : 1;
    await Promise.all(Array.from({ length: copies }, () => this.#post(bytes, signature, record)));
  }

  async #post(bytes, signature, record) {
    const generation = this.#generation;
    for (const again_after of [...event_again_after_ms, undefined]) {
      const headers = { "content-type": "application/json", "x-paystack-signature": signature };
      const { status } = await post(this.#event_url, bytes, headers, event_within_ms);
      this.#counters.count("payment event_posted");
      record.status = `answered ${status}`;
      if (status === 200 || again_after === undefined || generation !== this.#generation) return;
      await sleep(again_after);
    }
  }
}

function details(transaction) {
  const { id, reference, status, amount, requested_amount, currency, email, metadata, paid_at, created_at } = transaction;
  const paid = paid_at !== null;
  return {
    id,
    domain: "test",
    status,
    reference,
    receipt_number: null,
    amount,
    message: null,
    gateway_response: paid ? "Successful" : "The transaction was not completed",
    paid_at,
    created_at,
    channel: "card",
    currency,
    ip_address: "127.0.0.1",
    metadata,
    fees: paid ? Math.floor(amount / 67) : null,
    customer: { id: 180_000_000, first_name: null, last_name: null, email, customer_code: "CUS_sandbox", phone: null },
    authorization: paid ? { authorization_code: "AUTH_sandbox", bin: "408408", last4: "4081", card_type: "visa", reusable: true } : {},
    requested_amount,
  };
}

function object_of(bytes) {
  const value = parse_json(bytes);
  if (!is_object(value)) throw new paystack_error(400, "Invalid JSON in the request body", "invalid_json");
  return value;
}

// 5000 or "5000"; never 49.99
function whole_number(value) {
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

function is_web_url(text) {
  try {
    return ["http:", "https:"].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
