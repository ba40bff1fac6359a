import test, { after, before, beforeEach } from "node:test";
import assert from "node:assert/strict";
import net from "node:net";
import { read_mail } from "../mails.mjs";
import { start_fixture } from "./fixture.mjs";

let sandbox;
before(async () => { sandbox = await start_fixture({ smtp: { host: "127.0.0.1", port: 0 } }); });
after(() => sandbox.close());
beforeEach(() => sandbox.ask("POST", "/control/reset", {}));

const headers = ["From: \"Shop\" <shop@example.com>", "To: ada@example.com", "Subject: =?UTF-8?B?w4k=?=\r\n =?UTF-8?B?dMOp?=", "Date: Sun, 29 Nov 2026 00:52:25 +0000",
  "Message-ID: <1@example.com>", "Content-Transfer-Encoding: quoted-printable"];
const message = (body = "=C3=A9t=C3=A9=\r\n!", head = headers) => `${head.join("\r\n")}\r\n\r\n${body}\r\n`;
const mails = async (query = "") => (await sandbox.ask("GET", `/control/mails${query}`)).body.mails;

// Says each line and waits for its answer. -> the answers' statuses
function talk(lines) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(sandbox.smtp_port, "127.0.0.1");
    const statuses = [];
    const waiting = [...lines];
    let text = "";
    socket.on("error", reject).on("close", () => resolve(statuses));
    socket.on("data", (bytes) => {
      text += bytes;
      for (let end; (end = text.indexOf("\r\n")) >= 0; text = text.slice(end + 2)) {
        if (text[3] === "-") continue;
        statuses.push(Number(text.slice(0, 3)));
        const next = waiting.shift();
        if (next === undefined) socket.end();
        else socket.write(`${next}\r\n`);
      }
    });
  });
}

const envelope = ["EHLO shop.example", "MAIL FROM:<shop@example.com> SIZE=10", "RCPT TO:<ada@example.com>", "DATA"];

test("keeps a mail, reads it and shows it", async () => {
  assert.deepEqual(await talk([...envelope, `${message("..point\r\n=C3=A9")}.`, "QUIT"]), [220, 250, 250, 250, 354, 250, 221]);
  const [mail] = await mails("?to=ADA@example.com");
  assert.deepEqual([mail.id, mail.subject, mail.text, mail.envelope.to], ["1@example.com", "Été", ".point\né\n", ["ada@example.com"]]);
  assert.deepEqual(await mails("?to=bola@example.com"), []);
  assert.ok((await sandbox.ask("GET", "/mails")).body.includes("Été"));
});

test("insists on the order of commands and on a login that is right", async () => {
  assert.deepEqual(await talk(["MAIL FROM:<a@b.example>", "EHLO x", "RCPT TO:<a@b.example>", "DATA", "MAIL FROM:nobody", "VRFY x", "QUIT"]), [220, 503, 250, 503, 503, 501, 500, 221]);
  const login = (password) => Buffer.from(`\0user\0${password}`).toString("base64");
  assert.deepEqual(await talk(["EHLO x", `AUTH PLAIN ${login("right")}`, "QUIT"]), [220, 250, 235, 221]);
  assert.deepEqual(await talk(["EHLO x", "AUTH PLAIN", login("wrong"), "QUIT"]), [220, 250, 334, 535, 221]);
});

test("refuses mails that careful servers refuse", () => {
  const without = (name) => headers.filter((line) => !line.startsWith(name));
  assert.equal(read_mail(Buffer.from(message())).wrong, undefined);
  for (const raw of [message("a\nb"), message("x".repeat(999)), message("é"), message("", without("Message-ID")), message("", without("Date")),
    message("", [...headers, headers[1]]), message("", [...headers, "no header"]), headers.join("\r\n")]) assert.ok(read_mail(Buffer.from(raw)).wrong, raw.slice(-40));
});

test("fails as it is told to", async () => {
  await sandbox.switch_on({ "smtp.outage": 1 });
  assert.deepEqual(await talk(envelope), [421]);
  await sandbox.switch_on({ "smtp.reject": { status: 452, times: 1 } });
  assert.deepEqual(await talk([...envelope.slice(0, 3), "QUIT"]), [220, 250, 250, 452, 221]);
  await sandbox.switch_on({ "smtp.lost_answer": 1 });
  assert.deepEqual(await talk([...envelope, `${message()}.`]), [220, 250, 250, 250, 354]);
  assert.equal((await mails()).length, 1, "kept all the same");
});
