// A folder of one test, and the promise that nothing of it survives: a guard process ends every child
// and every database cluster when the test closes the workspace, fails, or is killed itself.

import { spawn } from "node:child_process";
import { appendFileSync, chmodSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";

export { sleep };
export const root = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");
export const is_long = process.env.SELLAVIE_LONG === "1";

export class workspace {
  #line;
  #children = new Set();

  constructor(name) {
    this.name = name;
    this.folder = mkdtempSync("/tmp/sellavie-e2e-");
    // The embedded database runs as another user when this is root: it must be able to pass.
    chmodSync(this.folder, 0o711);
    writeFileSync(this.file("pids"), "");
    const keep = process.env.SELLAVIE_E2E_LOGS ? path.join(process.env.SELLAVIE_E2E_LOGS, name) : "";
    const guard = fileURLToPath(new URL("guard.sh", import.meta.url));
    // Forked away, so that whoever kills our process tree spares it. Its line to us is fd 3: Node closes
    // a child's stdin when that child (setsid) ends.
    const forked = spawn("setsid", ["-f", "bash", guard, this.folder, keep], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
    this.#line = forked.stdio[3];
    this.#line.on("error", () => {});
    this.#line.unref();
  }

  file(...names) {
    return path.join(this.folder, ...names);
  }

  // Starts a child in a session of its own, its output in <log>.log. `pipes`: how many lines to it, from file descriptor 3 on.
  // -> {pid, pipes, exited: Promise<{code, signal}>}
  start(command, args, { env = {}, log, cwd, pipes = 0 } = {}) {
    const output = openSync(this.file(`${log}.log`), "a");
    const child = spawn(command, args, { env: { ...plain_environment(), ...env }, cwd, detached: true, stdio: ["ignore", output, output, ...Array(pipes).fill("pipe")] });
    closeSync(output);
    const exited = new Promise((resolve) => {
      child.once("error", (error) => resolve({ code: null, signal: null, error }));
      child.once("exit", (code, signal) => resolve({ code, signal }));
    });
    exited.then(() => this.#children.delete(child));
    if (child.pid === undefined) throw new Error(`cannot start ${command}`);
    this.#children.add(child);
    this.take_along(child.pid);
    return { pid: child.pid, pipes: child.stdio.slice(3), exited };
  }

  // This process, too, ends with the workspace.
  take_along(pid) {
    appendFileSync(this.file("pids"), `${pid} ${start_of(pid)}\n`);
  }

  log_tail(log, lines = 30) {
    const file = this.file(`${log}.log`);
    return existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(-lines).map((line) => line.slice(0, 300)).join("\n") : "(no log)";
  }

  async close() {
    this.#line.destroy();
    await until(`${this.folder} is gone`, () => !existsSync(this.folder), { seconds: 40 });
  }
}

// The server refuses SELLAVIE_… variables that name no key of its configuration; the tests have their own.
export function plain_environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("SELLAVIE_")));
}

function start_of(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ")[19];
  } catch {
    return "gone";
  }
}

// Waits until `holds` gives something true, and gives it; a thrown error counts as "not yet".
// `given_up()` ends the wait early.
export async function until(what, holds, { seconds = 20, every_ms = 50, explain = () => "", given_up = () => false } = {}) {
  const deadline = performance.now() + seconds * 1000;
  let last;
  for (;;) {
    try {
      const value = await holds();
      if (value) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (given_up()) throw new Error(`gave up waiting until ${what}`);
    if (performance.now() > deadline) {
      const why = await explain();
      throw new Error(`waited ${seconds} s in vain until ${what}${last ? `\nlast error: ${last.message}` : ""}${why ? `\n${why}` : ""}`);
    }
    await sleep(every_ms);
  }
}

// Below the ports that the system gives to connections: none of those takes one away before its program listens.
export async function free_ports(count) {
  const ports = [];
  for (let tries = 0; ports.length < count && tries < 100; ++tries) {
    const port = 18_000 + Math.floor(Math.random() * 14_000);
    if (!ports.includes(port) && (await is_free(port))) ports.push(port);
  }
  if (ports.length < count) throw new Error(`no ${count} free ports`);
  return ports;
}

function is_free(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

// A seed that can be given again: SELLAVIE_SEED=n. -> {seed, next(): [0,1), below(n)}
export function random_source() {
  const seed = Number(process.env.SELLAVIE_SEED ?? Math.floor(Math.random() * 2 ** 31));
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;  // mulberry32
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z = (z + Math.imul(z ^ (z >>> 7), z | 61)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
  return { seed, next, below: (n) => Math.floor(next() * n) };
}
