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

  // duplicates: the same text, resends: the same correlation key (metadata, biz_opaque_callback_data), twice to one customer.
  report(all_conversations) {
    return {
      requests: group(this.#counts, "request "),
      webhooks: group(this.#counts, "webhook "),
      payments: group(this.#counts, "payment "),
      sends_total: this.#sends_total,
      sends: Object.fromEntries(this.#sends),
      duplicates: repeated(all_conversations, "texts", "text"),
      resends: repeated(all_conversations, "correlations", "key"),
    };
  }
}

function group(counts, prefix) {
  return Object.fromEntries(
    [...counts].filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value]),
  );
}

function repeated(all_conversations, field, label) {
  const found = [];
  for (const conversation of all_conversations) {
    for (const [value, times] of conversation[field]) {
      if (times < 2) continue;
      const { account, customer } = conversation;
      found.push({ channel: account.channel, account: account.id, customer, [label]: value, times });
    }
  }
  return found;
}
