// The commands beside `serve`, run to their end.

import { execFile } from "node:child_process";
import { plain_environment } from "./workspace.mjs";

// -> {code, stdout, stderr}; code is the signal's name when one ended it
export function run_command(server, words, { binary = server.binary, config = server.config, env = {}, seconds = 120 } = {}) {
  return new Promise((resolve) => {
    execFile(binary, [...words, "--config", config], { timeout: seconds * 1000, env: { ...plain_environment(), ...env } }, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? error.signal) : 0, stdout, stderr }));
  });
}
