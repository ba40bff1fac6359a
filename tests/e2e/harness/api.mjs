// A client of the REST bridge that holds each answer, and what was sent with success, against the server's own OpenAPI document.

import assert from "node:assert/strict";
import { keep_answer } from "./api_record.mjs";

// By server: the document does not change while one runs.
const documents = new Map();

export class api_client {
  constructor(url, { access_token } = {}) {
    this.url = url;
    this.access_token = access_token;
  }

  document() {
    if (!documents.has(this.url)) {
      documents.set(this.url, fetch(`${this.url}/api/v1/openapi.json`).then((answer) => answer.json()));
    }
    return documents.get(this.url);
  }

  // -> {status, body, headers}; the answer must be one that the operation declares.
  async call(method, path, { body, headers = {}, raw, token = this.access_token } = {}) {
    const sent = { ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers };
    if (body !== undefined) sent["content-type"] ??= "application/json";
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method, headers: sent, body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
    });
    // One that goes on is not read here: see event_stream.
    const goes_on = answer.headers.get("content-type") === "text/event-stream";
    if (goes_on) await answer.body?.cancel();
    const bytes = goes_on ? Buffer.alloc(0) : Buffer.from(await answer.arrayBuffer());
    const text = bytes.toString();
    const is_json = /[/+]json(;|$)/.test(answer.headers.get("content-type") ?? "");
    const given = { status: answer.status, headers: answer.headers, bytes, text, body: is_json ? JSON.parse(text) : text === "" && !answer.headers.has("content-type") ? undefined : text };
    await this.#hold_against_the_document(method, path, given, { body, raw, type: sent["content-type"] });
    return given;
  }

  get(path, options) { return this.call("GET", path, options); }
  post(path, body, options) { return this.call("POST", path, { body, ...options }); }
  patch(path, body, options) { return this.call("PATCH", path, { body, ...options }); }
  put(path, body, options) { return this.call("PUT", path, { body, ...options }); }
  delete(path, options) { return this.call("DELETE", path, options); }

  // A client for this account.
  async signed_in(email, password, more = {}) {
    const { status, body } = await this.post("/auth/sign-in", { email, password, ...more });
    assert.equal(status, 200, `signing in as ${email}`);
    const client = new this.constructor(this.url, { access_token: body.access_token });
    client.refresh_token = body.refresh_token;
    return client;
  }

  async #hold_against_the_document(method, path, { status, body, headers }, sent) {
    const document = await this.document();
    const operation = operation_of(document, method, `/api/v1${path.split("?")[0]}`);
    if (!operation) return;
    keep_answer(operation.operationId, path, { status, headers, body });
    const declared = resolved(document, operation.responses[String(status)]);
    assert.ok(declared, `${operation.operationId} does not declare ${status}: ${JSON.stringify(body)}`);
    if (status < 300) hold_request(document, operation, sent);
    if (status < 300) hold_query(document, operation, new URLSearchParams(path.split("?")[1] ?? ""));
    hold_headers(document, `${operation.operationId} ${status}`, declared, headers);
    const type = headers.get("content-type")?.split(";")[0];
    const content = declared.content?.[type];
    if (!declared.content) return assert.equal(body, undefined, `${operation.operationId} ${status} has a body`);
    assert.ok(content, `${operation.operationId} ${status} answers ${type}`);
    if (type === "text/event-stream" || !content.schema) return;  // goes on, or bytes
    const wrong = misfits(document, content.schema, body);
    assert.deepEqual(wrong, [], `${operation.operationId} ${status}: ${JSON.stringify(body).slice(0, 500)}`);
  }
}

// Remembers everything that it was ever answered, to be searched for secrets.
export class listening_client extends api_client {
  // [{path, body, text}]; the text is that of the headers, too.
  static answers = [];

  async call(method, path, ...more) {
    const answer = await super.call(method, path, ...more);
    listening_client.answers.push({ path, body: answer.body, text: `${JSON.stringify([...answer.headers])}\n${answer.text}` });
    return answer;
  }
}

// Options of a call that changes what was read in this version.
export const if_match = (version) => ({ headers: { "if-match": `"${version}"` } });

// The id of the session in which a client is signed in.
export const session_of = ({ access_token }) => JSON.parse(Buffer.from(access_token.split(".")[1], "base64url")).sid;

// The attributes of the cookie that an answer sets, in alphabetical order.
export const cookie_rules = ({ headers }) => headers.get("set-cookie").split("; ").slice(1).sort();

// An answer that gives the refresh token to a browser to keep, and to no script. -> the cookie as it is sent back
export function kept_cookie(answer, why) {
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.refresh_token, null, why);
  assert.deepEqual(cookie_rules(answer), ["HttpOnly", `Max-Age=${30 * 86_400}`, "Path=/api/v1/auth", "SameSite=Strict", "Secure"],
    "these and no others: no Domain, so that no other host gets it");
  const [cookie] = answer.headers.get("set-cookie").split(";");
  assert.match(cookie, /^sellavie_refresh=[\w-]{40,}$/);
  return cookie;
}

// What $ref points to in the end.
export function resolved(document, node) {
  return node?.$ref ? resolved(document, node.$ref.split("/").slice(1).reduce((inner, key) => inner[key], document)) : node;
}

// A body that was taken is one that the document allows.
function hold_request(document, { operationId, requestBody }, { body, raw, type }) {
  if (!requestBody) return;
  const content = requestBody.content[type?.split(";")[0]];
  assert.ok(content, `${operationId} took ${type}`);
  if (!content.schema) return;
  const sent = JSON.parse(raw ?? JSON.stringify(body));
  assert.deepEqual(misfits(document, content.schema, sent), [], `${operationId} took ${JSON.stringify(sent).slice(0, 500)}`);
}

