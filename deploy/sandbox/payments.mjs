// Payments, whoever's: their life from the link to the last refund and dispute. Amounts are ISO minor units.
//
//   open -> paid | failed | abandoned | pending | expired      failed, abandoned -> tried again      pending -> paid | failed
//
// A provider may close a payment (`is_closed`): nobody tries again, and it does not expire.
// Each step is told to the provider of the payment (`on`), which turns it into its own words and events:
//   pending, paid, failed, abandoned, expired (payment)      refund (payment, refund)      dispute (payment, dispute)
//   wrong_transfer (payment, {amount}): the bank sends a transfer of another amount back; the payment stays as it was

import { randomBytes } from "node:crypto";

const most_payments = 20_000;
export const outcomes = ["success", "failed", "abandoned", "delayed", "delayed_failure", "wrong_transfer"];

export class payments {
  #switches;
  #counters;
  #stream;
  #clock;
  #all = new Map();           // code -> payment
  #by_reference = new Map();  // merchant's key and reference -> payment
  #listeners = {};
  #next_number = 1;
  #generation = 0;
  #sweep;

  constructor({ switches, counters, stream, clock }) {
    this.#switches = switches;
    this.#counters = counters;
    this.#stream = stream;
    this.#clock = clock;
    this.#sweep = setInterval(() => this.#expire_due(), 1000);
    this.#sweep.unref();
  }

  on(provider, told) {
    this.#listeners[provider] = told;
  }

  // For what else has a number: no two are the same.
  next_number() {
    return this.#next_number++;
  }

