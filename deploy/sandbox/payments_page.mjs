// /payments: every payment and every event with the server's answers, newest first, and buttons for what people and providers do.

import { answer, read_body, refusal, refuse_foreign_pages } from "./http.mjs";
import { shown_amount } from "./currencies.mjs";
import { escaped } from "./pay_page.mjs";

const policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const most_shown = 100;

export class payments_page {
  #payments;
  #events;
  #control;
  #merchants;

  constructor({ payments, payment_events, payment_control, merchants }) {
    this.#payments = payments;
    this.#events = payment_events;
    this.#control = payment_control;
    this.#merchants = merchants;
  }

  async handle(request, response) {
    if (request.method === "POST") return this.#act(request, response);
    if (request.method !== "GET") throw new refusal(405, "GET or POST", { allow: "GET, POST" });
    this.#show(response);
  }

  async #act(request, response) {
    refuse_foreign_pages(request);
    const { act, ...fields } = Object.fromEntries(new URLSearchParams((await read_body(request)).toString("utf8")));
    const acts = {
      refund: () => this.#control.refund(fields),
      dispute: () => this.#control.dispute(fields),
      won: () => this.#control.dispute({ ...fields, outcome: "won" }),
      lost: () => this.#control.dispute({ ...fields, outcome: "lost" }),
      settle: () => this.#control.settle({ code: fields.code }),
      expire: () => this.#control.expire({ code: fields.code }),
      shuffle: () => this.#control.resend({ code: fields.code }),
      resend: () => this.#control.resend({ event: fields.event }),
      double: () => this.#control.resend({ event: fields.event, times: 2 }),
    };
    if (!Object.hasOwn(acts, act ?? "")) throw new refusal(400, { error: "unknown act", known: Object.keys(acts) });
    try {
      await acts[act]();
    } catch (error) {
      if (!(error instanceof refusal)) throw error;
      return this.#show(response, error);
    }
    answer(response, 303, "text/plain", "", { location: "/payments" });
  }

  #show(response, error) {
    const payments = this.#payments.all().reverse();
    const events = [...this.#events.all()].reverse();
    const told = new Set(events.map((one) => one.payment));
    const body = `${error ? `<p role="alert" class="bad">${escaped(error.body.error)}</p>` : ""}
<h2>Payments (${payments.length})</h2>${payments.length === 0 ? "<p>None yet.</p>" : payments.slice(0, most_shown).map((one) => this.#payment(one, told)).join("")}
<h2>Events (${events.length})</h2>${events.length === 0 ? "<p>None yet.</p>" : `<ul>${events.slice(0, most_shown).map(event_item).join("")}</ul>`}`;
    answer(response, error?.status ?? 200, "text/html; charset=utf-8", layout(body), { "content-security-policy": policy });
  }

  #payment(payment, told) {
    const { merchant, code, reference, state, asked, currency, paid, paid_currency, refunds, disputes, email } = payment;
    const amount = shown_amount(asked, currency);
    const really = state === "paid" && (paid !== asked || paid_currency !== currency) ? `<b class="bad">paid ${escaped(shown_amount(paid, paid_currency))}</b>` : "";
    const open = disputes.some((one) => one.state === "open");
    const buttons = [
      state === "paid" && this.#payments.refundable(payment) > 0 && button("refund", "Refund"),
      state === "paid" && !open && button("dispute", "Dispute"),
      open && button("won", "Dispute won") + button("lost", "Dispute lost"),
      state === "pending" && button("settle", "Settle now"),
      payment.expires_at !== undefined && ["open", "failed", "abandoned"].includes(state) && !payment.is_closed && button("expire", "Let it expire"),
      this.#merchants.address_of(merchant) && told.has(payment) && button("shuffle", "Shuffle its events"),
    ].filter(Boolean).join("");
    const facts = [
      ...refunds.map((one) => `<li>refund of ${escaped(shown_amount(one.amount, paid_currency))}: ${one.state}</li>`),
      ...disputes.map((one) => `<li>dispute of ${escaped(shown_amount(one.amount, paid_currency))}, ${escaped(one.reason)}: ${one.state}</li>`),
    ].join("");
    return `<article><h3><a href="/pay/${code}">${escaped(reference)}</a> <span class="tag ${state}">${state}</span></h3>
<p>${escaped(amount)} ${really}</p><p class="dim">${merchant.provider}, ${merchant.mode}${merchant.business ? `, ${escaped(merchant.business)}` : ""}${email ? `, ${escaped(email)}` : ""}</p>
${facts ? `<ul class="facts">${facts}</ul>` : ""}${buttons === "" ? "" : `<form method="post"><input type="hidden" name="code" value="${code}">
${state === "paid" ? `<label>Minor units, all if empty <input name="amount" inputmode="numeric" pattern="[0-9]*" maxlength="15"></label>` : ""}<span class="acts">${buttons}</span></form>`}</article>`;
  }
}

