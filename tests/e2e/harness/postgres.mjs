// Looking into a database as its superuser, and a cluster of the test's own for `database.url`.

import { execFile, spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { until } from "./workspace.mjs";

const run = promisify(execFile);
export const is_root = process.getuid() === 0;

export function postgres_bin() {
  const base = "/usr/lib/postgresql";
  const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  if (versions.length === 0) throw new Error("PostgreSQL is not installed");
  return `${base}/${versions[0]}/bin`;
}

// -> rows of strings; NULL is "". `at` is {host, user, database}.
export async function query(at, sql) {
  const args = ["-X", "-A", "-t", "-q", "-F", "\x1f", "-R", "\x1e", "-v", "ON_ERROR_STOP=1", "-h", at.host, "-p", "5432", "-U", at.user, "-d", at.database, "-c", sql];
  const { stdout } = await run(`${postgres_bin()}/psql`, args, { timeout: 30_000, maxBuffer: 256 * 1024 * 1024, env: { ...process.env, PGCONNECT_TIMEOUT: "5" } });
  const text = stdout.replace(/\n$/, "");
  return text === "" ? [] : text.split("\x1e").map((row) => row.split("\x1f"));
}

export async function number(at, sql) {
  const rows = await query(at, sql);
  return Number(rows[0][0]);
}

// Holds an advisory lock in a session of its own. -> {release()}
export function hold_lock(at, key) {
  return hold(at, `SELECT pg_advisory_lock(${key});`, "locktype = 'advisory'");
}

// Holds a table in this mode (EXCLUSIVE: nobody writes; ACCESS EXCLUSIVE: nobody reads either). -> {release()}
export function hold_table(at, table, mode) {
  const lock = `${mode.toLowerCase().replaceAll(" ", "")}lock`;
  return hold(at, `BEGIN; LOCK TABLE ${table} IN ${mode} MODE;`, `relation = '${table}'::regclass AND lower(mode) = '${lock}'`);
}

async function hold(at, sql, lock) {
  const args = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", at.host, "-p", "5432", "-U", at.user, "-d", at.database];
  const child = spawn(`${postgres_bin()}/psql`, args, { stdio: ["pipe", "ignore", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.stdin.write(`${sql}\n`);
  await until("the lock is held", async () => (await number(at, `SELECT count(*) FROM pg_locks WHERE ${lock} AND granted`)) > 0);
  return {
    async release() {
      child.stdin.end();
      await ended;
    },
  };
}

// A cluster that the test starts and stops at will; the role `shop` owns the database `shop`.
export class own_cluster {
  constructor(workspace) {
    this.workspace = workspace;
    this.folder = workspace.file("cluster");
    this.socket = workspace.file("socket");
    this.superuser = { host: this.socket, user: "postgres", database: "shop" };
    this.url = `postgresql:///shop?host=${encodeURIComponent(this.socket)}&user=shop`;
  }

  async create() {
    for (const folder of [this.folder, this.socket]) mkdirSync(folder, { mode: 0o700 });
    if (is_root) {
      const [uid, gid] = (await Promise.all([run("id", ["-u", "postgres"]), run("id", ["-g", "postgres"])])).map(({ stdout }) => Number(stdout));
      for (const folder of [this.folder, this.socket]) chownSync(folder, uid, gid);
    }
    chmodSync(this.socket, 0o755);
    await this.#as_postgres("initdb", ["-D", this.folder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
    await this.start();
    const at = { ...this.superuser, database: "postgres" };
    await query(at, "CREATE ROLE shop LOGIN CREATEROLE");
    await query(at, "CREATE DATABASE shop OWNER shop ENCODING 'UTF8' TEMPLATE template0");
  }

  async start() {
    const settings = `-c listen_addresses='' -c unix_socket_directories=${this.socket} -c port=5432 -c fsync=off -c max_connections=80`;
    await this.#as_postgres("pg_ctl", ["-D", this.folder, "-w", "-t", "30", "-l", `${this.folder}/server.log`, "-o", settings, "start"]);
  }

  // mode: fast ends sessions, immediate is a crash
  async stop(mode) {
    await this.#as_postgres("pg_ctl", ["-D", this.folder, "-w", "-t", "30", "-m", mode, "stop"]);
  }

  // Stops the clock for every process of the cluster, as a hung disk would.
  freeze() {
    this.#signal("SIGSTOP");
  }

  thaw() {
    this.#signal("SIGCONT");
  }

  #signal(name) {
    for (const pid of this.#processes()) {
      try {
        process.kill(pid, name);
      } catch { /* it ended meanwhile */ }
    }
  }

  #processes() {
    const postmaster = readFileSync(`${this.folder}/postmaster.pid`, "utf8").split("\n")[0];
    const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, "utf8").trim().split(" ").filter(Boolean);
    return [postmaster, ...children].map(Number).filter((pid) => existsSync(`/proc/${pid}`));
  }

  async #as_postgres(program, args) {
    const command = `${postgres_bin()}/${program}`;
    const options = { timeout: 60_000, cwd: "/" };
    // pg_ctl's child keeps the output open: it must not be a pipe of ours.
    const shell = ["-c", `"$0" "$@" </dev/null >"${this.socket}/${program}.out" 2>&1`, command, ...args];
    try {
      await (is_root ? run("runuser", ["-u", "postgres", "--", "bash", ...shell], options) : run("bash", shell, options));
    } catch (error) {
      throw new Error(`${program} failed: ${readFileSync(`${this.socket}/${program}.out`, "utf8")}\n${error.message}`);
    }
  }
}

export function wait_for_database(at) {
  return until("the database answers", async () => (await number(at, "SELECT 1")) === 1, { seconds: 30 });
}
