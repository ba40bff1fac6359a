// Paystack: transactions, refunds, disputes, signed events.
//
//   POST /transaction/initialize   GET /transaction/verify/:reference   GET /balance
//   POST /refund   GET /refund   GET /refund/:id   GET /dispute   GET /dispute/transaction/:id   GET /dispute/:id

import { createHmac, randomBytes } from "node:crypto";
import { bearer_of, is_email, is_object, is_web_url, parse_json, whole_number } from "./http.mjs";
import { api_error, serve_api } from "./payment_api.mjs";
import { refunded } from "./payments.mjs";

const currencies = ["NGN", "GHS", "ZAR", "KES", "USD"];
const first_id = 4_099_260_000;  // ids need more than 32 bits
const refund_words = { pending: "pending", done: "processed", failed: "failed" };
const customer_id = 180_000_000;

export class paystack {
  #merchants;
  #payments;
  #events;
  #page_url;
  #switches;

  // page_url(code) -> the address of the pay page
  constructor({ merchants, payments, payment_events, page_url, switches }) {
    this.#merchants = merchants;
    this.#payments = payments;
    this.#events = payment_events;
    this.#page_url = page_url;
    this.#switches = switches;
    payments.on("paystack", (what, payment, detail) => this.#told(what, payment, detail));
  }

  handle(request, response, path, query) {
    return serve_api({ provider: "paystack", switches: this.#switches }, request, response, path, {
      failure: ({ message = "An error occurred" }) => error_body(message, "unknown", "api_error"),
      work: (bytes) => {
        const merchant = this.#merchants.find("paystack", bearer_of(request));
        if (!merchant) throw refused(401, "Invalid key", "invalid_Key");
        return { body: this.#route(merchant, request.method, path, query, bytes) };
      },
    });
  }

  #route(merchant, method, path, query, bytes) {
    const [, noun, name, id] = path.split("/");
    if (method === "POST" && path === "/transaction/initialize") return this.#initialize(merchant, object_of(bytes));
    if (method === "GET" && noun === "transaction" && name === "verify" && id) return success("Verification successful", details(this.#transaction(merchant, decoded(id))));
    if (method === "GET" && path === "/balance") return success("Balances retrieved", currencies.map((currency) => ({ currency, balance: 0 })));
    if (method === "POST" && path === "/refund") return this.#refund(merchant, object_of(bytes));
    if (method === "GET" && noun === "refund") return name ? success("Refund retrieved", this.#one(this.#refunds(merchant), name, "Refund")) : this.#list("Refunds retrieved", this.#refunds(merchant), query);
    if (method === "GET" && noun === "dispute" && name === "transaction") return success("Dispute retrieved successfully", this.#disputes(merchant).filter((one) => String(one.transaction.id) === id));
    if (method === "GET" && noun === "dispute") return name ? success("Dispute retrieved", this.#one(this.#disputes(merchant), name, "Dispute")) : this.#list("Disputes retrieved", this.#disputes(merchant), query);
    throw refused(404, "Route not found", "route_not_found");
  }

  #initialize(merchant, { email, amount, currency = "NGN", reference = randomBytes(8).toString("hex"), callback_url, channels, metadata }) {
    if (!is_email(email)) throw refused(400, "Invalid Email Address Passed", "invalid_email_address");
    const minor = whole_number(amount);
    if (!minor) throw refused(400, "Invalid Amount Sent", "invalid_amount");
    if (!currencies.includes(currency)) throw refused(403, "Currency not supported by merchant", "unsupported_currency");
    if (typeof reference !== "string" || !/^[A-Za-z0-9.=-]{1,100}$/.test(reference)) throw refused(400, "Invalid character in transaction reference. Only -, ., = and alphanumeric characters are allowed", "invalid_reference");
    if (this.#payments.by_reference(merchant, reference) || this.#switches.take("paystack.duplicate_reference")) throw refused(400, "Duplicate Transaction Reference", "duplicate_reference");
    if (callback_url !== undefined && !is_web_url(callback_url)) throw refused(400, "Invalid callback URL", "invalid_callback_url");
    if (channels !== undefined && !Array.isArray(channels)) throw refused(400, "Channels must be an array", "invalid_params");
    const cancel_url = is_web_url(metadata?.cancel_action) ? metadata.cancel_action : callback_url;
    const payment = this.#payments.create({ merchant, reference, currency, asked: minor, email, return_url: callback_url, cancel_url, metadata: metadata ?? "" });
    return success("Authorization URL created", { authorization_url: this.#page_url(payment.code), access_code: payment.code, reference });
  }

  #transaction(merchant, name) {
    const id = whole_number(name);
    const payment = this.#payments.by_reference(merchant, String(name)) ?? (id && this.#payments.all(merchant).find((one) => id_of(one) === id));
    if (!payment) throw refused(400, "Transaction reference not found.", "transaction_not_found");
    return payment;
  }

  #refund(merchant, { transaction: name, amount, currency, customer_note = "", merchant_note = "" }) {
    if (name === undefined) throw refused(400, "Transaction is required", "invalid_params");
    const payment = this.#transaction(merchant, name);
    if (payment.state !== "paid") throw refused(400, "Transaction has not been paid", "invalid_transaction");
    if (currency !== undefined && currency !== payment.paid_currency) throw refused(400, "Currency does not match the transaction's", "invalid_currency");
    const left = this.#payments.refundable(payment);
    const minor = amount === undefined ? left : whole_number(amount);
    if (!minor || minor > left) throw refused(400, "Refund amount cannot be more than the transaction amount", "invalid_amount");
    const refund = this.#payments.refund(payment, { amount: minor, customer_note, merchant_note });
    const { id, reference, amount: paid, currency: of, domain, paid_at, channel } = details(payment);
    return success("Refund has been queued for processing", { ...refund_shape(payment, refund), transaction: { id, domain, reference, amount: paid, paid_at, channel, currency: of } });
  }

  #refunds(merchant) {
    return this.#payments.all(merchant).flatMap((payment) => payment.refunds.map((refund) => refund_shape(payment, refund))).reverse();
  }

  #disputes(merchant) {
    return this.#payments.all(merchant).flatMap((payment) => payment.disputes.map((dispute) => dispute_shape(payment, dispute))).reverse();
  }

  #one(list, name, noun) {
    const found = list.find(({ id }) => String(id) === name);
    if (!found) throw refused(404, `${noun} not found`, "not_found");
    return found;
  }

  // Newest first. `transaction` is its id, `reference` its reference.
  #list(message, all, query) {
    const per_page = Math.min(whole_number(query.get("perPage") ?? "50") || 50, 100);
    const page = whole_number(query.get("page") ?? "1") || 1;
    const transaction = query.get("transaction") ?? undefined;
    if (transaction !== undefined && whole_number(transaction) === undefined) throw refused(400, "transaction must be a transaction's id", "invalid_params");
    const wanted = all.filter((one) => {
      const of = is_object(one.transaction) ? one.transaction : { id: one.transaction, reference: one.transaction_reference };
      return (transaction === undefined || String(of.id) === transaction)
        && [["reference", of.reference], ["currency", one.currency], ["status", one.status]].every(([name, value]) => !query.has(name) || query.get(name) === value);
    });
    const data = wanted.slice((page - 1) * per_page, page * per_page);
    return { ...success(message, data), meta: { total: wanted.length, skipped: 0, perPage: per_page, page, pageCount: Math.ceil(wanted.length / per_page) } };
  }

  // Neither a failure nor a pending payment is told.
  #told(what, payment, detail) {
    if (what === "paid") this.#tell(payment, "charge.success", details(payment));
    if (what === "refund") this.#refund_told(payment, detail);
    if (what === "wrong_transfer") this.#tell(payment, "bank.transfer.rejected", rejected_transfer(payment, detail));
    if (what !== "dispute") return;
    this.#tell(payment, detail.state === "open" ? "charge.dispute.create" : "charge.dispute.resolve", dispute_shape(payment, detail));
  }

  // Events name no id of the refund, and the amount is a text until it failed.
  #refund_told(payment, refund) {
    const { status, amount, currency, domain } = refund_shape(payment, refund);
    const names = refund.state === "pending" ? ["refund.pending", "refund.processing"] : [refund.state === "done" ? "refund.processed" : "refund.failed"];
    for (const name of names) {
      this.#tell(payment, name, {
        status: name === "refund.processing" ? "processing" : status,
        transaction_reference: payment.reference,
        refund_reference: null,
        amount: refund.state === "failed" ? amount : String(amount),
        currency,
        processor: "instant-transfer",
        customer: { first_name: null, last_name: null, email: payment.email },
        integration: 100_032,
        domain,
      });
    }
  }

  #tell(payment, event, data) {
    const { key } = payment.merchant;
    this.#events.tell(payment, event, { event, data }, (bytes) => ({ "x-paystack-signature": createHmac("sha512", key).update(bytes).digest("hex") }));
  }
}