function event_item({ number, provider, event, reference, status, at, deliveries }) {
  const answers = deliveries.map(({ status: code, answer: text, at: when }) => `<li>${time(when)} <b class="${code >= 200 && code < 300 ? "good" : "bad"}">${code || "no answer"}</b> ${escaped(text)}</li>`).join("");
  return `<li class="event"><form method="post"><input type="hidden" name="event" value="${number}">
<p><b>${escaped(event)}</b> <span class="dim">${provider}, ${escaped(reference)}, ${time(at)}: ${escaped(status)}</span></p>
<span class="acts">${button("resend", "Resend")}${button("double", "Send twice")}</span></form>${answers ? `<ol>${answers}</ol>` : ""}</li>`;
}

function time(at) {
  const text = new Date(at).toISOString();
  return `<time datetime="${text}">${text.slice(11, 19)}</time>`;
}

function button(act, text) {
  return `<button name="act" value="${act}">${text}</button>`;
}

function layout(body) {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Sandbox payments</title><style>
:root{color-scheme:light dark}body{margin:0 auto;max-width:60rem;padding:1rem;font:16px/1.5 system-ui,sans-serif;background:#e9edf2;color:#15202b}
h1{font-size:1.35rem;margin:0}h2{font-size:1.1rem;margin:1.5rem 0 .5rem}h3{font-size:1rem;margin:0;display:flex;justify-content:space-between;gap:1rem;overflow-wrap:anywhere}
article,.event{background:#fff;border-radius:12px;padding:.9rem 1.1rem;margin:.6rem 0}p{margin:0;overflow-wrap:anywhere}ul{list-style:none;padding:0;margin:0}.facts{margin:.25rem 0}ol{margin:.4rem 0 0;padding-left:1.5rem;font-size:.9rem;overflow-wrap:anywhere}
.dim{color:#566472;font-size:.9rem}.tag{font-size:.8rem;font-weight:600;padding:.1rem .6rem;border-radius:99px;background:#dbe2ea;color:#15202b;align-self:center;white-space:nowrap}.tag.pending{background:#fbe8b8;color:#5c4300}.tag.paid{background:#cdeedd;color:#064e33}.tag.failed,.tag.expired{background:#fbd9d5;color:#7a1710}
.good{color:#0a6b45}.bad{color:#b42318}form{display:flex;flex-wrap:wrap;gap:.5rem;align-items:end;margin-top:.5rem}.event form{justify-content:space-between;align-items:center;margin:0}label{font-size:.9rem;color:#566472;display:grid}
.acts{display:flex;flex-wrap:wrap;gap:.5rem}input{font:inherit;padding:.45rem .6rem;border:1px solid #8a99a8;border-radius:8px;background:transparent;color:inherit;width:12rem;max-width:100%;box-sizing:border-box}
button{font:600 .9rem system-ui,sans-serif;padding:.55rem .9rem;border:1px solid #8a99a8;border-radius:8px;background:transparent;color:inherit;cursor:pointer}a{color:#1d4ed8}:focus-visible{outline:3px solid #f59e0b;outline-offset:2px}
@media(prefers-color-scheme:dark){body{background:#0e141b;color:#e8eef4}article,.event{background:#18212b}.dim,label{color:#9fb0c0}a{color:#8ab4ff}.good{color:#5fd6a3}.bad{color:#ff9c92}}
</style></head><body><main><h1>Payments</h1><p>What the shops asked for, what payers did, what the server was told and what it answered. Reload for more; <a href="/">the phones</a>, <a href="/mails">the mails</a>.</p>${body}</main></body></html>`;
}
