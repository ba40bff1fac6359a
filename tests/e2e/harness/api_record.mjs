// What a test file saw of the API, for api_coverage_test: one file of lines for each, begun anew whenever the test file
// runs, so that nothing of an earlier run is left in it.
//
//   server SIZE-MTIME             first: which program was tested
//   answer OPERATION STATUS REQUEST NAMES  of query parameters, with commas, where something was found
//   entry ACTION REQUEST          of an activity log, at the end of its world
//   unread WORLD WHY              a log that could not be read
//   end                           last: the file ran to its end

import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { server_binary } from "./server.mjs";

const folder = process.env.SELLAVIE_E2E_LOGS && join(process.env.SELLAVIE_E2E_LOGS, "api_record");
const test_file = basename(process.argv[1] ?? "", "_test.mjs");
// The matrix calls everything and looks at no answer; the coverage reads.
const writes = folder !== undefined && !["api_matrix", "api_coverage"].includes(test_file);

export function tested_server() {
  const { size, mtimeMs } = statSync(server_binary());
  return `${size}-${Math.floor(mtimeMs)}`;
}

if (writes) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, test_file), `server ${tested_server()}\n`);
  process.on("exit", () => note([["end"]]));
}

function note(lines) {
  if (writes) appendFileSync(join(folder, test_file), lines.map((words) => `${words.join(" ")}\n`).join(""));
}

// `path` with its query; a list that came back empty says nothing of its filters.
export function keep_answer(operation, path, { status, headers, body }) {
  const names = status >= 300 || body?.items?.length === 0 ? [] : [...new URLSearchParams(path.split("?")[1] ?? "").keys()];
  note([["answer", operation, status, headers.get("x-request-id"), names.join(",")]]);
}

// What the activity log of a world holds at its end.
export async function keep_activity(name, inside) {
  if (!writes) return;
  try {
    const rows = await inside.sql("SELECT DISTINCT action, request_id FROM audit_log");
    note(rows.map(([action, request]) => ["entry", action, request]));
  } catch (error) {
    note([["unread", name, error.message.trim().split("\n").at(-1)]]);
  }
}

// -> {server, answers: [[operation, status, request, names]], entries: [[action, request]], unread: [text], is_whole}; undefined: never run
export function record_of(name) {
  if (!folder) throw new Error("set SELLAVIE_E2E_LOGS, and run the other tests of the API before this one");
  if (!existsSync(join(folder, name))) return undefined;
  const lines = readFileSync(join(folder, name), "utf8").split("\n").filter(Boolean).map((line) => line.split(" "));
  const of = (kind) => lines.filter(([first]) => first === kind).map(([, ...words]) => words);
  return { server: of("server")[0]?.[0], answers: of("answer"), entries: of("entry"), unread: of("unread").map((words) => words.join(" ")), is_whole: of("end").length > 0 };
}
