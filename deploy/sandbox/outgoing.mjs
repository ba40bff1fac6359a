// A message of the business on its way to a phone: the send window, the acceptance, and the webhooks that follow it.

import * as events from "./meta_events.mjs";
import { graph_error } from "./graph_error.mjs";
import { sleep } from "./http.mjs";

const hour_ms = 3_600_000;
const human_agent_hours = 7 * 24;
const delivered_after_ms = 40;
const read_after_ms = 120;

export class outgoing {
  #conversations;
  #counters;
  #switches;
  #webhooks;
  #app_id;
  #clock;
  #generation = 0;  // a reset ends what is still being told

  constructor({ conversations, counters, switches, webhooks, app_id, clock }) {
    this.#conversations = conversations;
    this.#counters = counters;
    this.#switches = switches;
    this.#webhooks = webhooks;
    this.#app_id = app_id;
    this.#clock = clock;
  }

  // Accepts a parsed send for delivery. -> the message; throws graph_error.
  async send(account, draft) {
    const in_window = this.#check_window(account, draft);
    const message = {
      mid: events.new_mid(account.channel),
      text: draft.text ?? draft.shown ?? "",
      at: this.#clock(),
      state: "sent",
      by: "app",
      ...(draft.buttons.length > 0 ? { buttons: draft.buttons } : {}),
      ...(draft.image ? { image: draft.image } : {}),
      ...(draft.kind ? { kind: draft.kind } : {}),
      ...(draft.reply_to ? { reply_to: draft.reply_to } : {}),
      ...(draft.correlation ? { correlation: draft.correlation } : {}),
    };
    this.#counters.sent(account, draft.customer);
    if (in_window) this.#conversations.business_said(account, draft.customer, message);
    const told = this.#tell(account, draft, message, in_window);
    if (this.#switches.take("graph.echo_first")) await told.first;
    return message;
  }

  // A message that a person wrote in the channel's own app. -> {mid, status}
  async person_said(account, customer, text) {
    const message = { mid: events.new_mid(account.channel), text, at: this.#clock(), state: "sent", by: "person" };
    this.#conversations.business_said(account, customer, message);
    const status = await this.#post(account, customer, events.person_echo(account, customer, message));
    return { mid: message.mid, status };
  }

  reset() {
    this.#generation += 1;
  }

  #check_window(account, { customer, human_agent, template }) {
    const last = this.#conversations.last_inbound(account, customer);
    if (account.channel === "whatsapp") return template || this.#within(last, this.#switches.value("graph.window_hours"));
    if (last === undefined) throw stranger(account);
    if (this.#within(last, human_agent ? human_agent_hours : this.#switches.value("graph.window_hours"))) return true;
    throw window_closed(account);
  }

  #within(last, hours) {
    return last !== undefined && this.#clock() - last < hours * hour_ms;
  }

  // Starts the webhooks that follow an acceptance, in the order in which Meta tells them. -> {first}, when the first was posted.
  #tell(account, draft, message, in_window) {
    const steps = account.channel === "whatsapp" ? this.#statuses(account, draft, message, in_window)
                                                 : this.#echo_and_marks(account, draft, message);
    const first = steps[0]();
    void this.#webhooks.expect(this.#tell_rest(steps.slice(1), first));
    return { first };
  }

  async #tell_rest(steps, first) {
    const generation = this.#generation;
    await first;
    for (const step of steps) {
      if (generation !== this.#generation) return;
      await step();
    }
  }

  #statuses(account, { customer }, message, in_window) {
    if (!in_window) return [() => this.#status(account, customer, message, "failed", re_engagement)];
    return [
      () => this.#status(account, customer, message, "sent"),
      () => this.#mark(account, customer, message, "delivered", delivered_after_ms),
      () => this.#status(account, customer, message, "delivered"),
      () => this.#mark(account, customer, message, "read", read_after_ms),
      () => this.#status(account, customer, message, "read"),
    ];
  }

  #echo_and_marks(account, { customer, text, attachments }, message) {
    const echo = events.own_echo(account, customer, { ...message, text, attachments }, this.#app_id);
    const told = (event) => this.#post(account, customer, event(account, customer, message.mid, this.#clock()));
    return [
      () => this.#post(account, customer, echo, this.#proof(account, customer, message)),
      () => this.#mark(account, customer, message, "delivered", delivered_after_ms),
      () => (account.channel === "messenger" ? told(events.delivered) : undefined),
      () => this.#mark(account, customer, message, "read", read_after_ms),
      () => told(events.read),
    ];
  }

  async #mark(account, customer, { mid }, state, after_ms) {
    await sleep(after_ms);
    this.#conversations.change(account, customer, mid, { state });
  }

  #status(account, customer, message, status, error) {
    return this.#post(account, customer, events.whatsapp_status(customer, message, status, this.#clock(), error),
                      error ? undefined : this.#proof(account, customer, message));
  }

  #proof(account, customer, { correlation }) {
    return () => this.#conversations.proven(account, customer, correlation);
  }

  #post(account, customer, item, accepted) {
    if (!account.subscribed) return Promise.resolve(0);
    return this.#webhooks.deliver(`${account.key}/${customer}`, events.envelope(account, item, this.#clock()), accepted);
  }
}

function stranger({ channel }) {
  const subcode = channel === "messenger" ? 2018001 : 2534014;
  return new graph_error(100, "(#100) No matching user found", { subcode });
}

function window_closed({ channel }) {
  const subcode = channel === "messenger" ? 2018278 : 2534022;
  return new graph_error(10, "(#10) This message is sent outside of allowed window.", { subcode, status: 403 });
}

const re_engagement = {
  code: 131047,
  title: "Re-engagement message",
  message: "Re-engagement message",
  error_data: { details: "Message failed to send because more than 24 hours have passed since the customer last replied to this number." },
};
