// The server under test: a configuration, a data folder and ports of its own.

import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { is_root, number, query } from "./postgres.mjs";
import { plain_environment, root, until } from "./workspace.mjs";

const run = promisify(execFile);

export const app_secret = "e2e-app-secret";
export const verify_token = "e2e verify token";

const stop_promise_ms = 10_000;
// Between the end of the server's own work and our knowing of it: the kernel frees its memory, and the wait looks every 10 ms.
const process_exit_ms = 500;
export const stop_limit_ms = stop_promise_ms + process_exit_ms;

export function server_binary() {
  const binary = process.env.SELLAVIE_BINARY ?? `${root}/build/release/sellavie`;
  if (!existsSync(binary)) throw new Error(`${binary} is not there: build it, or set SELLAVIE_BINARY`);
  return binary;
}

export class server {
  #process;

  // settings: {section: {key: value}}, over the defaults; [section.sub] as "section.sub"
  // name: of its configuration; several servers of a workspace share its data folder and its log
  constructor(workspace, { ports: [http_port, ops_port], settings = {}, binary = server_binary(), cluster, name = "sellavie" }) {
    this.workspace = workspace;
    this.binary = binary;
    this.port = http_port;
    this.url = `http://127.0.0.1:${http_port}`;
    this.ops = `http://127.0.0.1:${ops_port}`;
    this.data = workspace.file("data");
    this.config = workspace.file(`${name}.toml`);
    this.database = cluster?.superuser ?? { host: `${this.data}/postgres/socket`, user: "sellavie_bootstrap", database: "sellavie" };
    const defaults = {
      http: { listen: `127.0.0.1:${http_port}`, public_url: this.url },
      ops: { listen: `127.0.0.1:${ops_port}` },
      data: { dir: this.data },
      ...(cluster ? { database: { url: cluster.url } } : {}),
      meta: { app_id: "1000000000000001", app_secrets: [app_secret], verify_tokens: [verify_token] },
      limits: { requests_per_minute: 600_000, sign_ins_per_minute: 600_000, mails_per_hour: 600_000, mails_per_recipient_per_hour: 600_000 },
    };
    writeFileSync(this.config, toml(merged(defaults, settings)), { mode: 0o600 });
  }

  get pid() {
    return this.#process?.pid;
  }

  get is_running() {
    return this.#process !== undefined;
  }

  // Without `wait` it returns at once.
  async start({ env = {}, wait = true, seconds = 60 } = {}) {
    if (this.#process) throw new Error("the server runs already");
    const child = this.workspace.start(this.binary, ["serve", "--config", this.config], { env, log: "server" });
    const one = { pid: child.pid, exited: child.exited, ended: undefined };
    this.#process = one;
    this.exited = child.exited.then((how) => {
      one.ended = how;
      if (this.#process === one) this.#process = undefined;
      return how;
    });
    if (!wait) return;
    await until("the server is ready", async () => {
      if (one.ended) return true;
      return (await this.readiness()).status === 200;
    }, { seconds, explain: () => this.workspace.log_tail("server") });
    if (one.ended && !env.SELLAVIE_FAULT_POINT) {
      throw new Error(`the server ended while it started (${JSON.stringify(one.ended)})\n${this.workspace.log_tail("server")}`);
    }
  }

  // -> {code, signal, ms}
  async stop({ seconds = 30 } = {}) {
    const began = performance.now();
    if (!this.#process) return { code: null, signal: null, ms: 0 };
    process.kill(this.#process.pid, "SIGTERM");
    const how = await this.#ended(seconds, "the server ends after SIGTERM");
    return { ...how, ms: performance.now() - began };
  }

  async kill() {
    if (!this.#process) return;
    process.kill(this.#process.pid, "SIGKILL");
    await this.#ended(10, "the server is dead after SIGKILL");
  }

  async restart(options) {
    await this.kill();
    await this.start(options);
  }

  async wait_until_dead(seconds, what) {
    return this.#ended(seconds, what);
  }

  async #ended(seconds, what) {
    const exited = this.exited;
    let how;
    exited.then((value) => { how = value; });
    await until(what, () => how, { seconds, every_ms: 10, explain: () => this.workspace.log_tail("server") });
    return how;
  }

  async readiness() {
    const answer = await fetch(`${this.ops}/readyz`, { signal: AbortSignal.timeout(3000) });
    return { status: answer.status, text: await answer.text() };
  }

  // lines: businesses in the provisioning format. -> what the command printed
  async provision(lines) {
    const file = this.workspace.file("business.jsonl");
    writeFileSync(file, lines.map((line) => JSON.stringify(line)).join("\n") + "\n", { mode: 0o600 });
    try {
      const { stdout } = await run(this.binary, ["provision", file, "--config", this.config], { timeout: 60_000, env: plain_environment() });
      return stdout;
    } catch (error) {
      throw new Error(`provision failed: ${error.message}\n${error.stdout}\n${error.stderr}`);
    }
  }

  sql(text) {
    return query(this.database, text);
  }

  number(text) {
    return number(this.database, text);
  }

  // The sum of all series of this name whose labels include `labels`.
  async metric(name, labels = {}) {
    const answer = await fetch(`${this.ops}/metrics`, { signal: AbortSignal.timeout(3000) });
    let sum = 0;
    for (const line of (await answer.text()).split("\n")) {
      const found = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
      if (!found || found[1] !== name) continue;
      const has = Object.entries(labels).every(([key, value]) => (found[2] ?? "").includes(`${key}="${value}"`));
      if (has) sum += Number(found[3]);
    }
    return sum;
  }

  // Nothing accepted is open any more: no inbox row, no outbox row.
  async settled({ seconds = 30 } = {}) {
    const open = "SELECT (SELECT count(*) FROM inbound_events), (SELECT count(*) FROM outbox)";
    const states = `SELECT 'outbox', state, origin, attempts, resent, count(*) FROM outbox GROUP BY 1,2,3,4,5
                    UNION ALL SELECT 'inbox', tries, deaths, alone::int, 0, count(*) FROM inbound_events GROUP BY 1,2,3,4,5`;
    await until("inbox and outbox are empty", async () => (await this.sql(open))[0].every((count) => count === "0"), {
      seconds, every_ms: 200,
      explain: async () => `left: ${JSON.stringify(await this.sql(states).catch((error) => error.message))}\n${this.workspace.log_tail("server")}`,
    });
  }
}

function merged(defaults, over) {
  const result = { ...defaults };
  for (const [section, values] of Object.entries(over)) result[section] = { ...result[section], ...values };
  return result;
}

function toml(sections) {
  const table = (one) => `{ ${Object.entries(one).map(([key, inner]) => `${key} = ${value(inner)}`).join(", ")} }`;
  const value = (one) => {
    if (Array.isArray(one)) return `[${one.map(value).join(", ")}]`;
    if (typeof one === "object") return table(one);
    return typeof one === "string" ? JSON.stringify(one) : String(one);
  };
  const given = Object.entries(sections).map(([name, keys]) => [name, Object.entries(keys).filter(([, one]) => one !== undefined)]);
  return given.filter(([, keys]) => keys.length > 0).map(([name, keys]) =>
    `[${name}]\n${keys.map(([key, one]) => `${key} = ${value(one)}`).join("\n")}\n`).join("\n");
}

export { is_root };
