// A program of a shop that is told by outgoing webhooks; a push service, too.
//
//   const receiver = await open_receiver();
//   receiver.answer = (request) => ({ status: 503 });   // or a promise of it

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { until } from "./workspace.mjs";

export async function open_receiver() {
  const one = new receiver();
  await one.listen();
  return one;
}

class receiver {
  #server;
  got = [];
  answer = () => ({ status: 200 });

  async listen(port = 0) {
    this.#server = createServer((request, response) => {
      const pieces = [];
      request.on("data", (piece) => pieces.push(piece));
      request.on("end", async () => {
        const bytes = Buffer.concat(pieces);
        const body = bytes.toString();
        const is_json = request.headers["content-type"] === "application/json";
        const call = { method: request.method, path: request.url, headers: request.headers, bytes, body, event: is_json ? JSON.parse(body) : undefined, at: Date.now() };
        this.got.push(call);
        const { status, headers = {}, text = "" } = await this.answer(call);
        response.writeHead(status, headers).end(text);
      });
    });
    await new Promise((done) => { this.#server.listen(port, "127.0.0.1", done); });
    this.port = this.#server.address().port;
  }

  // What a server needs to be allowed to call it.
  get egress() {
    return { allow_private: ["127.0.0.0/8"], extra_ports: [String(this.port)], allow_http: true };
  }

  url(path) {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  at(path) {
    return this.got.filter((one) => one.path === path);
  }

  // Waits until `count` calls have come to this path, and gives them.
  async heard(path, count = 1, { seconds = 40, explain = () => "" } = {}) {
    await until(`${path} was called ${count} times`, () => this.at(path).length >= count, { seconds, explain: () => `${JSON.stringify(this.at(path).map(({ event }) => event?.type))}\n${explain()}` });
    return this.at(path);
  }

  async close() {
    this.#server.closeAllConnections();
    await new Promise((done) => { this.#server.close(done); });
  }
}

// As a receiver would write it: standardwebhooks.com, with nothing but node's crypto.
export function is_signed(call, secret, { now = Date.now() } = {}) {
  const { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": signatures } = call.headers;
  if (Math.abs(now / 1000 - Number(time)) > 300) return false;
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const expected = Buffer.from(`v1,${createHmac("sha256", key).update(`${id}.${time}.${call.body}`).digest("base64")}`);
  return signatures.split(" ").some((one) => one.length === expected.length && timingSafeEqual(Buffer.from(one), expected));
}
