// A browser that subscribes to messages, and the push service where they arrive: the receiver of the webhooks' tests.

import { createECDH, randomBytes } from "node:crypto";

let browsers = 0;

export class push_browser {
  #ecdh = createECDH("prime256v1");
  auth = randomBytes(16);

  constructor(receiver) {
    this.receiver = receiver;
    this.path = `/push/${++browsers}-${randomBytes(8).toString("hex")}`;
    this.#ecdh.generateKeys();
  }

  get ecdh() {
    return this.#ecdh;
  }

  // As PushSubscription.toJSON() gives it.
  get subscription() {
    return { endpoint: this.receiver.url(this.path), keys: { p256dh: this.#ecdh.getPublicKey().toString("base64url"), auth: this.auth.toString("base64url") } };
  }

  heard(count = 1, options) {
    return this.receiver.heard(this.path, count, options);
  }
}

// Queues a message as the server does. -> the job's id
export async function queue_push(here, business_id, subscription, message, { minutes = 60 } = {}) {
  const payload = JSON.stringify({ subscription, message: JSON.stringify(message), until: Date.now() + minutes * 60_000 });
  const [[id]] = await here.server.sql(`INSERT INTO jobs (id, business_id, kind, priority, state, due_at, payload, created_at)
    VALUES (gen_random_uuid(), '${business_id}', 'push', 0, 1, 0, '${payload.replaceAll("'", "''")}', 0) RETURNING id`);
  return id;
}
