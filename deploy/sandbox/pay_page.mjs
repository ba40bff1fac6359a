// The page behind a payment link of any provider: GET shows it, POST pays, is declined, pays later or goes away.

import { answer, answer_json, is_object, parse_json, read_body } from "./http.mjs";
import { shown_amount } from "./currencies.mjs";
import { outcomes } from "./payments.mjs";

// No form-action: browsers would apply it to the redirect to the shop as well.
const policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
const names = { paystack: "Paystack", flutterwave: "Flutterwave", stripe: "Stripe" };

export class pay_page {
  #payments;

  constructor({ payments }) {
    this.#payments = payments;
  }

  async handle(request, response, code) {
    const payment = this.#payments.by_code(code);
    const wants_json = (request.headers.accept ?? "").includes("application/json");
    if (request.method === "GET") return this.#show(response, payment, wants_json);
    if (request.method !== "POST") return answer_json(response, 405, { error: "GET or POST" }, { allow: "GET, POST" });
    const { outcome = "success", amount, currency } = fields_of(request, await read_body(request));
    if (!payment) return this.#show(response, undefined, wants_json);
    if (!outcomes.includes(outcome)) return answer_json(response, 400, { error: `outcome must be one of ${outcomes.join(", ")}` });
    const minor = amount === undefined || amount === "" ? undefined : Number(amount);
    if (minor !== undefined && !(Number.isSafeInteger(minor) && minor > 0)) return answer_json(response, 400, { error: "amount must be a positive whole number of minor units" });
    if (currency !== undefined && currency !== "" && !/^[A-Z]{3}$/.test(currency)) return answer_json(response, 400, { error: "currency must be a code of three letters" });
    this.#payments.pay(payment, { outcome, amount: minor, currency: currency || undefined });
    if (wants_json) return answer_json(response, 200, summary(payment));
    const location = payment.state === "expired" ? undefined : return_url(payment, outcome);
    if (location) return answer(response, 303, "text/plain", "", { location });
    this.#show(response, payment, false);
  }

  #show(response, payment, wants_json) {
    const status = payment ? 200 : 404;
    if (wants_json) return answer_json(response, status, payment ? summary(payment) : { error: "unknown payment link" });
    const body = payment ? page_of(payment) : "<h1>This payment link is not known</h1><p>Payments are kept in memory: was the sandbox restarted or reset?</p>";
    answer(response, status, "text/html; charset=utf-8", layout(body), { "content-security-policy": policy });
  }
}

function fields_of(request, bytes) {
  if ((request.headers["content-type"] ?? "").includes("json")) {
    const value = parse_json(bytes);
    return is_object(value) ? value : {};
  }
  return Object.fromEntries(new URLSearchParams(bytes.toString("utf8")));
}

function summary({ merchant, reference, state, asked, paid, currency, paid_currency }) {
  return { provider: merchant.provider, reference, state, asked, currency, paid, paid_currency };
}

// Where the browser goes; undefined: it stays. What it carries proves nothing.
function return_url(payment, outcome) {
  if (outcome === "failed" || outcome === "wrong_transfer") return undefined;  // one may try again
  const back = outcome === "abandoned" ? payment.cancel_url : payment.return_url;
  if (!back) return undefined;
  const url = new URL(back);
  const add = (fields) => Object.entries(fields).forEach(([name, value]) => url.searchParams.set(name, value));
  const { provider } = payment.merchant;
  if (provider === "paystack" && back === payment.return_url) add({ trxref: payment.reference, reference: payment.reference });
  if (provider === "flutterwave") {
    add({ status: { paid: "successful", pending: "pending", abandoned: "cancelled" }[payment.state], tx_ref: payment.reference });
    if (payment.own.attempts.length > 0) add({ transaction_id: payment.own.attempts.at(-1).id });
  }
  return url.href;
}

