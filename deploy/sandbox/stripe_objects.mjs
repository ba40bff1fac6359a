// What Stripe's API and events say of a payment: sessions, intents, charges, refunds, disputes.

import { shown_amount } from "./currencies.mjs";
import { refunded } from "./payments.mjs";
import { stripe_of_minor } from "./stripe_units.mjs";

export function seconds(ms) {
  return Math.floor(ms / 1000);
}

// The reader sees `url` only while the session is open.
export function session_of(payment, page_url) {
  const { own } = payment;
  const status = payment.state === "expired" ? "expired" : payment.is_closed ? "complete" : "open";
  const is_paid = payment.state === "paid";
  const { total, currency } = is_paid ? { total: payment.paid, currency: payment.paid_currency } : { total: payment.asked, currency: payment.currency };
  const amount = stripe_of_minor(total, currency);
  return {
    id: own.session,
    object: "checkout.session",
    adaptive_pricing: { enabled: own.adaptive_pricing },
    amount_subtotal: amount,
    amount_total: amount,
    cancel_url: payment.cancel_url ?? null,
    client_reference_id: own.client_reference_id ?? null,
    created: seconds(payment.created_at),
    currency: currency.toLowerCase(),
    customer: null,
    customer_details: own.intent ? { email: payment.email ?? "buyer@example.com", name: payment.name ?? null } : null,
    customer_email: payment.email ?? null,
    expires_at: seconds(payment.expires_at),
    livemode: payment.merchant.mode === "live",
    metadata: payment.metadata,
    mode: "payment",
    payment_intent: own.intent ?? null,
    payment_method_types: ["card", "customer_balance"],
    payment_status: is_paid ? "paid" : "unpaid",
    presentment_details: is_paid && own.adaptive_pricing && payment.method === "card" ? { presentment_amount: amount, presentment_currency: "eur" } : undefined,
    status,
    success_url: payment.return_url,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    url: status === "open" ? page_url(payment.code) : null,
  };
}

export function line_items_of(payment) {
  const data = payment.own.lines.map(({ name, quantity, unit_amount }, index) => ({
    id: `li_${payment.code}${index}`,
    object: "item",
    amount_subtotal: unit_amount * quantity,
    amount_total: unit_amount * quantity,
    currency: payment.currency.toLowerCase(),
    description: name,
    quantity,
  }));
  return list_of(data, `/v1/checkout/sessions/${payment.own.session}/line_items`, false);
}

export function intent_of(payment) {
  const is_paid = payment.state === "paid";
  const currency = is_paid ? payment.paid_currency : payment.currency;
  const amount = stripe_of_minor(is_paid ? payment.paid : payment.asked, currency);
  const last = payment.own.charges.at(-1);
  return {
    id: payment.own.intent,
    object: "payment_intent",
    amount,
    amount_received: is_paid ? amount : 0,
    created: seconds(payment.created_at),
    currency: currency.toLowerCase(),
    last_payment_error: last?.failed ? { type: "card_error", code: "card_declined", decline_code: "generic_decline", message: "Your card was declined." } : null,
    latest_charge: last?.id ?? null,
    livemode: payment.merchant.mode === "live",
    metadata: payment.own.intent_metadata,
    payment_method_types: ["card", "customer_balance"],
    status: { paid: "succeeded", pending: "processing", expired: "canceled" }[payment.state] ?? "requires_payment_method",
  };
}

export function charge_of(payment, charge) {
  const is_paid = !charge.failed && payment.state === "paid";
  const currency = is_paid ? payment.paid_currency : payment.currency;
  const amount = stripe_of_minor(is_paid ? payment.paid : payment.asked, currency);
  const back = is_paid ? stripe_of_minor(refunded(payment), currency) : 0;
  return {
    id: charge.id,
    object: "charge",
    amount,
    amount_captured: is_paid ? amount : 0,
    amount_refunded: back,
    captured: is_paid,
    created: seconds(charge.at),
    currency: currency.toLowerCase(),
    disputed: is_paid && payment.disputes.length > 0,
    failure_code: charge.failed ? "card_declined" : null,
    livemode: payment.merchant.mode === "live",
    metadata: payment.own.intent_metadata,
    paid: is_paid,
    payment_intent: payment.own.intent,
    payment_method_details: { type: payment.method === "card" ? "card" : "customer_balance" },
    refunded: is_paid && back === amount,
    status: charge.failed ? "failed" : is_paid ? "succeeded" : "pending",
  };
}

export function refund_of(payment, refund) {
  return {
    id: refund.id,
    object: "refund",
    amount: stripe_of_minor(refund.amount, payment.paid_currency),
    charge: payment.own.charges.at(-1).id,
    created: seconds(refund.created_at),
    currency: payment.paid_currency.toLowerCase(),
    failure_reason: refund.state === "failed" ? "unknown" : undefined,
    metadata: refund.metadata ?? {},
    payment_intent: payment.own.intent,
    reason: refund.reason ?? null,
    status: { pending: "pending", done: "succeeded", failed: "failed" }[refund.state],
  };
}

export function dispute_of(payment, dispute) {
  return {
    id: dispute.id,
    object: "dispute",
    amount: stripe_of_minor(dispute.amount, payment.paid_currency),
    charge: payment.own.charges.at(-1).id,
    created: seconds(dispute.created_at),
    currency: payment.paid_currency.toLowerCase(),
    evidence_details: { due_by: seconds(dispute.due_at), has_evidence: false, past_due: false, submission_count: 0 },
    is_charge_refundable: false,
    livemode: payment.merchant.mode === "live",
    metadata: {},
    payment_intent: payment.own.intent,
    reason: dispute.reason,
    status: { open: "needs_response", won: "won", lost: "lost" }[dispute.state],
  };
}

export function list_of(data, url, has_more) {
  return { object: "list", url, has_more, data };
}

export function too_much(asked, left, currency) {
  return `Refund amount (${shown_amount(asked, currency)}) is greater than unrefunded amount on charge (${shown_amount(left, currency)})`;
}
