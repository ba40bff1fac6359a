// Stripe's requests, checked: what is unknown, missing or out of range is refused as the API would.

import { is_email, is_object, is_web_url, whole_number } from "./http.mjs";
import { api_error } from "./payment_api.mjs";
import { is_currency, minor_of_stripe, wrong_amount } from "./stripe_units.mjs";

const of_session = ["mode", "line_items", "success_url", "cancel_url", "client_reference_id", "customer_email", "metadata", "payment_intent_data", "expires_at",
  "adaptive_pricing", "payment_method_types", "payment_method_options", "locale", "submit_type", "ui_mode", "customer_creation", "billing_address_collection",
  "phone_number_collection", "allow_promotion_codes", "custom_text", "expand"];
const of_refund = ["payment_intent", "charge", "amount", "reason", "metadata", "expand"];
const reasons = ["duplicate", "fraudulent", "requested_by_customer"];
const shortest_s = 30 * 60;
const longest_s = 24 * 60 * 60;

export function stripe_error(status, message, more = {}) {
  return new api_error(status, { error: { type: "invalid_request_error", message, ...more } });
}

function missing(param) {
  return stripe_error(400, `Missing required param: ${param}.`, { code: "parameter_missing", param });
}

function invalid(param, message, code) {
  return stripe_error(400, message, { code, param });
}

export function refuse_unknown(form, allowed, prefix = "") {
  const strange = Object.keys(form).find((name) => !allowed.includes(name));
  if (strange !== undefined) throw invalid(prefix + strange, `Received unknown parameter: ${prefix}${strange}`, "parameter_unknown");
}

// -> {currency, asked, lines, …} in ISO units
export function session_request(form, now) {
  refuse_unknown(form, of_session);
  if (form.mode === undefined) throw missing("mode");
  if (form.mode !== "payment") throw invalid("mode", "Invalid mode: must be payment in the sandbox");
  if (!Array.isArray(form.line_items)) throw missing("line_items");
  if (!is_web_url(form.success_url)) throw form.success_url === undefined ? missing("success_url") : invalid("success_url", "Not a valid URL", "url_invalid");
  if (form.cancel_url !== undefined && !is_web_url(form.cancel_url)) throw invalid("cancel_url", "Not a valid URL", "url_invalid");
  if (form.customer_email !== undefined && !is_email(form.customer_email)) throw invalid("customer_email", `Invalid email address: ${form.customer_email}`, "email_invalid");
  if (form.client_reference_id !== undefined && (typeof form.client_reference_id !== "string" || form.client_reference_id.length > 200)) throw invalid("client_reference_id", "Invalid string: at most 200 characters");
  const lines = form.line_items.map(line_of);
  const [{ currency }] = lines;
  if (lines.some((one) => one.currency !== currency)) throw invalid("line_items", "All line items must have the same currency");
  const total = lines.reduce((sum, { unit_amount, quantity }) => sum + unit_amount * quantity, 0);
  const wrong = total === 0 ? { code: "amount_too_small", message: "The total must be more than nothing" } : wrong_amount(total, currency);
  if (wrong) throw invalid("line_items", wrong.message, wrong.code);
  const expires_s = form.expires_at === undefined ? Math.floor(now / 1000) + longest_s : whole_number(form.expires_at);
  const ahead_s = (expires_s ?? 0) - now / 1000;
  if (ahead_s < shortest_s - 1 || ahead_s > longest_s + 1) throw invalid("expires_at", "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation");
  const adaptive = form.adaptive_pricing?.enabled;
  if (adaptive !== undefined && !["true", "false"].includes(adaptive)) throw invalid("adaptive_pricing[enabled]", "Invalid boolean");
  return {
    currency,
    asked: minor_of_stripe(total, currency),
    lines,
    success_url: form.success_url,
    cancel_url: form.cancel_url,
    email: form.customer_email,
    client_reference_id: form.client_reference_id,
    expires_at: expires_s * 1000,
    adaptive_pricing: adaptive !== "false",  // what the dashboard says unless the request does
    metadata: metadata_of(form.metadata, "metadata"),
    intent_metadata: metadata_of(form.payment_intent_data?.metadata, "payment_intent_data[metadata]"),
  };
}

function line_of(line, index) {
  const at = `line_items[${index}]`;
  if (!is_object(line) || !is_object(line.price_data)) throw missing(`${at}[price_data]`);
  refuse_unknown(line, ["price_data", "quantity"], `${at}.`);
  const { currency, unit_amount, product_data } = line.price_data;
  if (currency === undefined) throw missing(`${at}[price_data][currency]`);
  if (!is_currency(currency)) throw invalid(`${at}[price_data][currency]`, `Invalid currency: ${currency}`);
  if (!product_data?.name) throw missing(`${at}[price_data][product_data][name]`);
  const amount = whole_number(unit_amount);
  if (amount === undefined) throw invalid(`${at}[price_data][unit_amount]`, `Invalid integer: ${unit_amount}`, "parameter_invalid_integer");
  const quantity = whole_number(line.quantity);
  if (!quantity || quantity > 999_999) throw invalid(`${at}[quantity]`, `Invalid integer: ${line.quantity}`, "parameter_invalid_integer");
  return { name: product_data.name, currency: currency.toUpperCase(), unit_amount: amount, quantity };
}

function metadata_of(given = {}, param) {
  if (!is_object(given)) throw invalid(param, "Invalid object");
  const entries = Object.entries(given);
  if (entries.length > 50 || entries.some(([name, value]) => name.length > 40 || typeof value !== "string" || value.length > 500)) throw invalid(param, "Metadata: at most 50 keys of 40 characters with values of 500");
  return Object.fromEntries(entries);
}

// -> {payment_intent?, charge?, amount? (of the API), reason?, metadata}
export function refund_request(form) {
  refuse_unknown(form, of_refund);
  if (form.payment_intent === undefined && form.charge === undefined) throw missing("payment_intent");
  const amount = form.amount === undefined ? undefined : whole_number(form.amount);
  if (form.amount !== undefined && !amount) throw invalid("amount", `Invalid integer: ${form.amount}`, "parameter_invalid_integer");
  if (form.reason !== undefined && !reasons.includes(form.reason)) throw invalid("reason", `Invalid reason: must be one of ${reasons.join(", ")}`);
  return { payment_intent: form.payment_intent, charge: form.charge, amount, reason: form.reason, metadata: metadata_of(form.metadata, "metadata") };
}
