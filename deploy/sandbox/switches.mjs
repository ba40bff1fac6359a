// The switches: what goes wrong on purpose. Each has a kind, a default and one sentence for the panel.
//
// kinds:  number          a quantity; 0 is "off" where that makes sense
//         fault           false | true (until switched off) | n (the next n times) | {times?, ...options}

import { is_object, refusal } from "./http.mjs";

const providers = ["openai", "anthropic", "groq"];
const payment_providers = ["paystack", "flutterwave", "stripe"];

const table = {
  "graph.latency_ms": number(0, 120_000, "each Graph answer takes this long"),
  "graph.error": fault(["code", "subcode", "status", "message", "channel", "accepted", "regain_minutes"],
    "sends are refused with this Graph error (with the option `accepted` the message is sent all the same; `regain_minutes`: what a rate limit says of its end, 1 unless given)"),
  "graph.lost_answer": fault([], "the send is accepted and shown, then the connection drops without an answer"),
  "graph.echo_first": fault([], "the echo or status webhook is delivered before the send is answered"),
  "login.error": fault(["step", "code", "subcode", "status"],
    "a step of a login is refused (exchange, debug_token, accounts, phone_numbers, subscribe or register; any without the option)"),
  "graph.window_hours": number(0, 1000, "hours after a customer's last message in which a reply is allowed", 24),
  "webhook.duplicate": fault([], "each webhook is posted twice"),
  "webhook.shuffle": fault([], "webhooks are collected for a moment and posted as one batch out of order"),
  "webhook.delay_ms": number(0, 600_000, "each webhook waits this long"),
  "webhook.lose": fault([], "the webhook is never posted (the message exists on the platform all the same)"),
  ...Object.assign({}, ...providers.map((name) => ({
    [`llm.${name}.outage`]: fault(["status"], "503, or the given status"),
    [`llm.${name}.latency_ms`]: number(0, 120_000, "each answer takes this long"),
    [`llm.${name}.rate_limit`]: fault(["retry_after"], "429 with Retry-After (seconds, 2 unless given)"),
    [`llm.${name}.quota`]: fault([], "the error of an account without money"),
    [`llm.${name}.garbage`]: fault([], "200 with bytes that are no answer"),
    [`llm.${name}.hang`]: fault([], "the request is read and never answered"),
  }))),
  ...Object.assign({}, ...payment_providers.map((name) => ({
    [`${name}.latency_ms`]: number(0, 120_000, "each answer takes this long"),
    [`${name}.error`]: fault(["status", "message", "path", "accepted", "page"], "500, or the given status (with the option `accepted` it is done all the same; `path`: only requests whose path has it; `page`: as a proxy on the way says it, in HTML)"),
    [`${name}.ok_with_error`]: fault(["message", "path"], "200 with an error in the body, and nothing is done"),
    [`${name}.lost_answer`]: fault(["path"], "it is done, then the connection drops without an answer"),
    [`${name}.duplicate_reference`]: fault([], "a new reference (Stripe: key) is said to be in use already"),
    [`${name}.settle_ms`]: number(0, 3_600_000, "a payment by a delayed method is settled after this long", 3000),
    [`${name}.refund_ms`]: number(0, 3_600_000, "a refund that is pending comes to its end after this long", 500),
    [`${name}.refund_fails`]: fault(["after_ms"], "a refund stays pending, then fails"),
    [`${name}.wrong_amount`]: fault(["by"], "another amount is paid than was asked for: 100 minor units less, or the option `by` more"),
    [`${name}.wrong_currency`]: fault(["currency"], "the same number is paid in another currency"),
    [`${name}.duplicate_events`]: fault([], "each payment event is posted twice"),
    [`${name}.late_events`]: fault(["ms"], "each payment event waits 3 s, or the given time"),
    [`${name}.shuffle_events`]: fault([], "payment events are collected for a moment and posted out of order"),
    [`${name}.lose_events`]: fault([], "the payment event is never posted"),
  }))),
  "smtp.outage": fault([], "the mail server turns everybody away (421)"),
  "smtp.reject": fault(["status"], "the recipient of a mail is refused with 550, or the given status"),
  "smtp.lost_answer": fault([], "the mail is kept, then the connection drops without an answer"),
  "smtp.hang": fault([], "the mail is kept and never answered"),
};