function page_of(payment) {
  const { merchant, asked, currency, email, reference, title } = payment;
  const amount = escaped(shown_amount(asked, currency));
  const rows = [["To", merchant.business], ["For", title], ["Payer", email], ["Reference", reference]].filter(([, value]) => value);
  const about = `<p class="amount">${amount}</p><dl>${rows.map(([name, value]) => `<dt>${name}</dt><dd>${escaped(value)}</dd>`).join("")}</dl>`;
  const head = (word) => `<p class="who">${names[merchant.provider]} <span class="mode ${merchant.mode}">${merchant.mode}</span></p><h1>${word}</h1>${about}`;
  const said = (word, kind, text) => `${head(word)}<p role="status" class="${kind}">${text}</p>`;
  if (payment.state === "paid") return said("Paid", "done", "Thank you. You may close this page and go back to the chat.");
  if (payment.state === "pending") return said("On its way", "done", "The bank confirms your transfer in a while. You may close this page.");
  if (payment.state === "expired") return said("Too late", "failed", "This link has expired. Ask the shop for a new one.");
  if (payment.is_closed) return said("Not paid", "failed", "The bank refused the transfer. Ask the shop for a new link.");
  const failed = payment.state === "failed" ? '<p role="status" class="failed">The card was declined. You may try again.</p>' : "";
  return `${head("Pay")}${failed}<form method="post">
    <button name="outcome" value="success">Pay ${amount}</button>
    <button name="outcome" value="delayed" class="second">Pay later by bank transfer</button>
    <button name="outcome" value="failed" class="second">Let the card be declined</button>
    <button name="outcome" value="abandoned" class="second">Go back without paying</button>
    <details><summary>What a payer should not do</summary>
    <label>Pay another amount, in minor units <input name="amount" inputmode="numeric" pattern="[0-9]*" maxlength="15"></label>
    <label>Pay in another currency <input name="currency" pattern="[A-Z]{3}" maxlength="3" placeholder="${escaped(currency)}"></label>
    <button name="outcome" value="delayed_failure" class="second">Transfer that the bank will refuse</button>
    <button name="outcome" value="wrong_transfer" class="second">Transfer that is sent back for its amount</button></details></form>`;
}

function layout(body) {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox payment</title><style>
:root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;font:16px/1.5 system-ui,sans-serif;background:#eef4f2;color:#10231d}
main{background:#fff;padding:2rem;border-radius:16px;box-shadow:0 8px 30px #0002;width:min(26rem,calc(100vw - 2rem));box-sizing:border-box;margin:1rem 0}
.who{margin:0 0 .75rem;color:#4c625b;display:flex;justify-content:space-between;align-items:center}.mode{font-size:.8rem;padding:.1rem .6rem;border-radius:99px;background:#dbe9e4;color:#10231d}.mode.live{background:#b42318;color:#fff}
h1{margin:0;font-size:1.1rem}.amount{font-size:2rem;font-weight:700;margin:.5rem 0;overflow-wrap:anywhere}dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:0 0 1.25rem}
dt{color:#4c625b}dd{margin:0;overflow-wrap:anywhere}button{width:100%;padding:.85rem;border:0;border-radius:10px;background:#0a7f52;color:#fff;font:600 1rem system-ui,sans-serif;cursor:pointer;margin-top:.5rem}
button.second{background:transparent;color:inherit;border:1px solid #8aa39a}:focus-visible{outline:3px solid #1f6feb;outline-offset:2px}.done{color:#0a6b45;font-weight:600}.failed{color:#b42318;font-weight:600}
details{margin-top:1rem}summary{cursor:pointer;color:#4c625b}label{display:block;margin-top:.75rem}input{width:100%;box-sizing:border-box;padding:.6rem;font:inherit;border:1px solid #8aa39a;border-radius:8px;background:transparent;color:inherit}
@media(prefers-color-scheme:dark){body{background:#0d1714;color:#e6f0ec}main{background:#15241f}dt,.who,summary{color:#a5bbb3}.mode{background:#2b4239;color:#e6f0ec}.done{color:#5fd6a3}.failed{color:#ff9c92}}
</style></head><body><main>${body}<p><small>A sandbox: no money moves.</small></p></main></body></html>`;
}

export function escaped(text) {
  return String(text).replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
}
