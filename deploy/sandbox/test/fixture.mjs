// A sandbox with a receiver behind it, and short words for asking it.

import { start_sandbox } from "../server.mjs";
import { app_secret, start_receiver, verify_token } from "./receiver.mjs";

export const ada = { messenger: "page_0001", instagram: "17841400000000001", whatsapp: "106540000000001" };

export async function start_fixture(more = {}) {
  const receiver = await start_receiver();
  const time = { offset: 0 };
  const sandbox = await start_sandbox({
    host: "127.0.0.1",
    port: 0,
    webhook: `${receiver.url}/webhooks/meta`,
    payment_webhook: `${receiver.url}/payments`,
    app_id: "1234567890",
    app_secret,
    verify_token,
    paystack_key: "sk_test_abc",
    clock: () => Date.now() + time.offset,
    ...more,
  });
  const ask = async (method, path, body, headers = {}) => {
    const init = { method, headers: { "content-type": "application/json", ...headers }, redirect: "manual" };
    if (body !== undefined) init.body = typeof body === "string" ? body : JSON.stringify(body);
    const response = await fetch(sandbox.url + path, init);
    const text = await response.text();
    let value = text;
    try {
      value = JSON.parse(text);
    } catch { /* text it stays */ }
    return { status: response.status, body: value, headers: response.headers };
  };
  return {
    url: sandbox.url,
    smtp_port: sandbox.smtp_port,
    receiver,
    time,
    ask,
    say: (channel, customer, text, more_fields = {}) => ask("POST", "/control/say", { channel, customer, text, ...more_fields }),
    send: (channel, body, id = ada[channel], token = `sandbox-token-${id}`) =>
      ask("POST", `/${channel === "instagram" ? "instagram" : "graph"}/v25.0/${id}/messages`, body, { authorization: `Bearer ${token}` }),
    transcript: async (channel, customer) => (await ask("GET", `/control/transcript?channel=${channel}&customer=${customer}`)).body,
    switch_on: (changes) => ask("POST", "/control/switches", changes),
    close: async () => {
      await sandbox.close();
      await receiver.close();
    },
  };
}

export function page_text(customer, text, more = {}) {
  return { recipient: { id: customer }, messaging_type: "RESPONSE", message: { text, ...more } };
}

export function whatsapp_text(customer, body, more = {}) {
  return { messaging_product: "whatsapp", recipient_type: "individual", to: customer, type: "text", text: { body }, ...more };
}
