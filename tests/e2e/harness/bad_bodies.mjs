// Bodies and query parameters that an operation must refuse, derived from the schemas that it declares.

import { resolved } from "./api.mjs";

const strange = Object.freeze({ null: null, true: true, zero: 0, fraction: 1.5, text: "x", list: [], "list of null": [null], object: {} });
const kinds = { null: ["null"], true: ["boolean"], zero: ["integer"], fraction: ["number"], text: ["string"], list: ["array"], "list of null": ["array"], object: ["object"] };
const formats = { uuid: ["x", "01890a5d-ac96-774b-bcce-b302099a805", "01890a5d-ac96-774b-bcce-b302099a8057 "], email: ["x", "@", "a@", "a b@example.com", "a@b@c"],
  "date-time": ["x", "2026-02-30T00:00:00Z", "2026-01-01", "2026-01-01T25:00:00Z"] };

// Tab and line breaks may stand in texts of several lines.
const control_characters = Array.from({ length: 33 }, (_, i) => String.fromCharCode(i === 32 ? 0x7f : i)).filter((one) => !"\t\n\r".includes(one));

const almost_booleans = ["true", "false", "True", "FALSE", "yes", "no", "on", "off", "t", "f", "1", "0", "", " ", "null", 1, -1, 2, 1e10, [true], [false], [[true]], { value: true }, { true: true }];

const longest_text = 500_000;
const most_items = 5_000;

export class bad_bodies {
  constructor(document) {
    this.document = document;
  }

  // A value that fits, with every optional field.
  good(given) {
    const schema = resolved(this.document, given);
    const type = [schema.type].flat()[0];
    if (schema.enum) return schema.enum[0];
    if (type === "object") return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, shape]) => [name, this.good(shape)]));
    if (type === "array") return Array.from({ length: Math.max(1, schema.minItems ?? 0) }, () => this.good(schema.items));
    if (type === "integer" || type === "number") return Math.min(Math.max(1, schema.minimum ?? 1), schema.maximum ?? Infinity);
    if (type === "boolean") return true;
    const known = { uuid: "01890a5d-ac96-774b-bcce-b302099a8057", email: "somebody@example.com", "date-time": "2026-01-31T09:30:00Z" };
    return known[schema.format] ?? "x".repeat(Math.max(1, schema.minLength ?? 0));
  }

  // -> [{why, field, body}]: `field` is the JSON pointer that the answer must name.
  of(given) {
    const base = this.good(given);
    return [...this.#of(given, "")].map(({ why, field, put }) => ({ why, field, body: put(structuredClone(base)) }));
  }

  * #of(given, at) {
    const schema = resolved(this.document, given);
    const types = [schema.type].flat();
    const at_field = (value) => (body) => placed(body, at, value);
    for (const [why, value] of Object.entries(strange)) {
      const fits = kinds[why].some((kind) => types.includes(kind) || (kind === "integer" && types.includes("number")));
      if (!fits) yield { why, field: at, put: at_field(value) };
    }
    if (schema.enum) {
      const [word] = schema.enum;
      for (const value of ["", "x", String(word).toUpperCase() + "_", `${word} `, ` ${word}`, `${word}${word}`, ...control_characters.map((one) => `${word}${one}`)]) yield { why: "another word", field: at, put: at_field(value) };
    } else if (types.includes("string")) {
      yield* this.#texts(schema, at, at_field);
    } else if (types.includes("integer")) {
      for (const value of [1e300, -1e300, 0.1, schema.maximum === undefined ? 2 ** 53 : schema.maximum + 2, (schema.minimum ?? -(2 ** 53)) - 1, "1"])
        yield { why: `the number ${value}`, field: at, put: at_field(value) };
    } else if (types.includes("boolean")) {
      for (const value of almost_booleans) yield { why: `almost a boolean: ${JSON.stringify(value)}`, field: at, put: at_field(value) };
    } else if (types.includes("array")) {
      if (schema.maxItems <= most_items) yield { why: "too many items", field: at, put: at_field(Array.from({ length: schema.maxItems + 1 }, () => this.good(schema.items))) };
      if (schema.minItems > 0) yield { why: "too few items", field: at, put: at_field([]) };
      yield* this.#of(schema.items, `${at}/0`);
    } else if (types.includes("object")) {
      yield* this.#members(schema, at);
    }
  }

  * #texts(schema, at, at_field) {
    for (const one of control_characters) yield { why: `control character ${one.charCodeAt(0)}`, field: at, put: at_field(`a${one}b`) };
    if (schema.maxLength < longest_text) yield { why: "too long", field: at, put: at_field("x".repeat(schema.maxLength + 1)) };
    if (schema.minLength > 0) yield { why: "too short", field: at, put: at_field("x".repeat(schema.minLength - 1)) };
    for (const value of formats[schema.format] ?? []) yield { why: `no ${schema.format}`, field: at, put: at_field(value) };
  }

  * #members(schema, at) {
    for (const name of schema.required ?? []) yield { why: "missing", field: `${at}/${name}`, put: (body) => without(body, at, name) };
    if (schema.additionalProperties === false)
      for (const [name, value] of [["unexpected", 1], ["is_admin", true], ["business_id", "x"], ["price", null], ["__proto", {}], ["id2", "1"]])
        if (!(name in (schema.properties ?? {}))) yield { why: "extra", field: `${at}/${name}`, put: (body) => placed(body, `${at}/${name}`, value) };
    for (const [name, shape] of Object.entries(schema.properties ?? {})) yield* this.#of(shape, `${at}/${name}`);
  }

  // No JSON at all, or none that can be read: 400.
  raw(given) {
    const good = JSON.stringify(this.good(given));
    const fields = Object.keys(resolved(this.document, given).properties ?? {});
    const instead = (text) => fields.slice(0, 3).map((name) => `{${JSON.stringify(name)}:${text}}`);
    return ["", " ", "{", "}", "NaN", "Infinity", "nul", "'x'", `${good}x`, `${good}${good}`, `\ufeff${good.slice(1)}`, good.slice(0, -1), good.replaceAll('"', "'"),
      `${'{"a":'.repeat(40)}1${"}".repeat(40)}`, "[".repeat(5000), "1e400", "01", "{,}", '{"a":1,}', '{"a":"\\ud800"}', Buffer.from([0x22, 0xff, 0xfe, 0x22]),
      ...["NaN", "-Infinity", "1e400", "01", "0x1", "\\u0000", '"\n"', "undefined"].flatMap(instead)];
  }
}

