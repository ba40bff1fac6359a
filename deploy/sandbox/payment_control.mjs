// What a test or a person at the payments page does to payments: pay, settle, expire, refund, dispute, and send events again.

import { shown_amount } from "./currencies.mjs";
import { refusal, whole_number } from "./http.mjs";
import { outcomes } from "./payments.mjs";
import { paystack_status } from "./paystack.mjs";

const most_shown = 200;

export class payment_control {
  #merchants;
  #payments;
  #events;

  constructor({ merchants, payments, payment_events }) {
    this.#merchants = merchants;
    this.#payments = payments;
    this.#events = payment_events;
  }

  // {reference, provider?, outcome?, amount?, currency?}
  pay({ outcome = "success", amount, currency, ...about }) {
    if (!outcomes.includes(outcome)) throw new refusal(400, `outcome must be one of ${outcomes.join(", ")}`);
    if (currency !== undefined && !/^[A-Z]{3}$/.test(currency)) throw new refusal(400, "currency must be a code of three letters");
    const payment = this.#named(about);
    return shown(this.#payments.pay(payment, { outcome, amount: minor(amount), currency }));
  }

  // {reference, provider?, outcome?: success | failed}: a delayed payment comes to its end now.
  settle({ outcome, ...about }) {
    if (outcome !== undefined && !["success", "failed"].includes(outcome)) throw new refusal(400, "outcome must be success or failed");
    const payment = this.#named(about);
    if (payment.state !== "pending") throw new refusal(409, "it is not pending");
    return shown(this.#payments.settle(payment, outcome));
  }

  // {reference, provider?}: as if its time were over. A link of Paystack has none.
  expire(about) {
    const payment = this.#named(about);
    if (payment.expires_at === undefined) throw new refusal(409, "its links do not expire");
    if (!this.#payments.expire(payment)) throw new refusal(409, "it is no longer open");
    return shown(payment);
  }

  // {reference, provider?, amount?}: a refund that the merchant makes in the provider's dashboard.
  refund({ amount, ...about }) {
    const payment = this.#named(about);
    const left = this.#payments.refundable(payment);
    const wanted = minor(amount) ?? left;
    if (wanted < 1 || wanted > left) throw new refusal(409, `at most ${left} can be refunded`);
    this.#payments.refund(payment, { amount: wanted, at_once: payment.merchant.provider === "stripe" && payment.method === "card" });
    return shown(payment);
  }

  // {reference, provider?, amount?, reason?}: the payer's bank wants the money back; with outcome won | lost the newest one ends.
  dispute({ amount, reason, outcome, ...about }) {
    const payment = this.#named(about);
    if (outcome !== undefined) return this.#close_dispute(payment, outcome);
    if (payment.state !== "paid") throw new refusal(409, "it has not been paid");
    if (reason !== undefined && !/^[a-z_]{1,40}$/.test(reason)) throw new refusal(400, "reason must be a word such as fraudulent");
    if (minor(amount) > payment.paid) throw new refusal(409, `at most ${payment.paid} can be disputed`);
    this.#payments.dispute(payment, { amount: minor(amount), reason });
    return shown(payment);
  }

  #close_dispute(payment, outcome) {
    if (!["won", "lost"].includes(outcome)) throw new refusal(400, "outcome must be won or lost");
    const open = payment.disputes.filter(({ state }) => state === "open").pop();
    if (!open) throw new refusal(409, "no dispute is open");
    this.#payments.close_dispute(payment, open, outcome);
    return shown(payment);
  }

  // {event: its number, times?} again, or {reference, provider?}: all of a payment's, out of order.
  async resend({ event, times = 1, ...about }) {
    const copies = whole_number(times);
    if (!copies || copies > 10) throw new refusal(400, "times must be from 1 to 10");
    if (event !== undefined) return { posted: await this.#events.resend(event, copies) };
    return { posted: await this.#events.shuffle(this.#named(about)) };
  }

  add_merchant({ provider, key, business, url, secrets, style }) {
    const { mode } = this.#merchants.add({ provider, key, business, address: url, secrets, style });
    return { provider, key, mode };
  }

  send_to(body) {
    this.#merchants.send_to(body);
    return { ok: true };
  }

  report() {
    const transactions = this.#payments.all().slice(-most_shown).map(shown);
    const events = this.#events.all().slice(-most_shown).map(({ number, provider, mode, event, reference, status, at, deliveries }) => ({ number, provider, mode, event, reference, status, at, deliveries }));
    return { transactions, events };
  }

  #named({ code, reference, provider }) {
    const payment = code === undefined ? this.#payments.newest(reference, provider) : this.#payments.by_code(code);
    if (!payment) throw new refusal(404, "unknown reference");
    return payment;
  }
}

function shown(payment) {
  const { merchant, code, reference, state, method, asked, paid, currency, paid_currency, refunds, disputes } = payment;
  return {
    provider: merchant.provider,
    mode: merchant.mode,
    business: merchant.business,
    code,
    reference,
    state,
    status: status_of(payment),
    method,
    requested_amount: asked,
    amount: state === "paid" ? paid : asked,
    currency: paid_currency,
    shown: shown_amount(asked, currency),
    refunds: refunds.map(({ amount, state: refund_state }) => ({ amount, state: refund_state })),
    disputes: disputes.map(({ amount, reason, state: dispute_state }) => ({ amount, reason, state: dispute_state })),
  };
}

// Paystack's word; the others call a payment what it is here.
function status_of(payment) {
  return payment.merchant.provider === "paystack" ? paystack_status(payment) : payment.state;
}

function minor(amount) {
  if (amount === undefined || amount === "") return undefined;
  const number = whole_number(amount);
  if (!number) throw new refusal(400, "amount must be a positive whole number of minor units");
  return number;
}
