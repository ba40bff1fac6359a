// What stands on the customers' phones: the conversations, bounded.

const most_conversations = 5000;
const most_messages = 200;
const most_windows = 200_000;  // a number each; outlives the transcript so that a long test keeps its send windows
const most_message_ids = 50_000;
const typing_ms = 20_000;

export class conversations {
  #table = new Map();
  #last_inbound = new Map();
  #by_mid = new Map();
  #stream;
  #clock;

  constructor({ stream, clock }) {
    this.#stream = stream;
    this.#clock = clock;
  }

  customer_said(account, customer, name, message) {
    const conversation = this.#open(account, customer);
    if (name) conversation.name = name;
    bounded_set(this.#last_inbound, key_of(account, customer), this.#clock(), most_windows);
    return this.#append(conversation, { ...message, from: "customer" });
  }

  business_said(account, customer, message) {
    const conversation = this.#open(account, customer);
    this.#typing(conversation, 0);
    if (message.text && message.by === "app") bounded_add(conversation.texts, message.text);
    if (message.correlation) {
      const sends = conversation.correlations.get(message.correlation) ?? { at: [] };
      sends.at.push(message.at);
      bounded_set(conversation.correlations, message.correlation, sends, most_messages);
    }
    return this.#append(conversation, { ...message, from: "business" });
  }

  // A reaction, a deletion, an edit or a tick of a message that is there already.
  change(account, customer, mid, changes) {
    const message = this.find(account, customer)?.messages.find((one) => one.mid === mid);
    if (!message) return undefined;
    Object.assign(message, changes);
    this.#publish("change", account, customer, { message });
    return message;
  }

  // The server has taken an echo or a status of the message with this key: it can know that it arrived.
  proven(account, customer, key) {
    const sends = this.find(account, customer)?.correlations.get(key);
    if (sends) sends.proven_at ??= this.#clock();
  }

  // The business has seen everything so far.
  seen(account, customer) {
    for (const message of this.find(account, customer)?.messages ?? []) {
      if (message.from === "customer" && message.state !== "read") this.change(account, customer, message.mid, { state: "read" });
    }
  }

  typing(account, customer, on) {
    const conversation = this.find(account, customer);
    if (conversation) this.#typing(conversation, on ? this.#clock() + typing_ms : 0);
  }

  #typing(conversation, until) {
    if (until === 0 && conversation.typing_until === 0) return;
    conversation.typing_until = until;
    this.#publish("typing", conversation.account, conversation.customer, { typing: until !== 0 });
  }

  is_typing(conversation) {
    return conversation.typing_until > this.#clock();
  }

  find(account, customer) {
    return this.#table.get(key_of(account, customer));
  }

  // -> milliseconds since the epoch, or undefined for a stranger.
  last_inbound(account, customer) {
    return this.#last_inbound.get(key_of(account, customer));
  }

  // -> the conversation in which a message stands.
  of_message(mid) {
    return this.#by_mid.get(mid);
  }

  of_account(account) {
    return [...this.#table.values()].filter((conversation) => conversation.account === account);
  }

  all() {
    return [...this.#table.values()];
  }

  reset() {
    this.#table.clear();
    this.#last_inbound.clear();
    this.#by_mid.clear();
  }

  #open(account, customer) {
    const key = key_of(account, customer);
    const known = this.#table.get(key);
    if (known) {
      this.#table.delete(key);  // moves it to the young end
      this.#table.set(key, known);
      return known;
    }
    const fresh = { account, customer, name: "", messages: [], typing_until: 0, texts: new Map(), correlations: new Map() };
    bounded_set(this.#table, key, fresh, most_conversations);
    return fresh;
  }

  #append(conversation, message) {
    conversation.messages.push(message);
    bounded_set(this.#by_mid, message.mid, conversation, most_message_ids);
    if (conversation.messages.length > most_messages) conversation.messages.shift();
    this.#publish("message", conversation.account, conversation.customer, { name: conversation.name, message });
    return message;
  }

  #publish(type, account, customer, rest) {
    this.#stream.publish({ type, channel: account.channel, account: account.id, customer, ...rest });
  }
}

function key_of(account, customer) {
  return `${account.key}/${customer}`;
}

function bounded_set(map, key, value, most) {
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value);
}

function bounded_add(map, key) {
  bounded_set(map, key, (map.get(key) ?? 0) + 1, most_messages);
}