// Texts that are no value of this query parameter.
export function bad_texts(document, { name, schema: given }) {
  const schema = resolved(document, given);
  const strange_numbers = ["", "x", "1.5", "1e1", "0x1", " 1", "+1", "1,5", "-1", "9".repeat(30), `-${"9".repeat(30)}`, "1\u0000"];
  if (schema.type === "integer") return [...strange_numbers, String(schema.minimum - 1), String(BigInt(schema.maximum) + 1n)];
  if (schema.type === "boolean") return ["", "x", "TRUE", "True", "yes", "1", "0", "null", "true ", "true\u0000"];
  const of_controls = control_characters.map((one) => `a${one}b`);
  if (schema.enum) return ["", "x", schema.enum[0].toUpperCase(), `${schema.enum[0]} `, `${schema.enum[0]},${schema.enum.at(-1)}`, `${schema.enum[0]}\u0000`, "x".repeat(5000), ...of_controls];
  const of_length = "x".repeat(schema.minLength ?? 1);
  const unlike = schema.pattern && !new RegExp(schema.pattern, "u").test(of_length) ? [of_length] : [];
  const texts = ["", "x".repeat(schema.maxLength + 1), "x".repeat(5000), ...of_controls, "a\nb", ...(formats[schema.format] ?? []), ...unlike];
  return name === "cursor" ? [...texts, "x", "!", "x y", "é", "x".repeat(64), "01890a5d-ac96-774b-bcce-b302099a8057"] : texts;
}

// -> `count` copies of `bytes`, each damaged in another way.
export function* mutations(random, bytes, count) {
  const at = (one) => random.below(one.length + 1);
  const noise = (most) => Buffer.from(Array.from({ length: 1 + random.below(most) }, () => random.below(256)));
  const put = (one, i, more, instead = 0) => Buffer.concat([one.subarray(0, i), more, one.subarray(i + instead)]);
  const ways = [
    (one) => one.subarray(0, at(one)),
    (one) => put(one, at(one), noise(1), 1),
    (one) => put(one, at(one), noise(40), 40),
    (one) => put(one, at(one), noise(40)),
    (one) => put(one, at(one), Buffer.alloc(1 + random.below(64), [0x00, 0xff, 0x22, 0x0a][random.below(4)])),
    (one) => put(one, at(one), Buffer.alloc(4, [0x00, 0x7f, 0x80, 0xff][random.below(4)]), 4),
    (one) => put(one, at(one), one.subarray(at(one))),
    () => noise(2000),
  ];
  for (let i = 0; i < count; ++i) {
    let one = ways[i % ways.length](bytes);
    for (let more = random.below(3); more > 0; --more) one = ways[random.below(ways.length - 1)](one);
    yield one;
  }
}

function parent_of(body, at) {
  const parts = at.split("/").slice(1);
  return [parts.slice(0, -1).reduce((node, part) => node[part], body), parts.at(-1)];
}

function placed(body, at, value) {
  if (at === "") return value;
  const [parent, name] = parent_of(body, at);
  parent[name] = value;
  return body;
}

function without(body, at, name) {
  const [parent, own] = parent_of(body, `${at}/${name}`);
  delete parent[own];
  return body;
}