  // fields: {merchant, reference, currency, asked, email, name?, title?, return_url?, cancel_url?, expires_at?, metadata?, own?}
  create({ merchant, reference, own = {}, ...fields }) {
    const payment = {
      number: this.next_number(),
      code: randomBytes(12).toString("hex"),
      merchant,
      reference,
      state: "open",
      method: "card",
      paid: 0,
      paid_currency: fields.currency,
      created_at: this.#clock(),
      paid_at: undefined,
      refunds: [],
      disputes: [],
      own,
      ...fields,
    };
    this.#all.set(payment.code, payment);
    this.#by_reference.set(reference_key(merchant, reference), payment);
    this.#counters.count("payment initialized");
    if (this.#all.size > most_payments) this.#forget_oldest();
    return payment;
  }

  by_code(code) {
    return this.#up_to_date(this.#all.get(code));
  }

  by_reference(merchant, reference) {
    return this.#up_to_date(this.#by_reference.get(reference_key(merchant, reference)));
  }

  // The newest one of this reference, whoever's.
  newest(reference, provider) {
    return this.all().filter((one) => one.reference === reference && (!provider || one.merchant.provider === provider)).pop();
  }

  // Oldest first.
  all(merchant) {
    const list = [...this.#all.values()];
    return merchant ? list.filter((one) => one.merchant === merchant) : list;
  }

  // A customer acts on the pay page. amount, currency: really paid, when they are not what was asked for. -> the payment
  pay(payment, { outcome = "success", amount, currency } = {}) {
    if (payment.is_closed || ["paid", "pending", "expired"].includes(payment.state)) return payment;
    this.#counters.count(`payment ${outcome}`);
    if (outcome === "wrong_transfer") {
      this.#tell(payment, outcome, { amount: amount ?? Math.max(1, payment.asked - 100) });
      return payment;
    }
    payment.method = outcome.startsWith("delayed") ? "bank_transfer" : "card";
    if (outcome === "success") return this.#paid(payment, amount, currency);
    if (outcome === "failed" || outcome === "abandoned") return this.#enter(payment, outcome);
    payment.awaited = { outcome: outcome === "delayed" ? "success" : "failed", amount, currency };
    this.#enter(payment, "pending");
    this.#later(this.#switches.value(`${payment.merchant.provider}.settle_ms`), () => this.settle(payment));
    return payment;
  }

  // A delayed payment comes to its end, now.
  settle(payment, outcome = payment.awaited?.outcome) {
    if (payment.state !== "pending") return payment;
    const { amount, currency } = payment.awaited;
    return outcome === "success" ? this.#paid(payment, amount, currency) : this.#enter(payment, "failed");
  }

  // -> whether it was open until now
  expire(payment) {
    if (payment.is_closed || !["open", "failed", "abandoned"].includes(payment.state)) return false;
    this.#enter(payment, "expired");
    return true;
  }

  // What may still go back; refunds under way count.
  refundable(payment) {
    return payment.state === "paid" ? payment.paid - refunded(payment) : 0;
  }

  // The caller has checked the amount. at_once: done before the answer, unless the switch lets it fail.
  refund(payment, { amount, at_once = false, ...fields }) {
    const { provider } = payment.merchant;
    const fault = this.#switches.take(`${provider}.refund_fails`);
    const refund = { number: this.next_number(), amount, state: "pending", created_at: this.#clock(), ...fields };
    payment.refunds.push(refund);
    this.#counters.count("payment refund");
    if (at_once && !fault) refund.state = "done";
    this.#tell(payment, "refund", refund);
    if (refund.state === "done") return refund;
    this.#later(fault?.after_ms ?? this.#switches.value(`${provider}.refund_ms`), () => {
      refund.state = fault ? "failed" : "done";
      this.#tell(payment, "refund", refund);
    });
    return refund;
  }

  dispute(payment, { amount = payment.paid, reason = "fraudulent" } = {}) {
    const dispute = { number: this.next_number(), amount, reason, state: "open", created_at: this.#clock(), due_at: this.#clock() + 7 * 86_400_000 };
    payment.disputes.push(dispute);
    this.#tell(payment, "dispute", dispute);
    return dispute;
  }

  // outcome: won (by the merchant) or lost
  close_dispute(payment, dispute, outcome) {
    dispute.state = outcome;
    dispute.closed_at = this.#clock();
    this.#tell(payment, "dispute", dispute);
  }

  reset() {
    this.#generation += 1;
    this.#all.clear();
    this.#by_reference.clear();
  }

  close() {
    this.reset();
    clearInterval(this.#sweep);
  }

  #paid(payment, amount, currency) {
    const { provider } = payment.merchant;
    const wrong_amount = this.#switches.take(`${provider}.wrong_amount`);
    const wrong_currency = this.#switches.take(`${provider}.wrong_currency`);
    payment.paid = amount ?? (wrong_amount ? Math.max(1, payment.asked + (wrong_amount.by ?? -100)) : payment.asked);
    payment.paid_currency = currency ?? (wrong_currency ? (wrong_currency.currency ?? (payment.currency === "USD" ? "NGN" : "USD")) : payment.currency);
    payment.paid_at = this.#clock();
    return this.#enter(payment, "paid");
  }

  #enter(payment, state) {
    payment.was = payment.state;
    payment.state = state;
    this.#tell(payment, state);
    return payment;
  }

  #tell(payment, what, detail) {
    this.#listeners[payment.merchant.provider](what, payment, detail);
    this.#stream.publish({ type: "payment", reference: payment.reference, what, state: (detail ?? payment).state });
  }

  // Runs later, unless everything was forgotten meanwhile.
  #later(ms, act) {
    const generation = this.#generation;
    setTimeout(() => {
      if (generation === this.#generation) act();
    }, ms).unref();
  }

  #up_to_date(payment) {
    if (payment?.expires_at <= this.#clock()) this.expire(payment);
    return payment;
  }

  #expire_due() {
    for (const payment of this.#all.values()) this.#up_to_date(payment);
  }

  #forget_oldest() {
    const [oldest] = this.#all.values();
    this.#all.delete(oldest.code);
    this.#by_reference.delete(reference_key(oldest.merchant, oldest.reference));
  }
}

export function refunded(payment, states = ["pending", "done"]) {
  return payment.refunds.filter(({ state }) => states.includes(state)).reduce((sum, { amount }) => sum + amount, 0);
}

function reference_key(merchant, reference) {
  return `${merchant.provider} ${merchant.key} ${reference}`;
}