// Nor does a request succeed with a parameter that the document does not have.
function hold_query(document, { operationId, parameters = [] }, given) {
  const declared = new Map(parameters.filter((one) => one.in === "query").map((one) => [one.name, one]));
  for (const [name, text] of given) {
    assert.ok(declared.has(name), `${operationId} took an undeclared ${name}`);
    assert.deepEqual(misfits(document, declared.get(name).schema, value_of(document, declared.get(name).schema, text)), [], `${operationId} took ${name}=${text}`);
  }
  for (const { name, required } of declared.values()) assert.ok(!required || given.has(name), `${operationId} went on without ${name}`);
}

// What a text of a query means where this schema stands.
function value_of(document, given, text) {
  const { type } = resolved(document, given);
  if (type === "integer" && /^-?\d+$/.test(text)) return Number(text);
  return type === "boolean" && ["true", "false"].includes(text) ? text === "true" : text;
}

const told_headers = ["etag", "location", "retry-after", "set-cookie", "www-authenticate", "content-disposition", "x-request-id"];

// What a client may rely on is declared, and what is declared comes.
function hold_headers(document, what, { headers: shapes }, headers) {
  const declared = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name.toLowerCase(), resolved(document, shape)]));
  for (const name of told_headers) assert.ok(!headers.has(name) || declared[name], `${what} has an undeclared ${name}`);
  for (const [name, { required, schema }] of Object.entries(declared)) {
    if (!headers.has(name)) assert.ok(!required, `${what} has no ${name}`);
    else assert.deepEqual(misfits(document, schema, schema.type === "integer" ? Number(headers.get(name)) : headers.get(name)), [], `${what} ${name}`);
  }
}

// The operation of a concrete path.
export function operation_of(document, method, path) {
  const parts = path.split("/");
  for (const [template, methods] of Object.entries(document.paths)) {
    const wanted = template.split("/");
    if (wanted.length === parts.length && wanted.every((part, i) => part.startsWith("{") || part === parts[i])) {
      if (methods[method.toLowerCase()]) return methods[method.toLowerCase()];
    }
  }
  return undefined;
}

// A value that fits, of the fields that must be there.
export function example_of(document, schema) {
  if (schema.$ref) return example_of(document, resolved(document, schema));
  if (schema.enum) return schema.enum[0];
  switch ([schema.type].flat()[0]) {
    case "boolean": return true;
    case "integer": return schema.minimum;
    case "array": return Array.from({ length: schema.minItems ?? 0 }, () => example_of(document, schema.items));
    // One of its own says what fits where nothing alone is required.
    case "object": return schema.examples?.[0] ?? Object.fromEntries((schema.required ?? []).map((name) => [name, example_of(document, schema.properties[name])]));
    default: return { uuid: "01890a5d-ac96-774b-bcce-b302099a8057", email: "a@b.example", "date-time": "2026-01-31T09:30:00Z" }[schema.format]
      ?? "a".repeat(Math.max(1, schema.minLength ?? 1));
  }
}

// Enough of JSON Schema for what the server's document uses; unknown keywords are an error.
const known = new Set(["$ref", "type", "description", "properties", "required", "additionalProperties", "items", "enum", "format",
  "pattern", "examples", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "maxProperties"]);

export function misfits(document, schema, value, at = "") {
  if (schema.$ref) return misfits(document, resolved(document, schema), value, at);
  for (const keyword of Object.keys(schema)) if (!known.has(keyword)) return [`${at}: unknown keyword ${keyword}`];
  const types = schema.type === undefined ? undefined : [schema.type].flat();
  const type = value === null ? "null" : Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value;
  if (types && !types.includes(type)) return [`${at}: ${type} instead of ${types}`];
  if (schema.enum && !schema.enum.includes(value)) return [`${at}: ${value} is not one of ${schema.enum}`];
  const wrong = [];
  if (typeof value === "string") {
    const length = [...value].length;
    if (length < (schema.minLength ?? 0) || length > (schema.maxLength ?? Infinity)) wrong.push(`${at}: ${length} characters`);
    if (schema.pattern && !new RegExp(schema.pattern, "u").test(value)) wrong.push(`${at}: not like ${schema.pattern}`);
    if (schema.format === "uuid" && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) wrong.push(`${at}: no uuid`);
    if (schema.format === "date-time" && Number.isNaN(Date.parse(value))) wrong.push(`${at}: no date-time`);
    // Where none need be given, the empty text is none.
    if (schema.format === "email" && value !== "" && !/^[^@\s]+@[^@\s]+$/.test(value)) wrong.push(`${at}: no address`);
  }
  if (schema.format === "int64" && typeof value === "number" && !Number.isSafeInteger(value)) wrong.push(`${at}: ${value} is not exact`);
  if (typeof value === "number" && (value < (schema.minimum ?? -Infinity) || value > (schema.maximum ?? Infinity))) wrong.push(`${at}: ${value}`);
  if (Array.isArray(value)) {
    if (value.length < (schema.minItems ?? 0) || value.length > (schema.maxItems ?? Infinity)) wrong.push(`${at}: ${value.length} items`);
    value.forEach((item, i) => wrong.push(...misfits(document, schema.items, item, `${at}/${i}`)));
  } else if (type === "object") {
    for (const name of schema.required ?? []) if (!(name in value)) wrong.push(`${at}/${name} is missing`);
    for (const [name, member] of Object.entries(value)) {
      const shape = schema.properties?.[name] ?? schema.additionalProperties;
      if (shape === false) wrong.push(`${at}/${name} is not declared`);
      else if (shape) wrong.push(...misfits(document, shape, member, `${at}/${name}`));
    }
  }
  return wrong;
}
