// Flutterwave v3: hosted links, transactions, refunds, chargebacks; events of v3 or v4. Amounts are decimals in major units.
//
//   POST /v3/payments   GET /v3/transactions   GET /v3/transactions/verify_by_reference?tx_ref=   GET /v3/transactions/:id/verify
//   POST /v3/transactions/:id/refund   POST /v3/transactions/:id/resend-hook   GET /v3/refunds   GET /v3/refunds/:id
//   GET /v3/chargebacks   GET /v3/balances
//
// A transaction exists once somebody has tried to pay; each attempt is one, with its own id.

import { bearer_of, is_email, is_object, is_web_url, parse_json, whole_number } from "./http.mjs";
import { major_of, minor_of } from "./currencies.mjs";
import { flutterwave_event } from "./flutterwave_events.mjs";
import { api_error, serve_api } from "./payment_api.mjs";

const currencies = ["NGN", "GHS", "KES", "UGX", "TZS", "RWF", "ZAR", "ZMW", "MWK", "XAF", "XOF", "EGP", "USD", "EUR", "GBP"];
const default_minutes = 24 * 60;
const per_page = 10;
const refund_words = { pending: "pending", done: "completed-mpgs", failed: "failed" };
const account_id = 73_362;
const first_attempt_id = 288_200_000;
const most_kept = 100_000;

export class flutterwave {
  #merchants;
  #payments;
  #events;
  #page_url;
  #switches;
  #clock;
  #by_id = new Map();  // a transaction's id -> its payment

