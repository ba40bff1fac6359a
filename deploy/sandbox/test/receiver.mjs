// A webhook receiver for tests: checks each signature over the raw bytes and keeps what came.

import http from "node:http";
import { createHmac, timingSafeEqual } from "node:crypto";

export const app_secret = "shh_app_secret";
export const verify_token = "let-me-in";

export async function start_receiver() {
  const receiver = { bodies: [], raw: [], bad_signatures: 0, payment_events: [], answer: () => 200, payment_answer: () => 200, on_body: () => {} };
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const bytes = Buffer.concat(chunks);
      const url = new URL(request.url, "http://receiver");
      if (url.pathname === "/payments") {
        receiver.payment_events.push({ bytes, body: JSON.parse(bytes.toString("utf8")), headers: request.headers, signature: request.headers["x-paystack-signature"] });
        return response.writeHead(receiver.payment_answer()).end();
      }
      if (request.method === "GET") return handshake(url.searchParams, response);
      if (!is_signed(bytes, request.headers["x-hub-signature-256"])) {
        receiver.bad_signatures += 1;
        return response.writeHead(401).end();
      }
      const status = receiver.answer();
      if (status === 200) {
        receiver.raw.push(bytes);
        receiver.bodies.push(JSON.parse(bytes.toString("utf8")));
      }
      response.writeHead(status).end();
      if (status === 200) receiver.on_body(receiver.bodies.at(-1));
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  receiver.url = `http://127.0.0.1:${server.address().port}`;
  receiver.close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return receiver;
}

function handshake(query, response) {
  const ok = query.get("hub.mode") === "subscribe" && query.get("hub.verify_token") === verify_token;
  response.writeHead(ok ? 200 : 403).end(ok ? query.get("hub.challenge") : "");
}

export function is_signed(bytes, header) {
  const match = /^sha256=([0-9a-f]{64})$/.exec(header ?? "");
  const expected = createHmac("sha256", app_secret).update(bytes).digest();
  return match !== null && timingSafeEqual(Buffer.from(match[1], "hex"), expected);
}

export async function until(condition, what, ms = 5000) {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    const value = await condition();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited in vain for ${what}`);
}
