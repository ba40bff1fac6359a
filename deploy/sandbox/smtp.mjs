// An SMTP server that keeps every mail (RFC 5321): any recipient, any login but one whose password begins with "wrong".

import net from "node:net";

const most_line = 2048;
const most_mail = 10 * 1024 * 1024;
const not_now = "421 4.3.2 not now\r\n";
const address = /^<([^<>\s@]+@[^<>\s@]+)>(?: .*)?$/;

export class smtp {
  #world;
  #sockets = new Set();
  #server;

  // world: {mails, switches, clock}
  constructor(world) {
    this.#world = world;
    this.#server = net.createServer((socket) => this.#accept(socket));
  }

  // -> the port
  listen({ host, port }) {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject).listen(port, host, () => resolve(this.#server.address().port));
    });
  }

  close() {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket) {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {});
    socket.setTimeout(120_000, () => socket.destroy());
    if (this.#world.switches.take("smtp.outage")) return socket.end(not_now);
    new dialogue(socket, this.#world).begin();
  }
}

class dialogue {
  #socket;
  #world;
  #input = Buffer.alloc(0);
  #state = "new";
  #login;
  #envelope;

  constructor(socket, world) {
    this.#socket = socket;
    this.#world = world;
  }

  begin() {
    this.#socket.on("data", (bytes) => this.#read(bytes));
    this.#say("220 sandbox ESMTP");
  }

  #say(line) {
    if (this.#socket.writable) this.#socket.write(`${line}\r\n`);
  }

  #read(bytes) {
    this.#input = Buffer.concat([this.#input, bytes]);
    while (this.#state !== "deaf") {
      if (this.#state === "data") {
        if (!this.#take_message()) return;
        continue;
      }
      const end = this.#input.indexOf("\r\n");
      if (end < 0) {
        if (this.#input.length > most_line) this.#socket.end("500 5.5.2 the line is too long\r\n");
        return;
      }
      const line = this.#input.subarray(0, end).toString("latin1");
      this.#input = this.#input.subarray(end + 2);
      this.#command(line);
    }
  }

  #command(line) {
    if (this.#login) return this.#finish_login(line);
    const [, verb, rest] = /^([A-Za-z]*) ?(.*)$/.exec(line);
    const known = this.#commands[verb.toUpperCase()];
    if (!known) return this.#say("500 5.5.1 unknown command");
    known(rest.trim());
  }

  #commands = {
    EHLO: (name) => this.#greet(name, ["250-sandbox", "250-SIZE 10485760", "250 AUTH PLAIN"]),
    HELO: (name) => this.#greet(name, ["250 sandbox"]),
    AUTH: (rest) => this.#start_login(rest),
    MAIL: (rest) => this.#mail(rest),
    RCPT: (rest) => this.#recipient(rest),
    DATA: () => this.#data(),
    RSET: () => this.#forget(),
    NOOP: () => this.#say("250 2.0.0 ok"),
    QUIT: () => this.#socket.end("221 2.0.0 bye\r\n"),
  };

  #greet(name, lines) {
    if (!/^[A-Za-z0-9.[\]:-]+$/.test(name)) return this.#say("501 5.5.4 say who you are");
    this.#state = "ready";
    this.#envelope = undefined;
    for (const line of lines) this.#say(line);
  }

  #start_login(rest) {
    if (this.#state !== "ready") return this.#say("503 5.5.1 EHLO first");
    const [mechanism, first] = rest.split(" ");
    if (mechanism.toUpperCase() !== "PLAIN") return this.#say("504 5.5.4 PLAIN only");
    this.#login = true;
    if (first) this.#finish_login(first);
    else this.#say("334 ");
  }

  #finish_login(line) {
    this.#login = undefined;
    const [, user, password] = Buffer.from(line, "base64").toString("utf8").split("\0");
    const is_good = Boolean(user) && Boolean(password) && !password.startsWith("wrong");
    this.#say(is_good ? "235 2.7.0 welcome" : "535 5.7.8 the login is wrong");
  }

  #mail(rest) {
    if (this.#world.switches.take("smtp.outage")) return this.#socket.end(not_now);
    if (this.#state !== "ready" || this.#envelope) return this.#say("503 5.5.1 not now");
    const from = /^FROM:/i.test(rest) ? address.exec(rest.slice(5))?.[1] : undefined;
    if (!from) return this.#say("501 5.1.7 the sender cannot be read");
    this.#envelope = { from, to: [] };
    this.#say("250 2.1.0 ok");
  }

  #recipient(rest) {
    if (!this.#envelope) return this.#say("503 5.5.1 MAIL first");
    const to = /^TO:/i.test(rest) ? address.exec(rest.slice(3))?.[1] : undefined;
    if (!to) return this.#say("501 5.1.3 the recipient cannot be read");
    const refused = this.#world.switches.take("smtp.reject");
    if (refused) return this.#say(`${refused.status ?? 550} the sandbox refuses this recipient`);
    this.#envelope.to.push(to);
    this.#say("250 2.1.5 ok");
  }

  #data() {
    if (!this.#envelope?.to.length) return this.#say("503 5.5.1 RCPT first");
    this.#state = "data";
    this.#say("354 go on");
  }

  #forget() {
    this.#envelope = undefined;
    this.#say("250 2.0.0 ok");
  }

  // -> false: its end has not arrived
  #take_message() {
    const end = this.#input.subarray(0, 3).toString("latin1") === ".\r\n" ? 0 : this.#input.indexOf("\r\n.\r\n");
    if (end < 0) {
      if (this.#input.length > most_mail) this.#socket.end("552 5.3.4 the mail is too large\r\n");
      return false;
    }
    const stuffed = end === 0 ? "" : this.#input.subarray(0, end + 2).toString("latin1");
    this.#input = this.#input.subarray(end === 0 ? 3 : end + 5);
    const raw = Buffer.from(stuffed.replace(/(^|\r\n)\./g, "$1"), "latin1");
    const wrong = this.#world.mails.add(this.#envelope, raw, this.#world.clock());
    this.#state = "ready";
    this.#envelope = undefined;
    this.#answer(wrong);
    return true;
  }

  #answer(wrong) {
    if (wrong) return this.#say(`554 5.6.0 ${wrong}`);
    if (this.#world.switches.take("smtp.lost_answer")) {
      this.#state = "deaf";
      return this.#socket.destroy();
    }
    if (this.#world.switches.take("smtp.hang")) {
      this.#state = "deaf";
      return undefined;
    }
    return this.#say("250 2.0.0 kept");
  }
}
