// What was asked and what was sent, counted.

const most_customers = 20_000;

export class counters {
  #counts = new Map();
  #sends = new Map();
  #sends_total = 0;

  count(name, by = 1) {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  sent(account, customer) {
    const key = `${account.channel}/${account.id}/${customer}`;
    this.#sends.set(key, (this.#sends.get(key) ?? 0) + 1);
    this.#sends_total += 1;
    if (this.#sends.size > most_customers) this.#sends.delete(this.#sends.keys().next().value);
  }

  reset() {
    this.#counts.clear();
    this.#sends.clear();
    this.#sends_total = 0;
  }

  // duplicates: the same text, resends: the same correlation key (metadata, biz_opaque_callback_data), twice to one customer,
  // with the time of each send and when the server first took an echo or a status of one.
  report(all_conversations) {
    return {
      requests: group(this.#counts, "request "),
      webhooks: group(this.#counts, "webhook "),
      payments: group(this.#counts, "payment "),
      sends_total: this.#sends_total,
      sends: Object.fromEntries(this.#sends),
      duplicates: repeated(all_conversations, "texts", (text, times) => ({ times, text })),
      resends: repeated(all_conversations, "correlations", (key, { at, proven_at }) => ({ times: at.length, key, sent_at: at, proven_at })),
    };
  }
}

function group(counts, prefix) {
  return Object.fromEntries(
    [...counts].filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value]),
  );
}

function repeated(all_conversations, field, described) {
  return all_conversations.flatMap((conversation) => {
    const { account, customer } = conversation;
    return [...conversation[field]].map(([key, value]) => described(key, value)).filter(({ times }) => times >= 2)
      .map((one) => ({ channel: account.channel, account: account.id, customer, ...one }));
  });
}
