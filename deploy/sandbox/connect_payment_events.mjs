// Enters the addresses of the server's payment webhooks at the sandbox, as a shop does in its provider's dashboard.
//
//   node connect_payment_events.mjs --sandbox http://127.0.0.1:9700 --provisioned provision.log --businesses business.jsonl
//
// The log is what `sellavie provision` printed of these businesses.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

const { values: given } = parseArgs({ options: { sandbox: { type: "string" }, provisioned: { type: "string" }, businesses: { type: "string" } } });
const lines = (file) => readFileSync(file, "utf8").split("\n").filter(Boolean);
const keys = new Map(lines(given.businesses).map((line) => JSON.parse(line)).flatMap((business) =>
  (business.payments ?? []).map(({ provider, mode, secret_key }) => [`${business.key ?? business.business}: ${provider} (${mode})`, { provider, key: secret_key }])));

let entered = 0;
for (const line of lines(given.provisioned)) {
  const found = /(\S+: \w+ \(\w+\)): webhook to enter there: (\S+)/.exec(line);
  const account = found && keys.get(found[1]);
  if (!account) continue;
  const answer = await fetch(`${given.sandbox}/control/payment_webhook`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ ...account, url: found[2] }), signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`the sandbox does not take the address of ${found[1]}: ${answer.status} ${await answer.text()}`);
  entered += 1;
}
if (entered !== keys.size) throw new Error(`${keys.size} accounts at payment providers, and addresses of ${entered} in ${given.provisioned}`);
console.log(`${entered} addresses entered`);
