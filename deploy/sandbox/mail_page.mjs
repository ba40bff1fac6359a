// The inbox of everybody: /mails shows what arrived, newest first.

import { answer, refusal } from "./http.mjs";
import { escaped } from "./pay_page.mjs";

const policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

export class mail_page {
  #mails;

  constructor({ mails }) {
    this.#mails = mails;
  }

  handle(request, response) {
    if (request.method !== "GET") throw new refusal(405, "GET only", { allow: "GET" });
    const found = [...this.#mails.all()].reverse();
    const list = found.length === 0 ? "<p>No mail yet. Sign up, or ask for a new password, and look again.</p>" : found.map(article).join("");
    answer(response, 200, "text/html; charset=utf-8", layout(list), { "content-security-policy": policy });
  }
}

function article({ subject, from, to, at, text }) {
  const linked = escaped(text).replace(/https?:\/\/[^\s<]+/g, (url) => `<a href="${url}" rel="noreferrer">${url}</a>`);
  const time = new Date(at).toISOString();
  return `<article><h2>${escaped(subject)}</h2><p>to <b>${escaped(to)}</b>, from ${escaped(from)}, <time datetime="${time}">${time.slice(11, 19)} UTC</time></p>
<pre>${linked}</pre></article>`;
}

function layout(list) {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Sandbox mails</title><style>
:root{color-scheme:light dark}body{margin:0 auto;max-width:44rem;padding:1rem;font:16px/1.5 system-ui,sans-serif;background:#e9edf2;color:#15202b}
article{background:#fff;border-radius:12px;padding:1rem 1.25rem;margin:1rem 0}h1{font-size:1.35rem;margin:0}h2{font-size:1.05rem;margin:0}
article p{margin:0;color:#566472;font-size:.9rem;overflow-wrap:anywhere}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:.75rem 0 0}
a{color:#1d4ed8}:focus-visible{outline:3px solid #f59e0b;outline-offset:2px}
@media(prefers-color-scheme:dark){body{background:#0e141b;color:#e8eef4}article{background:#18212b}article p{color:#9fb0c0}a{color:#8ab4ff}}
</style></head><body><main><h1>Mails</h1><p>Everything that the server sent, to whomever. Reload for more; <a href="/">the phones</a>.</p>${list}</main></body></html>`;
}
