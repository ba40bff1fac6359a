// dashboard/check where npm is missing, out of reach of its registry, or hangs: bounded, and told what to do.

import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "check-"));
  copyFileSync(path.resolve(import.meta.dirname, "../../check"), path.join(folder, "check"));
  writeFileSync(path.join(folder, "package-lock.json"), "{}");
  mkdirSync(path.join(folder, "bin"));
  for (const tool of ["bash", "dirname", "find", "grep", "mktemp", "rm", "sleep", "tee", "timeout"]) {
    const found = spawnSync("which", [tool], { encoding: "utf8" }).stdout.trim();
    symlinkSync(found, path.join(folder, "bin", tool));
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

function tool(name: string, script: string) {
  const file = path.join(folder, "bin", name);
  writeFileSync(file, `#!/usr/bin/env bash\n${script}\n`);
  chmodSync(file, 0o755);
}

function check(more: Record<string, string> = {}) {
  const env = { PATH: path.join(folder, "bin"), TMPDIR: folder, ...more };
  const { stdout, stderr, status } = spawnSync(path.join(folder, "check"), ["--build"], { env, encoding: "utf8", timeout: 20_000 });
  return { status, said: stderr + stdout };
}

test("without npm it says what to install", () => {
  const { status, said } = check();
  expect(status).toBe(1);
  expect(said).toMatch(/npm is not installed.*apt-get install npm/s);
  expect(said.trimEnd()).toMatch(/0 passed, 1 failed$/);
});

test("when the registry is out of reach it names the registry and the ways out", () => {
  tool("npm", 'if [[ $1 == config ]]; then echo https://registry.example/; exit; fi\necho "$*" >"$TMPDIR/asked"\necho "npm error code EAI_AGAIN" >&2\nexit 1');
  const { status, said } = check();
  expect(status).toBe(1);
  expect(said).toMatch(/cannot reach its registry, https:\/\/registry\.example\//);
  expect(said).toMatch(/proxy.*npm config set registry/s);
});

test("npm waits and tries no longer than it is told to", () => {
  tool("npm", 'echo "asked: $*"\nexit 1');
  expect(check().said).toMatch(/asked: ci .*--fetch-timeout=\d+ --fetch-retries=\d+/);
});

test("an install that hangs is ended", () => {
  tool("npm", "sleep 60");
  const { status, said } = check({ SELLAVIE_NPM_SECONDS: "1" });
  expect(status).toBe(1);
  expect(said).toMatch(/did not end within 1 s/);
});

test("a Node that is too old for the tools is told before they fail", () => {
  tool("npm", "exit 0");
  tool("node", "exit 1");
  const { status, said } = check();
  expect(status).toBe(1);
  expect(said).toMatch(/Node 20\.19 or newer/);
});
