// The businesses' accounts on the three channels, and the tokens that open them.

import { randomBytes } from "node:crypto";

const demo = [
  { business: "ada", name: "Ada Fabrics", channel: "messenger", id: "page_0001" },
  { business: "ada", name: "Ada Fabrics", channel: "instagram", id: "17841400000000001" },
  { business: "ada", name: "Ada Fabrics", channel: "whatsapp", id: "106540000000001", waba: "206540000000001" },
  { business: "kofi", name: "Kofi Sound", channel: "messenger", id: "page_0002" },
  { business: "kofi", name: "Kofi Sound", channel: "instagram", id: "17841400000000002" },
  { business: "kofi", name: "Kofi Sound", channel: "whatsapp", id: "106540000000002", waba: "206540000000002" },
  // Nobody's yet: for whoever signs up and connects a first channel.
  { business: "newcomer", name: "Your New Shop", channel: "messenger", id: "page_0009", subscribed: false },
  { business: "newcomer", name: "Your New Shop", channel: "instagram", id: "17841400000000009", subscribed: false },
];

export const channels = ["instagram", "messenger", "whatsapp"];

export class accounts {
  #all = [];
  #by_token = new Map();
  #by_key = new Map();

  constructor() {
    for (const entry of demo) this.add(entry);
  }

  // Of WhatsApp: `registered` false is a number that the Cloud API does not have yet, `pin` its two-step PIN.
  // `tasks`: what whoever logs in may do for a page.
  add({ business, name, channel, id, waba, token, registered = true, pin, tasks, subscribed = true }) {
    const account = {
      business,
      name,
      channel,
      id,
      waba: waba ?? (channel === "whatsapp" ? `2${id.slice(1)}` : undefined),
      token: token ?? `sandbox-token-${id}`,
      key: `${channel}/${id}`,
      // Instagram's trap: /me says an app-scoped `id` beside the `user_id` that webhooks carry.
      scoped_id: channel === "instagram" ? `2897${id.slice(4)}` : undefined,
      username: `${business.replace(/[^a-z0-9]/gi, "").toLowerCase()}.shop`,
      display_phone_number: channel === "whatsapp" ? `1555${id.slice(-7)}` : undefined,
      subscribed,
      registered,
      pin,
      tasks,
    };
    const known = this.#by_key.get(account.key);
    if (known) {
      Object.assign(known, { token: account.token, name });
      this.#by_token.set(known.token, known);
      return known;
    }
    this.#all.push(account);
    this.#by_key.set(account.key, account);
    this.#by_token.set(account.token, account);
    return account;
  }

  // Adds what a provisioning file (JSON Lines) names; so a load test may bring its own businesses.
  add_provisioned(text) {
    for (const line of text.split("\n").filter((one) => one.trim() !== "")) {
      const { key, business, connections = [] } = JSON.parse(line);
      for (const { channel, external_id, access_token } of connections) {
        this.add({ business: key ?? business, name: business, channel, id: external_id, token: access_token });
      }
    }
  }

  all() {
    return this.#all;
  }

  by_token(token) {
    return this.#by_token.get(token);
  }

  // One more token that opens it.
  issue(account) {
    const token = `${account.channel === "instagram" ? "IGAA" : "EAA"}${randomBytes(30).toString("base64url")}`;
    this.#by_token.set(token, account);
    return token;
  }

  // None opens it any more.
  revoke(account) {
    for (const [token, one] of this.#by_token) if (one === account) this.#by_token.delete(token);
    account.login_token = undefined;
  }

  find(channel, id) {
    if (id !== undefined) return this.#by_key.get(`${channel}/${id}`);
    return this.#all.find((account) => account.channel === channel);
  }

  sibling(account, channel) {
    return this.#all.find((other) => other.business === account.business && other.channel === channel);
  }
}
