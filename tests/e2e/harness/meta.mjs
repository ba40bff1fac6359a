// Webhooks built and signed here, independently of the server and of the sandbox.

import { createHmac, randomBytes } from "node:crypto";
import { connect } from "node:net";
import { app_secret } from "./server.mjs";

export function fresh_mid() {
  return `m_${randomBytes(32).toString("base64url")}`;
}

export function page_item({ account, customer, text, mid = fresh_mid(), at = Date.now(), message = {} }) {
  return { sender: { id: customer }, recipient: { id: account }, timestamp: at, message: { mid, text, ...message } };
}

export function page_body(account, ...items) {
  return JSON.stringify({ object: "page", entry: [{ id: account, time: Date.now(), messaging: items }] });
}

// A message on WhatsApp: {id, type, [type]: …}.
export function whatsapp_body({ account, customer }, message, { name = "Customer", at = Date.now() } = {}) {
  const value = {
    messaging_product: "whatsapp",
    metadata: { display_phone_number: "15550000000", phone_number_id: account },
    contacts: [{ profile: { name }, wa_id: customer }],
    messages: [{ from: customer, timestamp: String(Math.floor(at / 1000)), ...message }],
  };
  return JSON.stringify({ object: "whatsapp_business_account", entry: [{ id: account.replace("1", "2"), changes: [{ field: "messages", value }] }] });
}

export function signature(body, { secret = app_secret, algorithm = "sha256" } = {}) {
  return `${algorithm}=${createHmac(algorithm, secret).update(body).digest("hex")}`;
}

// -> the status; 0 when nobody answered
export async function post(server, body, { headers, seconds = 20 } = {}) {
  const all = { "content-type": "application/json", ...(headers ?? { "x-hub-signature-256": signature(body) }) };
  try {
    const answer = await fetch(`${server.url}/webhooks/meta`, { method: "POST", body, headers: all, signal: AbortSignal.timeout(seconds * 1000) });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0;
  }
}

// Writes raw bytes and gives all statuses that came back before the peer closed or said nothing more.
// -> {statuses: [number], closed: boolean, text}
export function raw(port, bytes, { quiet_ms = 1500 } = {}) {
  return conversation(port, (socket) => socket.write(bytes), quiet_ms);
}

// The same, one byte after the other.
export function drip(port, bytes, { every_ms }) {
  return conversation(port, (socket) => {
    let said = 0;
    const saying = setInterval(() => (said < bytes.length ? socket.write(bytes[said++]) : clearInterval(saying)), every_ms);
    socket.on("close", () => clearInterval(saying));
  }, 30_000);
}

function conversation(port, say, quiet_ms) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    const finish = (closed) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ statuses: [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => Number(status)), closed, text });
    };
    let timer = setTimeout(() => finish(false), quiet_ms);
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      clearTimeout(timer);
      timer = setTimeout(() => finish(false), quiet_ms);
    });
    socket.on("error", () => finish(true));
    socket.on("close", () => finish(true));
    say(socket);
  });
}
