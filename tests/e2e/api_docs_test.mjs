// docs/api.md is true: its commands are run as they stand there, in order, in one shell.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { after, before, test } from "node:test";
import { plain_environment, root } from "./harness/workspace.mjs";
import { shared_world } from "./harness/world.mjs";

let here;
shared_world({ before, after }, { name: "api-docs" }, (world) => { here = world; });

const commands = () => [...readFileSync(`${root}/docs/api.md`, "utf8").matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text]) => text).join("");

test("a newcomer who types the commands of docs/api.md gets to the end", { timeout: 120_000 }, async () => {
  const who = here.customer();
  await here.sandbox.say(who, "Hello!");
  await here.sandbox.heard(who, 1);
  await here.settled();
  const folder = here.place.file("walk");
  mkdirSync(folder);
  const env = { ...plain_environment(), SELLAVIE: here.server.url, SANDBOX: here.sandbox.url, EMAIL: here.businesses[0].owner.email, PASSWORD: "a long demo password",
    PATH: `${dirname(here.server.binary)}:${process.env.PATH}` };
  const { code, stdout, stderr } = await new Promise((resolve) => {
    execFile("bash", ["-euo", "pipefail", "-c", commands()], { cwd: folder, env, timeout: 90_000 }, (error, out, err) =>
      resolve({ code: error ? (error.code ?? error.signal) : 0, stdout: out, stderr: err }));
  });
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  assert.match(stdout, /"owner":"person"/);
  assert.match(stdout, /"owner":"ai"/);
  assert.match(stdout, /conversation\.returned_to_ai$/m);
  assert.match(stdout, /succeeded$/m, "the money is back");
  assert.match(stdout, /the chain holds/);
  assert.match(stdout, /^\/problems\/unauthenticated$/m, "signed out at the end");
  const written = (name) => JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
  assert.ok(written("messages.json").items.length >= 2);
  assert.match(stdout, /"name":"Ngozi"/, "the new account is signed in");
  assert.equal(written("connected.json").stage, "connected");
  const [first_reply] = written("replies.json").items;
  assert.deepEqual([first_reply.origin, first_reply.direction], ["ai", "out"]);
  assert.ok(stdout.includes(first_reply.text), "the first reply is shown");
  assert.equal(written("sent-1.json").messages[0].id, written("sent-2.json").messages[0].id, "the same key, the same message");
  await here.settled();
  const replies = (await here.sandbox.replies(who, "app")).filter(({ text }) => text === "Ada here: it is ready for you.");
  assert.equal(replies.length, 1);
});

test("every path that docs/api.md names is one of the API", async () => {
  const document = await (await fetch(`${here.server.url}/api/v1/openapi.json`)).json();
  const shapes = Object.keys(document.paths).map((path) => new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`));
  const named = [...commands().matchAll(/\$SELLAVIE(\/[^"?]*)/g)].map(([, path]) => path);
  assert.ok(named.length >= 10);
  for (const path of named) assert.ok(shapes.some((shape) => shape.test(path)), path);
});
