// The businesses' accounts at the payment providers: which key opens one, where its events go and how they are signed.
// Test and live are two accounts, as nothing of one is seen with the key of the other.

import { is_web_url, refusal } from "./http.mjs";

export const providers = ["paystack", "flutterwave", "stripe"];

const key_shapes = {
  paystack: /^sk_(test|live)_/,
  flutterwave: /^FLWSECK(_TEST)?-/,
  stripe: /^[sr]k_(test|live)_/,
};
const ready_made = {
  paystack: ["sk_test_sandbox", "sk_live_sandbox"],
  flutterwave: ["FLWSECK_TEST-sandbox-X", "FLWSECK-sandbox-X"],
  stripe: ["sk_test_sandbox", "sk_live_sandbox"],
};
const ready_made_secrets = { paystack: [], flutterwave: ["sandbox-secret-hash"], stripe: ["whsec_sandbox"] };
const most_merchants = 20_000;

export class merchants {
  #by_key = new Map();
  #any_address;              // for those that have none of their own; {provider} stands for its name
  #addresses = new Map();    // provider -> the same for one provider

  // paystack_key takes the place of the ready-made test key; address: where events go unless said otherwise
  constructor({ paystack_key, address }) {
    this.#any_address = address;
    for (const provider of providers) {
      for (const key of ready_made[provider]) {
        const is_replaced = provider === "paystack" && paystack_key && key.startsWith("sk_test_");
        this.add({ provider, key: is_replaced ? paystack_key : key });
      }
    }
  }

  // secrets: with which events are signed (Paystack signs with the key); style: "v3" or "v4" events of Flutterwave.
  add({ provider, key, business, address, secrets, style }) {
    if (!providers.includes(provider)) throw new refusal(400, { error: "provider must be one of", known: providers });
    if (typeof key !== "string" || !key_shapes[provider].test(key)) throw new refusal(400, `no secret key of ${provider}`);
    if (secrets !== undefined && !(Array.isArray(secrets) && secrets.every((one) => typeof one === "string" && one !== ""))) throw new refusal(400, "secrets must be a list of strings");
    if (style !== undefined && !["v3", "v4"].includes(style)) throw new refusal(400, "style must be v3 or v4");
    if (address !== undefined) check_address(address);
    const found = this.find(provider, key);
    if (!found && this.#by_key.size >= most_merchants) throw new refusal(400, "too many merchants");
    const merchant = found ?? { provider, key, mode: mode_of(provider, key), business: "", address: undefined, secrets: ready_made_secrets[provider], style: "v3" };
    if (business !== undefined) merchant.business = String(business);
    if (address !== undefined) merchant.address = address;
    if (secrets?.length > 0) merchant.secrets = secrets;
    if (style !== undefined) merchant.style = style;
    this.#by_key.set(`${provider} ${key}`, merchant);
    return merchant;
  }

  // Adds what a provisioning file (JSON Lines) names under "payments".
  add_provisioned(text) {
    for (const line of text.split("\n").filter((one) => one.trim() !== "")) {
      const { business, payments = [] } = JSON.parse(line);
      for (const { provider, secret_key, webhook_secrets } of payments) {
        if (!key_shapes[provider]?.test(secret_key)) continue;
        const other = this.find(provider, secret_key)?.business;
        this.add({ provider, key: secret_key, business: other && other !== business ? "several shops" : business, secrets: webhook_secrets });
      }
    }
  }

  find(provider, key) {
    return this.#by_key.get(`${provider} ${key}`);
  }

  all() {
    return [...this.#by_key.values()];
  }

  address_of({ provider, address }) {
    if (address !== undefined) return address ?? undefined;
    return (this.#addresses.get(provider) ?? this.#any_address)?.replaceAll("{provider}", provider);
  }

  // {url or null, provider?, key?, secrets?, style?}: where the events go of one merchant, of a provider's, of all.
  send_to({ url, provider, key, secrets, style }) {
    check_address(url);
    if (key !== undefined) return void this.add({ provider, key, address: url, secrets, style });
    if (provider === undefined) {
      this.#any_address = url ?? undefined;
      return;
    }
    if (!providers.includes(provider)) throw new refusal(400, { error: "provider must be one of", known: providers });
    this.#addresses.set(provider, url ?? undefined);
  }
}

function check_address(url) {
  if (url !== null && !is_web_url(url)) throw new refusal(400, "url must be http(s) or null");
}

function mode_of(provider, key) {
  const word = key_shapes[provider].exec(key)[1];
  return provider === "flutterwave" ? (word ? "test" : "live") : word;
}
