// HTTP words that every part of the sandbox uses: read a body within a limit, answer JSON, refuse.

export class refusal extends Error {
  constructor(status, body, headers = {}) {
    super(typeof body === "string" ? body : JSON.stringify(body));
    this.status = status;
    this.body = typeof body === "string" ? { error: body } : body;
    this.headers = headers;
  }
}

export const megabyte = 1024 * 1024;

// The whole body as bytes. Past the limit the rest is not read.
export function read_body(request, limit = megabyte) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    let size = 0;
    request.on("data", (chunk) => {
      size += chunk.length;
      if (size > limit) {
        request.pause();
        reject(new refusal(413, `the body is larger than ${limit} bytes`, { connection: "close" }));
        return;
      }
      chunks.push(chunk);
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", reject);
    request.on("aborted", () => reject(new refusal(400, "the body ended early")));
  });
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

// Bytes -> value, or undefined: never throws. JSON null is reported as undefined too.
export function parse_json(bytes) {
  try {
    return JSON.parse(utf8.decode(bytes)) ?? undefined;
  } catch {
    return undefined;
  }
}

export function is_object(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function is_web_url(text) {
  try {
    return typeof text === "string" && ["http:", "https:"].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

export function is_email(text) {
  return typeof text === "string" && text.length <= 320 && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text);
}

// 0, 1, 2 … as a number or as digits; undefined otherwise.
export function whole_number(value) {
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

export async function read_json_object(request, limit) {
  const bytes = await read_body(request, limit);
  if (bytes.length === 0) return {};
  const value = parse_json(bytes);
  if (!is_object(value)) throw new refusal(400, "the body must be a JSON object");
  return value;
}

export function answer(response, status, type, body, headers = {}) {
  if (response.writableEnded || response.destroyed) return;
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body, "utf8");
  response.writeHead(status, {
    "content-type": type,
    "content-length": bytes.length,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(bytes);
}

export function answer_json(response, status, value, headers) {
  answer(response, status, "application/json; charset=utf-8", JSON.stringify(value), headers);
}

export function bearer_of(request) {
  const match = /^Bearer\s+(\S+)\s*$/i.exec(request.headers.authorization ?? "");
  return match ? match[1] : "";
}

// A page of another site, open in the same browser, may not steer the sandbox.
export function refuse_foreign_pages({ headers }) {
  if (headers.origin === undefined) return;
  if (headers.origin !== `http://${headers.host}` && headers.origin !== `https://${headers.host}`) throw new refusal(403, "requests of other sites are refused");
}

// Does not keep the process alive: the listening socket does.
export function sleep(ms) {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms).unref()) : Promise.resolve();
}
