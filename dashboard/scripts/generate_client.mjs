// The typed client's operations, made of the server's own OpenAPI document.
//
//   node scripts/generate_client.mjs http://127.0.0.1:8080 > src/api/operations.ts
//
// Knows what protocol/api/schema writes, and refuses what it does not know: a new keyword must not pass unseen.

const known = new Set([
  "$ref",
  "type",
  "description",
  "properties",
  "required",
  "additionalProperties",
  "items",
  "enum",
  "format",
  "pattern",
  "examples",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "minItems",
  "maxItems",
]);

// -> the text of src/api/operations.ts
export function client_of(document) {
  const shapes = document.components.schemas;
  const lines = [
    "// Made by scripts/generate_client.mjs from /api/v1/openapi.json. Not to be edited: change the declaration in net/api/resources and make it again.",
    "",
    'import { operation } from "./operation";',
    "",
  ];
  const used = new Set();
  const operations = [];
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, one] of Object.entries(methods)) {
      if (is_stream(one)) note_types(one.responses["200"].content["text/event-stream"].schema, shapes, used);
      else operations.push(operation_of(document, path, method, one, used));
    }
  }
  note_types({ $ref: "#/components/schemas/Problem" }, shapes, used);
  for (const name of [...used].sort()) lines.push(`export interface ${name} ${members_of(shapes[name], 0)}`, "");
  operations.sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const { text } of operations) lines.push(text, "");
  return `${lines.join("\n").trimEnd()}\n`;
}

const is_stream = (one) => Boolean(one.responses["200"]?.content?.["text/event-stream"]);

function operation_of(document, path, method, one, used) {
  const type = (schema) => {
    note_types(schema, document.components.schemas, used);
    return type_of(schema, 0);
  };
  const parameters = (place) => (one.parameters ?? []).filter((parameter) => parameter.in === place);
  const object = (list) => (list.length === 0 ? "object" : `{ ${list.map(({ name, required, schema }) => `${name}${required ? "" : "?"}: ${type(schema)}`).join("; ")} }`);
  const headers = parameters("header").map(({ name }) => name);
  const needs = headers.includes("If-Match") ? "version" : headers.includes("Idempotency-Key") ? "key" : "nothing";
  const shape = [
    `path: ${object(parameters("path"))}`,
    `query: ${object(parameters("query"))}`,
    `body: ${body_type(one, type)}`,
    `answer: ${answer_type(one, type)}`,
    `needs: "${needs}"`,
  ];
  const words = [one.operationId, method.toUpperCase(), path.replace(/^\/api\/v1/, ""), one["x-roles"]?.[0] ?? (one.security?.length === 0 ? "anyone" : "account"), needs];
  const text = `/** ${one.summary} */\nexport const ${one.operationId} = /* @__PURE__ */ operation<{ ${shape.join("; ")} }>(${words.map((word) => JSON.stringify(word)).join(", ")});`;
  return { id: one.operationId, text };
}

function body_type({ requestBody }, type) {
  if (!requestBody) return "undefined";
  const json = requestBody.content["application/json"];
  return json ? type(json.schema) : "Blob";
}

function answer_type({ responses }, type) {
  const kinds = new Set();
  for (const [status, answer] of Object.entries(responses)) {
    if (!status.startsWith("2")) continue;
    const contents = Object.entries(answer.content ?? {});
    if (contents.length === 0) kinds.add("undefined");
    for (const [content_type, { schema }] of contents) kinds.add(content_type === "application/json" ? type(schema) : "Blob");
  }
  return [...kinds].join(" | ");
}

const name_in = (ref) => ref.split("/").at(-1);

// Every named shape that `schema` reaches.
function note_types(schema, shapes, used) {
  if (schema.$ref) {
    const name = name_in(schema.$ref);
    if (used.has(name)) return;
    used.add(name);
    note_types(shapes[name], shapes, used);
  }
  if (schema.items) note_types(schema.items, shapes, used);
  for (const member of Object.values(schema.properties ?? {})) note_types(member, shapes, used);
}

function type_of(schema, depth) {
  for (const keyword of Object.keys(schema)) if (!known.has(keyword)) throw new Error(`this script does not know ${keyword}`);
  if (schema.$ref) return name_in(schema.$ref);
  if (schema.enum) return schema.enum.map((word) => JSON.stringify(word)).join(" | ");
  const types = [schema.type].flat().map((type) => {
    switch (type) {
      case "string":
        return "string";
      case "integer":
        return "number";
      case "boolean":
        return "boolean";
      case "null":
        return "null";
      case "array":
        return `Array<${type_of(schema.items, depth)}>`;
      case "object":
        return members_of(schema, depth);
      default:
        throw new Error(`this script does not know the type ${type}`);
    }
  });
  return types.join(" | ");
}

function members_of(schema, depth) {
  const pad = "  ".repeat(depth + 1);
  const required = new Set(schema.required ?? []);
  const lines = [];
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    if (member.description) lines.push(`${pad}/** ${member.description.replaceAll("*/", "*\\/")} */`);
    lines.push(`${pad}${name}${required.has(name) ? "" : "?"}: ${type_of(member, depth + 1)};`);
  }
  return `{\n${lines.join("\n")}\n${"  ".repeat(depth)}}`;
}

if (process.argv[1] === (await import("node:url")).fileURLToPath(import.meta.url)) {
  const server = process.argv[2];
  if (!server) {
    console.error("usage: node scripts/generate_client.mjs SERVER > src/api/operations.ts");
    process.exit(2);
  }
  const answer = await fetch(`${server}/api/v1/openapi.json`);
  process.stdout.write(client_of(await answer.json()));
}
