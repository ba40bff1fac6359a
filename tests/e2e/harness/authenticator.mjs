// An authenticator app, written from RFC 6238 and RFC 4648 and not from the server's code.

import { createHmac } from "node:crypto";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function base32(text) {
  let bits = "";
  for (const letter of text) bits += alphabet.indexOf(letter).toString(2).padStart(5, "0");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
}

export const secret_bytes = (uri) => base32(new URL(uri).searchParams.get("secret"));

// What the app shows `steps` of 30 s from now; `uri` is what it scanned.
export function code_of(uri, steps = 0, now = Date.now()) {
  const query = new URL(uri).searchParams;
  if (query.get("algorithm") !== "SHA1" || query.get("digits") !== "6" || query.get("period") !== "30") throw new Error(`no app reads ${uri}`);
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000) + steps));
  const mac = createHmac("sha1", base32(query.get("secret"))).update(counter).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, "0");
}
