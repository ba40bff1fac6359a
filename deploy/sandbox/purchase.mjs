// The smoke player: one purchase on each channel, as a customer would make it, against a running server and sandbox.
//
//   node purchase.mjs --sandbox http://127.0.0.1:9700 [--timeout 60] [--business ada]
//
// Exit 0 when all purchases were completed, 1 otherwise with the step that failed and what to check.

import { readFileSync } from "node:fs";
import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { get, post } from "./post.mjs";

const quantity = 2;
const poll_ms = 150;
const names = { instagram: "Instagram", messenger: "Messenger", whatsapp: "WhatsApp" };

class step_failed extends Error {
  constructor(step, expected, check) {
    super(step);
    Object.assign(this, { step, expected, check });
  }
}

class purchase {
  #sandbox;
  #channel;
  #account;
  #product;
  #deadline;
  #seen = new Set();
  #log = [];

  constructor({ sandbox, channel, account, product, timeout_s }) {
    this.#sandbox = sandbox;
    this.#channel = channel;
    this.#account = account;
    this.#product = product;
    this.#deadline = Date.now() + timeout_s * 1000;
    const tail = `${Date.now()}${randomInt(100, 1000)}`;
    this.customer = channel === "whatsapp" ? `234${tail.slice(-10)}` : `7${tail}`;
  }

  // -> {ok, log, seconds}
  async play() {
    const started = Date.now();
    this.#note(`${names[this.#channel]}, customer ${this.customer}, business account ${this.#account}`);
    try {
      await this.#greet();
      await this.#ask_price();
      const link = (await this.#order()) ?? (await this.#ask_checkout());
      await this.#pay(link);
      await this.#confirm();
      this.#note(`done in ${seconds_since(started)} s`);
      return { ok: true, log: this.#log };
    } catch (error) {
      if (!(error instanceof step_failed)) this.#note(`FAILED: ${error.message}`);
      else this.#note(`FAILED at step "${error.step}"`, `expected: ${error.expected}`, ...error.check.map((hint) => `check: ${hint}`));
      return { ok: false, log: this.#log };
    }
  }

  async #greet() {
    await this.#say("Hello!", "greet");
    await this.#wait("greet", "any reply of the business", () => true, [
      "does the server's log show the webhook? is the account connected (./deploy/demo/business.jsonl provisioned)?",
      "can the server reach a model? the sandbox's own are at /openai/v1, /anthropic and /groq/openai/v1",
      "does the server send to the sandbox (meta.graph_url, meta.instagram_url)? see GET /control/counters",
    ]);
  }

