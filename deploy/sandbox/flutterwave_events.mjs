// Flutterwave's events: v3 carries the secret itself in `verif-hash`; v4 has an envelope with an id and an HMAC over it.

import { createHmac, randomBytes } from "node:crypto";

// what, payment, detail: of the ledger; shape: what the API says of it. -> {name, body, sign}, or undefined: nothing is told.
export function flutterwave_event(what, payment, detail, shape, now) {
  return payment.merchant.style === "v4" ? event_v4(what, payment, detail, shape, now) : event_v3(what, payment, detail, shape);
}

function event_v3(what, payment, detail, shape) {
  const [secret] = payment.merchant.secrets;
  const name = name_v3(what, detail);
  if (!name) return undefined;
  const body = { event: name, data: shape };
  if (name === "charge.completed") {
    const { meta, ...data } = shape;
    Object.assign(body, { data, meta_data: meta ?? {}, "event.type": payment.method === "card" ? "CARD_TRANSACTION" : "BANK_TRANSFER_TRANSACTION" });
  }
  return { name, body, sign: () => ({ "verif-hash": secret }) };
}

// The same event for a payment that failed; none for a dispute.
function name_v3(what, detail) {
  if (what === "paid" || what === "failed") return "charge.completed";
  if (what === "refund" && detail.state !== "pending") return detail.state === "done" ? "refund.completed" : "refund.failed";
  return undefined;
}

function event_v4(what, payment, detail, shape, now) {
  const [secret] = payment.merchant.secrets;
  const told = told_v4(what, payment, detail, shape);
  if (!told) return undefined;
  const body = { id: `wbk_${randomBytes(10).toString("hex")}`, timestamp: now, type: told.name, data: told.data };
  const sign = (bytes) => ({ "flutterwave-signature": createHmac("sha256", secret).update(bytes).digest("base64") });
  return { name: told.name, body, sign };
}

function told_v4(what, payment, detail, shape) {
  if (what === "paid" || what === "failed") {
    const { amount, currency, customer } = shape;
    const is_paid = what === "paid";
    const data = {
      id: charge_id(payment),
      amount,
      currency,
      reference: payment.reference,
      status: is_paid ? "succeeded" : "failed",
      customer: { id: `cus_${customer.id}`, email: customer.email },
      processor_response: is_paid ? { type: "approved", code: "00" } : { type: "declined", code: "05" },
      meta: payment.metadata ?? {},
    };
    return { name: is_paid ? "charge.completed" : "charge.failed", data };
  }
  if (what === "refund" && detail.state !== "pending") {
    const is_done = detail.state === "done";
    const { amount_refunded, currency } = shape;
    return { name: is_done ? "refund.completed" : "refund.failed", data: { id: `rfd_${shape.id}`, charge_id: charge_id(payment), reference: payment.reference, amount_refunded, currency, status: is_done ? "succeeded" : "failed" } };
  }
  if (what === "dispute") {
    const { amount, currency, status } = shape;
    return { name: detail.state === "open" ? "chargeback.created" : "chargeback.updated", data: { id: `chb_${shape.id}`, charge_id: charge_id(payment), reference: payment.reference, amount, currency, status } };
  }
  return undefined;
}

function charge_id(payment) {
  return `chg_${payment.code}`;
}