// What verify says of a payment, and what a report calls its state.
export function paystack_status(payment) {
  if (payment.state === "paid") return refunded(payment, ["done"]) >= payment.paid ? "reversed" : "success";
  return { open: "abandoned", expired: "abandoned" }[payment.state] ?? payment.state;  // a link that nobody has used is abandoned
}

function details(payment) {
  const { reference, email, metadata } = payment;
  const is_paid = payment.state === "paid";
  const amount = is_paid ? payment.paid : payment.asked;
  return {
    id: id_of(payment),
    domain: payment.merchant.mode,
    status: paystack_status(payment),
    reference,
    receipt_number: null,
    amount,
    message: null,
    gateway_response: { paid: "Successful", failed: "Declined", pending: "Waiting for the transfer" }[payment.state] ?? "The transaction was not completed",
    paid_at: is_paid ? iso(payment.paid_at) : null,
    created_at: iso(payment.created_at),
    channel: payment.method,
    currency: payment.paid_currency,
    ip_address: "127.0.0.1",
    metadata,
    fees: is_paid ? Math.floor(amount / 67) : null,
    customer: { id: customer_id, first_name: null, last_name: null, email, customer_code: "CUS_sandbox", phone: null },
    authorization: is_paid ? { authorization_code: "AUTH_sandbox", bin: "408408", last4: "4081", card_type: "visa", reusable: true } : {},
    requested_amount: payment.asked,
  };
}

