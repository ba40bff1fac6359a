// The page behind a payment link: GET shows it, POST pays.

import { answer, answer_json, parse_json, is_object, read_body } from "./http.mjs";

const outcomes = ["success", "failed", "abandoned"];
// No form-action: browsers would apply it to the redirect to the shop as well.
const policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

export class pay_page {
  #paystack;

  constructor({ paystack }) {
    this.#paystack = paystack;
  }

  async handle(request, response, access_code) {
    const transaction = this.#paystack.find({ access_code });
    const wants_json = (request.headers.accept ?? "").includes("application/json");
    if (request.method === "GET") return this.#show(response, transaction, wants_json);
    if (request.method !== "POST") return answer_json(response, 405, { error: "GET or POST" }, { allow: "GET, POST" });
    const { outcome = "success", amount } = fields_of(request, await read_body(request));
    if (!transaction) return this.#show(response, undefined, wants_json);
    if (!outcomes.includes(outcome)) return answer_json(response, 400, { error: `outcome must be one of ${outcomes.join(", ")}` });
    const minor = amount === undefined || amount === "" ? undefined : Number(amount);
    if (minor !== undefined && !(Number.isSafeInteger(minor) && minor > 0)) return answer_json(response, 400, { error: "amount must be a positive whole number of minor units" });
    this.#paystack.pay({ access_code, outcome, amount: minor });
    if (wants_json) return answer_json(response, 200, summary(transaction));
    if (transaction.callback_url) return answer(response, 303, "text/plain", "", { location: return_url(transaction) });
    this.#show(response, transaction, false);
  }

  #show(response, transaction, wants_json) {
    if (wants_json) return transaction ? answer_json(response, 200, summary(transaction)) : answer_json(response, 404, { error: "unknown payment link" });
    const body = transaction ? page_of(transaction) : "<h1>Unknown payment link</h1><p>It may belong to an earlier run of the sandbox.</p>";
    answer(response, transaction ? 200 : 404, "text/html; charset=utf-8", layout(body), { "content-security-policy": policy });
  }
}

function fields_of(request, bytes) {
  const type = request.headers["content-type"] ?? "";
  if (type.startsWith("application/json")) {
    const value = parse_json(bytes);
    return is_object(value) ? value : {};
  }
  return Object.fromEntries(new URLSearchParams(bytes.toString("utf8")));
}

function summary({ reference, status, amount, currency, callback_url }) {
  return { reference, status, amount, currency, callback_url };
}

function return_url({ callback_url, reference }) {
  const url = new URL(callback_url);
  url.searchParams.set("trxref", reference);
  url.searchParams.set("reference", reference);
  return url.href;
}

function page_of({ status, currency, requested_amount, email, reference }) {
  const amount = `${escaped(currency)} ${(requested_amount / 100).toLocaleString("en", { minimumFractionDigits: 2 })}`;
  const about = `<p class="amount">${amount}</p><dl><dt>For</dt><dd>${escaped(email)}</dd><dt>Reference</dt><dd>${escaped(reference)}</dd></dl>`;
  if (status === "success" || status === "reversed") return `<h1>Paid</h1>${about}<p role="status" class="done">Thank you. You may close this page and go back to the chat.</p>`;
  const failed = status === "failed" ? '<p role="status" class="failed">The card was declined. You may try again.</p>' : "";
  return `<h1>Pay</h1>${about}${failed}<form method="post">
    <button name="outcome" value="success">Pay ${amount}</button>
    <button name="outcome" value="failed" class="second">Let the card be declined</button></form>`;
}

function layout(body) {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox payment</title><style>
:root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;font:16px/1.5 system-ui,sans-serif;background:#eef4f2;color:#10231d}
main{background:#fff;padding:2rem;border-radius:16px;box-shadow:0 8px 30px #0002;width:min(26rem,calc(100vw - 2rem));box-sizing:border-box}
h1{margin:0;font-size:1.1rem}.amount{font-size:2rem;font-weight:700;margin:.5rem 0}dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:0 0 1.25rem}
dt{color:#4c625b}dd{margin:0;overflow-wrap:anywhere}button{width:100%;padding:.85rem;border:0;border-radius:10px;background:#0a7f52;color:#fff;font:600 1rem system-ui;cursor:pointer;margin-top:.5rem}
button.second{background:transparent;color:inherit;border:1px solid #8aa39a}button:focus-visible{outline:3px solid #1f6feb;outline-offset:2px}.done{color:#0a6b45;font-weight:600}.failed{color:#b42318;font-weight:600}
@media(prefers-color-scheme:dark){body{background:#0d1714;color:#e6f0ec}main{background:#15241f}dt{color:#a5bbb3}.done{color:#5fd6a3}.failed{color:#ff9c92}}
</style></head><body><main>${body}<p><small>A sandbox: no money moves.</small></p></main></body></html>`;
}

export function escaped(text) {
  return String(text).replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
}