  async #ask_price() {
    await this.#say(`How much is the ${this.#product.name}?`, "ask the price");
    await this.#wait("ask the price", `a reply with the price ${money(this.#product.price_minor)}`,
      (message) => has_amount(message, this.#product.price_minor),
      ["is the catalogue in the system prompt, as `- [SKU] name: CUR 1,234.00 (n in stock)`?", "has the price been edited?"]);
  }

  // -> a payment link, when the business sends it at once
  async #order() {
    const total = quantity * this.#product.price_minor;
    await this.#say(`I want ${quantity} ${this.#product.name}`, "order");
    const answer = await this.#wait("order", `a reply with the order's total ${money(total)}`,
      (message) => has_amount(message, total),
      ["was place_order offered and accepted? is there stock? see the order desk's log"],
      { nudge: "Yes please" });
    return pay_link(answer);
  }

  async #ask_checkout() {
    await this.#say("Checkout please", "ask for checkout");
    const answer = await this.#wait("ask for checkout", "a message with a payment link that contains /pay/", (message) => pay_link(message) !== undefined,
      ["is a Paystack connection provisioned with the sandbox's key?", "is payments.paystack_url the sandbox's /paystack?", "is http.public_url set? without it there are no payment links"],
      { nudge: "The payment link please", answers: [[/e-?mail/i, `My email is smoke.${this.customer}@example.com`], [/address|your name/i, "My name is Amara Obi, my address is 12 Marina Road, Lagos"]] });
    return pay_link(answer);
  }

  async #pay(link) {
    this.#note(`opens ${link}`);
    const page = await get(link, 10_000);
    if (page.status !== 200) throw new step_failed("open the payment link", `200, not ${page.status || page.error}`, ["is the link the sandbox's own /pay/ page?"]);
    const started = Date.now();
    const paid = await post(link, Buffer.from("outcome=success"), { "content-type": "application/x-www-form-urlencoded" }, 10_000);
    if (paid.status !== 200 && paid.status !== 303) throw new step_failed("pay", `200 or 303, not ${paid.status || paid.error}`, ["see the sandbox's log"]);
    this.#note(`paid on the pay page (${Date.now() - started} ms)`);
  }

  async #confirm() {
    await this.#say("I have paid", "say that it is paid");
    await this.#wait("say that it is paid", "a message that the payment was received", confirms,
      ["was check_payment accepted, and does the server's verify call say success? see GET /control/payments", "are amount, currency and reference what the order expects?"],
      { nudge: "I have paid, please check again", nudge_after_s: 6 });
  }

  async #say(text, step) {
    const { status, body } = await this.#control("POST", "/say", { channel: this.#channel, account: this.#account, customer: this.customer, name: "Amara Obi", text });
    if (status !== 200) throw new step_failed(step, "the sandbox to take the message", [`it answered ${status}: ${JSON.stringify(body)}`]);
    this.#note(`customer: ${text}`);
    this.#said_at = Date.now();
    if (body.status === 200) return;
    this.#note(`(the webhook was answered ${body.status === 0 ? "by nobody" : body.status}; the sandbox tries again)`);
  }

  #said_at = 0;

  // Waits for a new message of the business that `fits`; shows every message that comes meanwhile.
  async #wait(step, expected, fits, check, { nudge, nudge_after_s = 15, answers = [] } = {}) {
    let nudge_at = nudge ? Date.now() + nudge_after_s * 1000 : Infinity;
    const open_answers = [...answers];
    while (Date.now() < this.#deadline) {
      for (const message of await this.#news()) {
        this.#note(`business (${(Math.max(0, message.at - this.#said_at) / 1000).toFixed(1)} s): ${shown(message)}`);
        if (fits(message)) return message;
        const at = open_answers.findIndex(([asked]) => asked.test(message.text));
        if (at >= 0) {
          const [[, reply]] = open_answers.splice(at, 1);
          await this.#say(reply, step);
          nudge_at = Date.now() + 2500;
        }
      }
      if (Date.now() >= nudge_at) {
        await this.#say(nudge, step);
        nudge_at = Date.now() + nudge_after_s * 1000;
      }
      await sleep(poll_ms);
    }
    throw new step_failed(step, expected, check);
  }

  async #news() {
    const query = new URLSearchParams({ channel: this.#channel, account: this.#account, customer: this.customer });
    const { status, body } = await this.#control("GET", `/transcript?${query}`);
    if (status !== 200) throw new Error(`the sandbox does not answer (${status})`);
    const fresh = body.messages.filter((message) => message.from === "business" && !this.#seen.has(message.mid));
    for (const { mid } of fresh) this.#seen.add(mid);
    return fresh;
  }

  #control(method, path, value) {
    return control(this.#sandbox, method, path, value);
  }

  #note(...lines) {
    this.#log.push(...lines);
  }
}

async function control(sandbox, method, path, value) {
  const url = `${sandbox}/control${path}`;
  const answer = method === "GET" ? await get(url, 15_000)
                                  : await post(url, Buffer.from(JSON.stringify(value ?? {})), { "content-type": "application/json" }, 30_000);
  try {
    return { status: answer.status, body: JSON.parse(answer.body), error: answer.error };
  } catch {
    return { status: answer.status, body: {}, error: answer.error };
  }
}

function texts_of(message) {
  return [message.text, ...(message.buttons ?? []).flatMap(({ title, url }) => [title, url])].filter(Boolean).join("\n");
}

function shown(message) {
  const buttons = (message.buttons ?? []).map(({ title, url }) => (url ? `[${title}: ${url}]` : `[${title}]`)).join(" ");
  return `${message.text}${buttons ? ` ${buttons}` : ""}`.replaceAll("\n", "\n    ");
}

