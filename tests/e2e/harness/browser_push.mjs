// A browser that subscribes to messages, and the push service where they arrive: the receiver of the webhooks' tests.

import { createDecipheriv, createECDH, hkdfSync, randomBytes } from "node:crypto";

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

  // What a call says to this browser (RFC 8188 and 8291).
  opened({ bytes }) {
    const [salt, sender, sealed] = [bytes.subarray(0, 16), bytes.subarray(21, 86), bytes.subarray(86)];
    const derived = (secret, with_salt, info, length) => Buffer.from(hkdfSync("sha256", secret, with_salt, info, length));
    const both = Buffer.concat([Buffer.from("WebPush: info\0"), this.#ecdh.getPublicKey(), sender]);
    const secret = derived(this.#ecdh.computeSecret(sender), this.auth, both, 32);
    const key = derived(secret, salt, "Content-Encoding: aes128gcm\0", 16);
    const cipher = createDecipheriv("aes-128-gcm", key, derived(secret, salt, "Content-Encoding: nonce\0", 12));
    cipher.setAuthTag(sealed.subarray(-16));
    const plain = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
    return JSON.parse(plain.subarray(0, plain.lastIndexOf(2)).toString());
  }
}

// Queues a message as the server does. -> the job's id
export async function queue_push(here, business_id, subscription, message, { minutes = 60 } = {}) {
  const payload = JSON.stringify({ subscription, message: JSON.stringify(message), until: Date.now() + minutes * 60_000 });
  const [[id]] = await here.server.sql(`INSERT INTO jobs (id, business_id, kind, priority, state, due_at, payload, created_at)
    VALUES (gen_random_uuid(), '${business_id}', 'push', 0, 1, 0, '${payload.replaceAll("'", "''")}', 0) RETURNING id`);
  return id;
}
