// The document as a stranger reads it, who has nothing else.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { misfits, resolved } from "./harness/api.mjs";
import { shared_world } from "./harness/world.mjs";

let document;
let here;
shared_world({ before, after }, { name: "api-document" }, async (world) => {
  here = world;
  document = await (await fetch(`${world.server.url}/api/v1/openapi.json`)).json();
});

const operations = () => Object.values(document.paths).flatMap((methods) => Object.values(methods));

// Everything in the document that shows a value: [where, schema, examples].
function * shown() {
  for (const { operationId, parameters = [], requestBody, responses } of operations()) {
    for (const { name, schema, example } of parameters) yield [`${operationId} ${name}`, schema, [example]];
    yield * contents(operationId, requestBody);
    for (const [status, answer] of Object.entries(responses)) {
      const declared = resolved(document, answer);
      yield * contents(`${operationId} ${status}`, declared);
      for (const [name, header] of Object.entries(declared.headers)) {
        const { schema, example } = resolved(document, header);
        yield [`${operationId} ${status} ${name}`, schema, [example]];
      }
    }
  }
}

function * contents(where, node) {
  for (const [type, { schema, example, examples }] of Object.entries(node?.content ?? {}))
    if (schema) yield [`${where} ${type}`, schema, examples ? Object.values(examples).map(({ value }) => value) : [example]];
}

// Every schema below a node, with its own examples.
function * schemas_in(node, where = "") {
  if (node === null || typeof node !== "object") return;
  if (Array.isArray(node.examples)) yield [where, node, node.examples];
  for (const [key, inner] of Object.entries(node)) if (key !== "examples" && key !== "example") yield * schemas_in(inner, `${where}/${key}`);
}

test("every JSON body, parameter and header has an example that fits its schema", () => {
  let seen = 0;
  for (const [where, schema, examples] of shown()) {
    assert.ok(examples.length > 0 && examples.every((one) => one !== undefined), `${where} has no example`);
    for (const one of examples) assert.deepEqual(misfits(document, schema, one), [], `${where}: ${JSON.stringify(one)}`);
    seen += 1;
  }
  assert.ok(seen > 500, `${seen}`);
});

test("every example of a schema fits it", () => {
  const own = [...schemas_in(document)];
  assert.ok(own.length > 50, `${own.length}`);
  for (const [where, schema, examples] of own)
    for (const one of examples) assert.deepEqual(misfits(document, schema, one), [], where);
});

test("every reference leads somewhere, and every pattern is one", () => {
  const walk = (node) => {
    if (node === null || typeof node !== "object") return;
    if (node.$ref) assert.ok(resolved(document, node), node.$ref);
    if (typeof node.pattern === "string") assert.ok(new RegExp(node.pattern, "u"));
    Object.values(node).forEach(walk);
  };
  walk(document);
});

// Every schema that says a type.
function * typed_in(node, where = "") {
  if (node === null || typeof node !== "object") return;
  // A property may be named "type".
  if (typeof node.type === "string" || Array.isArray(node.type)) yield [where, node, [node.type].flat()];
  for (const [key, inner] of Object.entries(node)) if (!["example", "examples", "enum"].includes(key)) yield * typed_in(inner, `${where}/${key}`);
}

test("every text, list and number has its limits", () => {
  const seen = { string: 0, array: 0, integer: 0 };
  const limits = {
    string: (one) => Number.isInteger(one.maxLength) || Array.isArray(one.enum),
    array: (one) => Number.isInteger(one.maxItems) && one.items !== undefined,
    integer: (one) => Number.isInteger(one.minimum) && Number.isInteger(one.maximum),
    object: (one) => one.additionalProperties === false || Number.isInteger(one.maxProperties),
    boolean: () => true,
    null: () => true,
  };
  const { schemas, responses, headers } = document.components;
  for (const [where, one, types] of typed_in({ paths: document.paths, schemas, responses, headers })) {
    for (const type of types) {
      assert.ok(limits[type]?.(one), `${where} is a ${type} without a limit: ${JSON.stringify(one).slice(0, 200)}`);
      seen[type] += 1;
    }
  }
  assert.ok(seen.string > 300 && seen.array > 50 && seen.integer > 100, JSON.stringify(seen));
});

test("every refusal is a problem of a type that is listed", () => {
  const types = document.components.schemas.Problem.properties.type.enum;
  for (const [name, { content }] of Object.entries(document.components.responses)) {
    const kinds = Object.entries(content["application/problem+json"].examples);
    assert.ok(kinds.length > 0, `${name} has no type`);
    for (const [kind, { value }] of kinds) {
      assert.equal(value.type, `/problems/${kind}`);
      assert.equal(`Problem${value.status}`, name);
      assert.ok(types.includes(value.type), value.type);
    }
  }
});

test("whatever wants If-Match is found with an ETag somewhere", () => {
  const tells = (one) => Object.values(one.responses).some((answer) => resolved(document, answer).headers?.ETag);
  for (const one of operations().filter(({ parameters = [] }) => parameters.some(({ name }) => name === "If-Match"))) {
    const [path] = Object.entries(document.paths).find(([, methods]) => Object.values(methods).includes(one));
    const resource = path.replace(/\/[a-z-]+$/, "");
    const near = Object.entries(document.paths).filter(([other]) => other === path || other === resource).flatMap(([, methods]) => Object.values(methods));
    assert.ok(near.some(tells), one.operationId);
  }
});

test("each kind of task that the database takes has its word in the document", async () => {
  const [[rule]] = await here.server.sql("SELECT string_agg(pg_get_constraintdef(oid), ' ') FROM pg_constraint WHERE conrelid = 'person_tasks'::regclass AND contype = 'c'");
  const stored = [...new Set([...rule.matchAll(/'([a-z_]+)'::text/g)].map(([, kind]) => kind))].sort();
  assert.ok(stored.length > 10, rule);
  assert.deepEqual([...resolved(document, document.components.schemas.Task.properties.kind).enum].sort(), stored);
});
