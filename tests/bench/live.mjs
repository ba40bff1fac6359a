// tests/bench/live [--clients 5000] [--rounds 20] [--server FILE] [--tool FILE]
//
// A server of its own, as many accounts as the readers need (10 streams each), one conversation that changes
// hands again and again. Needs build/release/sellavie and bench_live. Everything is on loopback.

import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { parseArgs, promisify } from "node:util";
import { api_client } from "../e2e/harness/api.mjs";
import { open_world } from "../e2e/harness/world.mjs";
import { root } from "../e2e/harness/workspace.mjs";
import { members } from "./members.mjs";

const run = promisify(execFile);
const { values: options } = parseArgs({ options: {
  clients: { type: "string", default: "5000" }, rounds: { type: "string", default: "20" },
  server: { type: "string", default: `${root}/build/release/sellavie` }, tool: { type: "string", default: `${root}/build/release/tests/bench/bench_live` },
} });
const streams_of_account = 10;

async function main() {
  const ends = [];
  const settings = { limits: { requests_per_minute: 60_000_000 } };
  const here = await open_world({ after: (end) => ends.push(end) }, { name: "bench-live", settings, binary: options.server });
  try {
    const owner = await new api_client(here.server.url).signed_in(here.businesses[0].owner.email, "a long demo password");
    const { business_id } = (await owner.get("/me")).body.memberships[0];
    const who = here.customer();
    await here.sandbox.say(who, "Hello!");
    await here.sandbox.heard(who, 1);
    await here.settled();
    const conversation = (await owner.get(`/businesses/${business_id}/conversations`)).body.items[0].id;
    const tokens = await members(here.server, [business_id], Math.ceil(Number(options.clients) / streams_of_account));
    const file = here.place.file("tokens");
    writeFileSync(file, tokens.join("\n") + "\n", { mode: 0o600 });
    const { stdout } = await run(options.tool, ["--port", here.server.port, "--clients", options.clients, "--rounds", options.rounds, "--server-pid", here.server.pid,
      "--tokens", file, "--business", business_id, "--conversation", conversation].map(String), { timeout: 300_000 });
    const found = JSON.parse(stdout);
    const { median, worst } = found.all_have_it_ms;
    const verdict = (holds) => (holds ? "met" : "**missed**");
    console.log(`| ${found.clients} readers of live events | | target | |\n|---|---:|---:|---|
| resident memory of the server for each (KB) | ${found.kb_per_client.toFixed(1)} | < 40 | ${verdict(found.kb_per_client < 40)} |
| from the request to the last reader (ms), median | ${median.toFixed(0)} | | |
| … worst of ${options.rounds} rounds | ${worst.toFixed(0)} | ≤ 250 | ${verdict(worst <= 250)} |
| readers lost meanwhile | ${found.lost} | 0 | ${verdict(found.lost === 0)} |
| opening them all (s) | ${found.opening_s.toFixed(1)} | | |`);
    await here.server.stop();
  } catch (error) {
    throw new Error(`${error.message}\n${error.stderr ?? ""}\n${here.place.log_tail("server")}`);
  } finally {
    for (const end of ends) await end();
  }
}

await main().catch((error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});
