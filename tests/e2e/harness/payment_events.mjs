// Events of payment providers built and signed here, independently of the server and of the sandbox; Stripe's by its own client.

import { createHmac, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { root } from "./workspace.mjs";

const packages = `${root}/tests/interop`;

function stripe_client() {
  if (!existsSync(`${packages}/node_modules/stripe`)) throw new Error("the packages are not there: npm ci --ignore-scripts --prefix tests/interop");
  const Stripe = createRequire(`${packages}/package.json`)("stripe");
  return new Stripe("sk_test_of_nobody");
}

export const secrets = { paystack: "sk_test_sandbox", flutterwave: "sandbox-secret-hash", stripe: "whsec_sandbox" };

let stripe;
const signers = {
  paystack: (body, { secret = secrets.paystack } = {}) => ({ "x-paystack-signature": createHmac("sha512", secret).update(body).digest("hex") }),
  // v3: the hash itself; v4: a signature under it.
  flutterwave: (body, { secret = secrets.flutterwave, v4 = false } = {}) =>
    (v4 ? { "flutterwave-signature": createHmac("sha256", secret).update(body).digest("base64") } : { "verif-hash": secret }),
  stripe: (payload, { secret = secrets.stripe, timestamp } = {}) => {
    stripe ??= stripe_client();
    return { "stripe-signature": stripe.webhooks.generateTestHeaderString({ payload, secret, ...(timestamp ? { timestamp } : {}) }) };
  },
};

export const signed = (provider, body, how) => signers[provider](body, how);

const fresh = () => randomBytes(8).toString("hex");
const number = () => String(1 + randomBytes(6).readUIntBE(0, 6));

// One that nobody has told yet, as each provider writes it.
export function fresh_event(provider, { v4 = false, reference = `shop-${fresh()}` } = {}) {
  if (provider === "stripe") {
    return JSON.stringify({ id: `evt_${fresh()}`, object: "event", api_version: "2026-10-28.endive", created: Math.floor(Date.now() / 1000), livemode: false,
      type: "checkout.session.completed", data: { object: { id: `cs_test_${fresh()}`, object: "checkout.session", client_reference_id: reference, payment_intent: `pi_${fresh()}` } } });
  }
  if (provider === "paystack") return JSON.stringify({ event: "charge.success", data: { id: Number(number()), domain: "test", status: "success", reference, amount: 500_000, currency: "NGN" } });
  if (v4) return JSON.stringify({ id: `wbk_${fresh()}`, timestamp: Date.now(), type: "charge.completed", data: { id: `chg_${fresh()}`, amount: 5000, currency: "NGN", reference, status: "succeeded" } });
  return JSON.stringify({ event: "charge.completed", data: { id: Number(number()), tx_ref: reference, amount: 5000, currency: "NGN", status: "successful" } });
}

// -> the status; 0 when nobody answered
export async function post_event(server, provider, connection, body, headers = signed(provider, body)) {
  return (await answer_to_event(server, provider, connection, body, headers)).status;
}

// -> {status, text}
export async function answer_to_event(server, provider, connection, body, headers) {
  try {
    const answer = await fetch(`${server.url}/webhooks/payments/${provider}/${connection}`, {
      method: "POST", body, headers: { "content-type": "application/json", ...headers }, signal: AbortSignal.timeout(20_000) });
    return { status: answer.status, text: await answer.text() };
  } catch {
    return { status: 0, text: "" };
  }
}