  constructor({ merchants, payments, payment_events, page_url, switches, clock }) {
    this.#merchants = merchants;
    this.#payments = payments;
    this.#events = payment_events;
    this.#page_url = page_url;
    this.#switches = switches;
    this.#clock = clock;
    payments.on("flutterwave", (what, payment, detail) => this.#told(what, payment, detail));
  }

  handle(request, response, path, query) {
    return serve_api({ provider: "flutterwave", switches: this.#switches }, request, response, path, {
      failure: ({ message = "An error occurred" }) => failure(message),
      work: (bytes) => {
        const merchant = this.#merchants.find("flutterwave", bearer_of(request));
        if (!merchant) throw refused(401, "Invalid authorization key");
        return { body: this.#route(merchant, request.method, path, query, bytes) };
      },
    });
  }

  reset() {
    this.#by_id.clear();
  }

  #route(merchant, method, path, query, bytes) {
    const [, version, noun, id, verb] = path.split("/");
    if (version !== "v3") throw refused(404, "Cannot find what you are looking for");
    const what = `${method} ${noun}${id ? (verb ? `/:id/${verb}` : "/:id") : ""}`;
    if (what === "POST payments") return this.#create(merchant, object_of(bytes));
    if (what === "GET transactions") return this.#list("Transactions fetched", this.#transactions(merchant), query, ["tx_ref", "status", "currency"]);
    if (what === "GET transactions/:id" && id === "verify_by_reference") return this.#verify_reference(merchant, query.get("tx_ref"));
    if (what === "GET transactions/:id/verify") return success("Transaction fetched successfully", this.#attempt(merchant, id).shape);
    if (what === "POST transactions/:id/refund") return this.#refund(merchant, id, bytes.length === 0 ? {} : object_of(bytes));
    if (what === "POST transactions/:id/resend-hook") return this.#resend(merchant, id);
    if (what === "GET refunds") return this.#list("Refunds fetched", this.#refunds(merchant), query, ["id", "tx_id", "status", "currency"]);
    if (what === "GET refunds/:id") return success("Refund fetched", one_of(this.#refunds(merchant), id));
    if (what === "GET chargebacks") return this.#list("Chargebacks fetched", this.#chargebacks(merchant), query, ["id", "flw_ref", "status", "currency"]);
    if (what === "GET balances" || (what === "GET balances/:id" && currencies.includes(id))) return success("Balances fetched", (id ? [id] : currencies).map((currency) => ({ currency, available_balance: 0, ledger_balance: 0 })));
    throw refused(404, "Cannot find what you are looking for");
  }

  #create(merchant, { tx_ref, amount, currency = "NGN", redirect_url, customer, session_duration = default_minutes, customizations, meta }) {
    if (typeof tx_ref !== "string" || tx_ref === "" || tx_ref.length > 100) throw refused(400, "tx_ref is required");
    if (!currencies.includes(currency)) throw refused(400, "currency is not supported");
    const asked = minor_of(amount, currency);
    if (asked === undefined) throw refused(400, "amount must be a positive number of the currency's units");
    if (!is_email(customer?.email)) throw refused(400, "customer.email must be an email");
    if (redirect_url !== undefined && !is_web_url(redirect_url)) throw refused(400, "redirect_url must be a valid URL");
    const minutes = whole_number(session_duration);
    if (!minutes || minutes > 1440) throw refused(400, "session_duration must be from 1 to 1440 minutes");
    if (meta !== undefined && !is_object(meta)) throw refused(400, "meta must be an object");
    if (this.#payments.by_reference(merchant, tx_ref) || this.#switches.take("flutterwave.duplicate_reference")) throw refused(400, "Duplicate transaction reference");
    const payment = this.#payments.create({
      merchant,
      reference: tx_ref,
      currency,
      asked,
      email: customer.email,
      name: customer.name,
      title: customizations?.title,
      return_url: redirect_url,
      cancel_url: redirect_url,
      expires_at: this.#clock() + minutes * 60_000,
      metadata: meta ?? null,
      own: { attempts: [] },
    });
    return success("Hosted Link", { link: this.#page_url(payment.code) });
  }

  #verify_reference(merchant, reference) {
    const payment = reference && this.#payments.by_reference(merchant, reference);
    if (!payment || payment.own.attempts.length === 0) throw refused(400, "No transaction was found for this id");
    return success("Transaction fetched successfully", transaction_shape(payment, payment.own.attempts.at(-1)));
  }

  #attempt(merchant, id) {
    const payment = this.#by_id.get(id);
    if (payment?.merchant !== merchant) throw refused(400, "No transaction was found for this id");
    const attempt = payment.own.attempts.find((one) => String(one.id) === id);
    return { payment, attempt, shape: transaction_shape(payment, attempt) };
  }

  #refund(merchant, id, { amount, comments }) {
    const { payment, attempt } = this.#attempt(merchant, id);
    if (attempt.status !== "successful") throw refused(400, "Transaction was not successful");
    const left = this.#payments.refundable(payment);
    const minor = amount === undefined ? left : minor_of(typeof amount === "string" ? Number(amount) : amount, payment.paid_currency);
    if (!minor || minor > left) throw refused(400, "The amount is more than what can be refunded");
    const refund = this.#payments.refund(payment, { amount: minor, comments: comments ?? null, at_once: this.#switches.value("flutterwave.refund_ms") === 0 });
    return success("Transaction refund initiated", refund_shape(payment, refund));
  }

  #resend(merchant, id) {
    const { payment } = this.#attempt(merchant, id);
    const event = this.#events.all().filter((one) => one.payment === payment && one.event === "charge.completed").pop();
    if (event) void this.#events.resend(event.number).catch((error) => console.error(`flutterwave: a hook is not sent again: ${error.message}`));
    return success("hook sent successfully", "hook sent");
  }

