// Mails that arrived, in the order of their arrival, and how one is read from its bytes (RFC 5322, one text part).

const most_mails = 1000;

export class mails {
  #all = [];
  #count = 0;

  // envelope: {from, to: [address]}; raw: Buffer, CRLF. -> what is wrong with it, or undefined: it was kept
  add(envelope, raw, at) {
    const { mail, wrong } = read_mail(raw);
    if (wrong) return wrong;
    this.#all.push({ number: ++this.#count, at, envelope, ...mail });
    if (this.#all.length > most_mails) this.#all.shift();
    return undefined;
  }

  // Oldest first; `to` narrows it to one mailbox.
  all(to) {
    return to === undefined ? this.#all : this.#all.filter(({ envelope }) => envelope.to.some((one) => one.toLowerCase() === to.toLowerCase()));
  }

  reset() {
    this.#all = [];
  }
}

const needed = ["from", "to", "subject", "date", "message-id"];

// As strict as a careful server: what it refuses is a bug of whoever wrote it.
export function read_mail(raw) {
  const text = raw.toString("latin1");
  if (/[^\r]\n|\r[^\n]/.test(`${text}.`)) return { wrong: "lines must end with CRLF" };
  if (text.split("\r\n").some((line) => line.length > 998)) return { wrong: "a line is longer than 998 characters" };
  if (/[^\x00-\x7f]/.test(text)) return { wrong: "8-bit characters were not announced" };
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return { wrong: "there is no empty line behind the headers" };
  const fields = text.slice(0, end).replace(/\r\n(?=[ \t])/g, "").split("\r\n").map((line) => /^([!-9;-~]+): (.*)$/.exec(line));
  if (fields.some((field) => !field)) return { wrong: "a header cannot be read" };
  const headers = {};
  for (const [, name, value] of fields) {
    if (Object.hasOwn(headers, name.toLowerCase())) return { wrong: `${name} is there twice` };
    headers[name.toLowerCase()] = value;
  }
  const missing = needed.find((name) => !headers[name]);
  if (missing) return { wrong: `${missing} is missing` };
  if (Number.isNaN(Date.parse(headers.date))) return { wrong: "Date is no date" };
  const id = /^<([^<>@\s]+@[^<>@\s]+)>$/.exec(headers["message-id"])?.[1];
  if (!id) return { wrong: "Message-ID is none" };
  const body = decoded_body(text.slice(end + 4), headers["content-transfer-encoding"] ?? "7bit");
  return { mail: { id, from: decoded_words(headers.from), to: headers.to, subject: decoded_words(headers.subject), text: body, headers } };
}

function decoded_body(body, encoding) {
  if (encoding === "base64") return Buffer.from(body, "base64").toString("utf8").replace(/\r\n/g, "\n");
  if (encoding !== "quoted-printable") return body.replace(/\r\n/g, "\n");
  const bytes = body.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8").replace(/\r\n/g, "\n");
}

// RFC 2047: neighbouring words belong together.
function decoded_words(value) {
  return value.replace(/\?=\s+=\?/g, "?==?").replace(/=\?utf-8\?(b|q)\?([^?]*)\?=/gi, (_, kind, word) => {
    const bytes = kind.toLowerCase() === "b" ? Buffer.from(word, "base64")
      : Buffer.from(word.replaceAll("_", " ").replace(/=([0-9A-F]{2})/gi, (__, hex) => String.fromCharCode(Number.parseInt(hex, 16))), "latin1");
    return bytes.toString("utf8");
  });
}