// The amount in any notation: 30000, 30,000.00, 30 000,00, 30.000
export function has_amount(message, minor) {
  const whole = String(Math.floor(minor / 100));
  const full = String(minor).padStart(3, "0");
  const cents_matter = minor % 100 !== 0;
  const found = texts_of(message).replace(/https?:\/\/\S+/g, "").match(/\d(?:[\d.,'\u00a0\u202f ]*\d)?/g) ?? [];
  return found.some((text) => {
    const digits = text.replace(/\D/g, "");
    return digits === full || (!cents_matter && digits === whole);
  });
}

export function pay_link(message) {
  const urls = texts_of(message).match(/https?:\/\/[^\s<>"']+/g) ?? [];
  return urls.map((url) => url.replace(/[.,;:!?)\]]+$/, "")).find((url) => url.includes("/pay/") && !url.includes("/pay/return"));
}

// One sentence that says it, and does not take it back.
export function confirms(message) {
  const sentences = texts_of(message).toLowerCase().split(/[.!?\n]+/);
  return sentences.some((sentence) => /\b(paid|received|arrived|confirmed)\b/.test(sentence)
    && !/\b(not|no|never|cannot|pending|waiting|once|after|when|if|until|unless|soon|unpaid)\b|n['\u2019]t\b/.test(sentence));
}

function money(minor) {
  return (minor / 100).toLocaleString("en", { minimumFractionDigits: 2 });
}

function seconds_since(start) {
  return ((Date.now() - start) / 1000).toFixed(1);
}

function options_of(argv) {
  const options = { sandbox: "http://127.0.0.1:9700", timeout: "60", business: "ada" };
  for (let i = 0; i < argv.length; i += 2) {
    const name = argv[i].replace(/^--/, "");
    if (!Object.hasOwn(options, name) || argv[i + 1] === undefined) throw new Error(`unknown or incomplete option ${argv[i]}`);
    options[name] = argv[i + 1];
  }
  if (!(Number(options.timeout) > 0)) throw new Error("--timeout must be a number of seconds");
  return { ...options, sandbox: options.sandbox.replace(/\/$/, ""), timeout: Number(options.timeout) };
}

function business_named(key) {
  const lines = readFileSync(new URL("../demo/business.jsonl", import.meta.url), "utf8").split("\n").filter(Boolean);
  const found = lines.map((line) => JSON.parse(line)).find((one) => (one.key ?? one.business) === key);
  if (!found) throw new Error(`no business ${key} in deploy/demo/business.jsonl`);
  return found;
}

async function main() {
  const { sandbox, timeout, business } = options_of(process.argv.slice(2));
  const { connections, products: [product] } = business_named(business);
  const handshake = await control(sandbox, "POST", "/handshake", {});
  if (handshake.status !== 200) {
    console.log(`smoke: the sandbox at ${sandbox} does not answer (${handshake.error ?? handshake.status}); is it running?`);
    return 1;
  }
  console.log(handshake.body.ok ? "webhook handshake: verified" : `webhook handshake FAILED: ${handshake.body.detail}; check the verify token and --webhook`);
  const plays = ["instagram", "messenger", "whatsapp"].map(async (channel) => {
    const account = connections.find((connection) => connection.channel === channel).external_id;
    const result = await new purchase({ sandbox, channel, account, product, timeout_s: timeout }).play();
    console.log(`\n--- ${result.log.join("\n    ")}`);
    return result.ok;
  });
  const completed = (await Promise.all(plays)).filter(Boolean).length;
  const { body: counted } = await control(sandbox, "GET", "/counters");
  const twice = (counted.resends ?? []).length;
  console.log(`\nsends ${counted.sends_total}, sent twice under one key ${twice}, webhooks ${JSON.stringify(counted.webhooks)}`);
  console.log(`smoke: ${completed} of ${plays.length} purchases completed`);
  return completed === plays.length ? 0 : 1;
}

if (process.argv[1] === (await import("node:url")).fileURLToPath(import.meta.url)) {
  process.exitCode = await main().catch((error) => {
    console.log(`smoke: ${error.message}`);
    return 1;
  });
  process.exit();
}