function number(least, most, about, initial = 0) {
  return { kind: "number", least, most, about, initial };
}

function fault(options, about) {
  return { kind: "fault", options, about, initial: false };
}

export class switches {
  #values = new Map();
  #changed;

  constructor(changed = () => {}) {
    this.#changed = changed;
    this.#clear();
  }

  value(name) {
    return this.#values.get(name);
  }

  // Asks a fault whether it strikes now, and counts it. -> its options, or null.
  take(name, applies = () => true) {
    const current = this.#values.get(name);
    if (current === false || !applies(current)) return null;
    if (current.times !== undefined) {
      current.times -= 1;
      if (current.times <= 0) this.#values.set(name, false);
      this.#changed(this.all());
    }
    return current;
  }

  // {"graph.latency_ms": 5} or {"graph": {"latency_ms": 5}}. All or nothing.
  set(changes) {
    const staged = [];
    for (const [name, value] of flatten(changes)) staged.push([name, checked(name, value)]);
    for (const [name, value] of staged) this.#values.set(name, value);
    this.#changed(this.all());
    return this.all();
  }

  reset() {
    this.#clear();
    this.#changed(this.all());
  }

  #clear() {
    for (const [name, entry] of Object.entries(table)) this.#values.set(name, entry.initial);
  }

  all() {
    return Object.fromEntries([...this.#values].map(([name, value]) => [name, shown(value)]));
  }

  static describe() {
    return Object.entries(table).map(([name, { kind, about, options = [], initial }]) => ({ name, kind, about, options, initial }));
  }
}

function flatten(value, prefix = "") {
  if (prefix !== "" && Object.hasOwn(table, prefix)) return [[prefix, value]];
  if (!is_object(value)) throw new refusal(400, { error: `unknown switch: ${prefix}`, known: Object.keys(table) });
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, prefix === "" ? key : `${prefix}.${key}`));
}

function checked(name, value) {
  const entry = table[name];
  if (entry.kind === "number") {
    if (typeof value === "number" && value >= entry.least && value <= entry.most) return value;
    throw new refusal(400, `${name} must be a number from ${entry.least} to ${entry.most}`);
  }
  if (value === false || value === null || value === 0) return false;
  if (value === true) return needs_code(name, {});
  if (is_count(value)) return needs_code(name, { times: value });
  if (!is_object(value)) throw new refusal(400, `${name} must be true, false, a count or an object`);
  const strange = Object.keys(value).filter((key) => key !== "times" && !entry.options.includes(key));
  if (strange.length > 0) throw new refusal(400, `${name} has no option ${strange.join(", ")}`);
  if (value.times === 0) return false;
  if (value.times !== undefined && !is_count(value.times)) throw new refusal(400, `${name}.times must be a count`);
  if (value.status !== undefined && !(Number.isInteger(value.status) && value.status >= 400 && value.status <= 599)) {
    throw new refusal(400, `${name}.status must be an HTTP error status`);
  }
  for (const option of ["ms", "after_ms"]) {
    if (value[option] !== undefined && !(value[option] >= 0 && value[option] <= 3_600_000)) throw new refusal(400, `${name}.${option} must be a number from 0 to 3600000`);
  }
  if (value.regain_minutes !== undefined && !(Number.isInteger(value.regain_minutes) && value.regain_minutes >= 0 && value.regain_minutes <= 1440)) {
    throw new refusal(400, `${name}.regain_minutes must be a whole number from 0 to 1440`);
  }
  if (value.by !== undefined && !Number.isSafeInteger(value.by)) throw new refusal(400, `${name}.by must be a whole number`);
  if (value.currency !== undefined && !/^[A-Z]{3}$/.test(value.currency)) throw new refusal(400, `${name}.currency must be a code of three letters`);
  if (value.path !== undefined && typeof value.path !== "string") throw new refusal(400, `${name}.path must be a string`);
  return needs_code(name, { ...value });
}

function needs_code(name, value) {
  if (name === "graph.error" && !Number.isInteger(value.code)) throw new refusal(400, "graph.error needs an integer code");
  return value;
}

function is_count(value) {
  return Number.isInteger(value) && value > 0 && value <= 1_000_000;
}

function shown(value) {
  if (!is_object(value)) return value;
  const keys = Object.keys(value);
  if (keys.length === 0) return true;
  return keys.length === 1 && keys[0] === "times" ? value.times : { ...value };
}