function refund_shape(payment, refund) {
  return {
    id: first_id + refund.number,
    integration: 100_032,
    domain: payment.merchant.mode,
    transaction: id_of(payment),
    transaction_reference: payment.reference,
    transaction_amount: payment.paid,
    currency: payment.paid_currency,
    amount: refund.amount,
    status: refund_words[refund.state],
    customer_note: refund.customer_note,
    merchant_note: refund.merchant_note,
    deducted_amount: refund.state === "done" ? refund.amount : 0,
    fully_deducted: refund.state === "done" ? 1 : 0,
    refunded_by: "sandbox@example.com",
    refunded_at: null,
    createdAt: iso(refund.created_at),
    dispute: null,
    settlement: null,
    channel: null,
  };
}

function dispute_shape(payment, dispute) {
  const { id, domain, status, reference, amount, currency, paid_at, customer } = details(payment);
  const is_open = dispute.state === "open";
  return {
    id: first_id + dispute.number,
    refund_amount: dispute.amount,
    currency,
    status: is_open ? "awaiting-merchant-feedback" : "resolved",
    resolution: is_open ? null : { won: "declined", lost: "merchant-accepted" }[dispute.state],
    domain,
    category: dispute.reason === "fraudulent" ? "fraud" : "chargeback",
    note: null,
    transaction: { id, domain, status, reference, amount, currency, paid_at },
    transaction_reference: null,
    customer,
    dueAt: iso(dispute.due_at),
    resolvedAt: is_open ? null : iso(dispute.closed_at),
    createdAt: iso(dispute.created_at),
  };
}

// It names the transaction by its id alone, and numbers are texts.
function rejected_transfer(payment, { amount }) {
  return {
    bank_transfer: { amount: String(amount), message: "The amount sent is not the amount expected", message_type: "INCORRECT_AMOUNT", transaction_id: String(id_of(payment)) },
    domain: payment.merchant.mode,
    currency: payment.currency,
  };
}

function success(message, data) {
  return { status: true, message, data };
}

function error_body(message, code, type) {
  return { status: false, message, meta: { nextStep: "Check the request and try again" }, type, code };
}

function refused(status, message, code) {
  return new api_error(status, error_body(message, code, "validation_error"));
}

function object_of(bytes) {
  const value = parse_json(bytes);
  if (!is_object(value)) throw refused(400, "Invalid JSON in the request body", "invalid_json");
  return value;
}

function id_of({ number }) {
  return first_id + number;
}

function iso(at) {
  return new Date(at).toISOString();
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
