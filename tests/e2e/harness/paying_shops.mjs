// Three shops, each with its account at another payment provider.

import { demo_businesses } from "./world.mjs";

const tills = {
  ada: { provider: "stripe", mode: "test", secret_key: "sk_test_sandbox", webhook_secrets: ["whsec_sandbox"] },
  kofi: { provider: "flutterwave", mode: "test", secret_key: "FLWSECK_TEST-sandbox-X", webhook_secrets: ["sandbox-secret-hash"] },
  esi: { provider: "paystack", mode: "test", secret_key: "sk_test_sandbox", webhook_secrets: [] },
};

export function paying_shops() {
  const [ada, kofi] = demo_businesses((business) => ({ ...business, currency: "NGN", payments: [tills[business.key]] }));
  const connections = [{ channel: "messenger", external_id: "page_0003", access_token: "sandbox-token-page_0003" }];
  const esi = { ...ada, key: "esi", business: "Esi Beads", owner: { ...ada.owner, email: "esi@demo.example" }, connections, payments: [tills.esi] };
  return {
    businesses: [ada, kofi, esi],
    keys: Object.keys(tills),
    providers: Object.values(tills).map(({ provider }) => provider),
    provider_of: (key) => tills[key].provider,
    // The sandbox sends this shop's events to the server of `here`, or with `where` null nowhere.
    async events_go(here, key, where = "here") {
      const { provider } = tills[key];
      const [[connection]] = await here.server.sql(`SELECT id FROM payment_connections WHERE business_id = (SELECT id FROM businesses WHERE key = '${key}')`);
      const url = where === null ? null : `${here.server.url}/webhooks/payments/${provider}/${connection}`;
      await here.sandbox.control("POST", "/payment_webhook", { url, provider });
    },
  };
}