  #transactions(merchant) {
    return this.#payments.all(merchant).flatMap((payment) => payment.own.attempts.map((attempt) => transaction_shape(payment, attempt))).reverse();
  }

  #refunds(merchant) {
    return this.#payments.all(merchant).flatMap((payment) => payment.refunds.map((refund) => refund_shape(payment, refund))).reverse();
  }

  #chargebacks(merchant) {
    return this.#payments.all(merchant).flatMap((payment) => payment.disputes.map((dispute) => chargeback_shape(payment, dispute))).reverse();
  }

  // Newest first, ten a page.
  #list(message, all, query, filters) {
    const wanted = all.filter((one) => filters.every((name) => !query.has(name) || query.get(name) === String(one[name])));
    const page = whole_number(query.get("page") ?? "1") || 1;
    const page_info = { total: wanted.length, current_page: page, total_pages: Math.max(1, Math.ceil(wanted.length / per_page)) };
    return { ...success(message, wanted.slice((page - 1) * per_page, page * per_page)), meta: { page_info } };
  }

  #new_attempt(payment) {
    const id = first_attempt_id + this.#payments.next_number();
    this.#by_id.set(String(id), payment);
    if (this.#by_id.size > most_kept) this.#by_id.delete(this.#by_id.keys().next().value);
    return { id, flw_ref: `FLW-MOCK-${id.toString(16)}${payment.code.slice(0, 16)}`, at: this.#clock() };
  }

  #told(what, payment, detail) {
    const { attempts } = payment.own;
    if (["paid", "failed", "pending"].includes(what)) {
      if (payment.was !== "pending") attempts.push(this.#new_attempt(payment));
      Object.assign(attempts.at(-1), { status: { paid: "successful", failed: "failed", pending: "pending" }[what], method: payment.method });
    }
    const shape = shape_of_event(what, payment, detail);
    const event = flutterwave_event(what, payment, detail, shape, this.#clock());
    if (event) this.#events.tell(payment, event.name, event.body, event.sign);
  }
}

function shape_of_event(what, payment, detail) {
  if (what === "refund") return refund_shape(payment, detail);
  if (what === "dispute") return chargeback_shape(payment, detail);
  return payment.own.attempts.length > 0 ? transaction_shape(payment, payment.own.attempts.at(-1)) : undefined;
}

function transaction_shape(payment, { id, flw_ref, status, method, at }) {
  const currency = status === "successful" ? payment.paid_currency : payment.currency;
  const amount = major_of(status === "successful" ? payment.paid : payment.asked, currency);
  return {
    id,
    tx_ref: payment.reference,
    flw_ref,
    device_fingerprint: "N/A",
    amount,
    currency,
    charged_amount: amount,
    app_fee: 0,
    merchant_fee: 0,
    processor_response: { successful: "Approved by Financial Institution", failed: "Declined", pending: "Transaction in progress" }[status],
    auth_model: "PIN",
    ip: "127.0.0.1",
    narration: "Sandbox",
    status,
    payment_type: method,
    created_at: new Date(at).toISOString(),
    account_id,
    meta: payment.metadata,
    amount_settled: status === "successful" ? amount : 0,
    customer: { id: 216_519_823, name: payment.name ?? "Anonymous", phone_number: "N/A", email: payment.email, created_at: new Date(payment.created_at).toISOString() },
  };
}

function refund_shape(payment, refund) {
  const { id, flw_ref } = paid_attempt(payment);
  return {
    id: 75_000 + refund.number,
    account_id,
    tx_id: id,
    flw_ref,
    wallet_id: 74_639,
    amount_refunded: major_of(refund.amount, payment.paid_currency),
    currency: payment.paid_currency,
    status: refund_words[refund.state],
    destination: "payment_source",
    comments: refund.comments ?? null,
    meta: { source: "availablebalance" },
    created_at: new Date(refund.created_at).toISOString(),
  };
}

function chargeback_shape(payment, dispute) {
  const { id, flw_ref } = paid_attempt(payment);
  return {
    id: 9_000 + dispute.number,
    transaction_id: id,
    tx_ref: payment.reference,
    flw_ref,
    amount: major_of(dispute.amount, payment.paid_currency),
    currency: payment.paid_currency,
    status: { open: "initiated", won: "declined", lost: "accepted" }[dispute.state],
    stage: "new",
    comment: dispute.reason,
    due_date: new Date(dispute.due_at).toISOString(),
    created_at: new Date(dispute.created_at).toISOString(),
  };
}

function paid_attempt(payment) {
  return payment.own.attempts.find(({ status }) => status === "successful");
}

function one_of(list, name) {
  const found = list.find(({ id }) => String(id) === name);
  if (!found) throw refused(404, "No refund was found for this id");
  return found;
}

function success(message, data) {
  return { status: "success", message, data };
}

function failure(message) {
  return { status: "error", message, data: null };
}

function refused(status, message) {
  return new api_error(status, failure(message));
}

function object_of(bytes) {
  const value = parse_json(bytes);
  if (!is_object(value)) throw refused(400, "The request body is no JSON object");
  return value;
}
