// deploy/sandbox as a process of its own, and short words for its control API.

import { writeFileSync } from "node:fs";
import { app_secret, verify_token } from "./server.mjs";
import { root, until } from "./workspace.mjs";

export class sandbox {
  constructor(workspace, { port, smtp_port, webhook, businesses }) {
    this.workspace = workspace;
    this.url = `http://127.0.0.1:${port}`;
    this.smtp = `smtp://127.0.0.1:${smtp_port}`;
    const accounts = workspace.file("accounts.jsonl");
    writeFileSync(accounts, businesses.map((one) => JSON.stringify(one)).join("\n") + "\n");
    const args = [`${root}/deploy/sandbox/server.mjs`, "--listen", `127.0.0.1:${port}`, "--smtp", `127.0.0.1:${smtp_port}`, "--webhook", webhook, "--accounts", accounts];
    const env = { SANDBOX_APP_SECRET: app_secret, SANDBOX_VERIFY_TOKEN: verify_token, SANDBOX_APP_ID: "1000000000000001", SANDBOX_PAYSTACK_KEY: "sk_test_sandbox" };
    this.process = workspace.start(process.execPath, args, { env, log: "sandbox" });
  }

  ready() {
    return until("the sandbox answers", async () => (await fetch(`${this.url}/control/counters`)).ok, { explain: () => this.workspace.log_tail("sandbox") });
  }

  async #ask(method, path, body) {
    const init = { method, signal: AbortSignal.timeout(60_000) };
    if (body !== undefined) Object.assign(init, { headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    const answer = await fetch(`${this.url}/control${path}`, init);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`sandbox: ${method} ${path} ${JSON.stringify(body ?? "")}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }

  // What has no word of its own here (deploy/sandbox/README.md).
  control(method, path, body) {
    return this.#ask(method, path, body);
  }

  // who: {channel, account, customer}. -> {mid, status}: the webhook's first status, 0 if nobody answered
  say(who, text, more = {}) {
    return this.#ask("POST", "/say", { ...who, text, ...more });
  }

  echo(who, text) {
    return this.#ask("POST", "/echo", { ...who, text });
  }

  async transcript({ channel, account, customer }) {
    return (await this.#ask("GET", `/transcript?${new URLSearchParams({ channel, account, customer })}`)).messages;
  }

  // What the business said to this customer, oldest first; `by` "app" or "person" narrows it.
  async replies(who, by) {
    return (await this.transcript(who)).filter((message) => message.from === "business" && (by === undefined || message.by === by));
  }

  set(changes) {
    return this.#ask("POST", "/switches", changes);
  }

  counters() {
    return this.#ask("GET", "/counters");
  }

  // A person answers the login dialog behind `url`. -> where the browser is sent back to
  async log_in(url, { grant = [], without = [], decision = "accept" } = {}) {
    const body = new URLSearchParams([["decision", decision], ...grant.map((id) => ["grant", id]), ...without.map((one) => ["without", one])]);
    const answer = await fetch(url, { method: "POST", body, redirect: "manual" });
    if (answer.status !== 303) throw new Error(`the dialog answered ${answer.status}: ${await answer.text()}`);
    return new URL(answer.headers.get("location"));
  }

  // What the window of WhatsApp's signup tells the page. -> {code, waba_id, phone_number_id}
  sign_up(accounts, more = {}) {
    return this.#ask("POST", "/signup", { accounts, ...more });
  }

  add_account(account) {
    return this.#ask("POST", "/accounts", account);
  }

  // No token opens this account any more.
  revoke({ channel, account }) {
    return this.#ask("POST", "/revoke", { channel, account });
  }

  pay(reference, more = {}) {
    return this.#ask("POST", "/pay", { reference, ...more });
  }

  payments() {
    return this.#ask("GET", "/payments");
  }

  // Mails to this address, oldest first.
  async mails(to) {
    return (await this.#ask("GET", `/mails?${new URLSearchParams({ to })}`)).mails;
  }

  // Waits until `count` mails to this address are there, and gives them.
  async got_mails(to, count = 1, { seconds = 20 } = {}) {
    let found = [];
    await until(`${to} has ${count} mails`, async () => {
      found = await this.mails(to);
      return found.length >= count;
    }, { seconds, explain: () => `has ${found.length}: ${found.map(({ subject }) => subject)}\n${this.workspace.log_tail("server")}` });
    return found;
  }

  // Waits until the app has said `count` messages to this customer, and gives them.
  async heard(who, count, { seconds = 20, given_up } = {}) {
    let replies = [];
    await until(`${who.channel} customer ${who.customer} has ${count} replies`, async () => {
      replies = await this.replies(who, "app");
      return replies.length >= count;
    }, { seconds, ...(given_up ? { given_up } : {}), explain: () => `has ${replies.length}: ${JSON.stringify(replies.map(({ text }) => text))}\n${this.workspace.log_tail("server")}` });
    return replies;
  }
}
