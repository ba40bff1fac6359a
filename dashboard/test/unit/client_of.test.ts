import { expect, test } from "vitest";
import { client_of } from "../../scripts/generate_client.mjs";

const schemaOf = (properties: object, required: string[] = []) => ({ type: "object", properties, required, additionalProperties: false });
const documentWith = (schema: object) => ({
  paths: {
    "/api/v1/things/{thing_id}": {
      put: {
        operationId: "change_thing",
        summary: "Changes it.",
        parameters: [
          { name: "thing_id", in: "path", required: true, schema: { type: "string" } },
          { name: "If-Match", in: "header", required: true, schema: { type: "string" } },
        ],
        requestBody: { content: { "application/json": { schema } } },
        responses: { 200: { content: { "application/json": { schema: { $ref: "#/components/schemas/Thing" } } } }, 404: {} },
        "x-permission": "manage",
        "x-roles": ["admin", "owner"],
      },
    },
  },
  components: { schemas: { Thing: schemaOf({ name: { type: ["string", "null"] }, kind: { type: "string", enum: ["a", "b"] } }, ["name"]), Problem: schemaOf({}) } },
});

test("an operation becomes a call with its types and what it needs", () => {
  const text = client_of(documentWith(schemaOf({ sizes: { type: "array", items: { type: "integer" } } })));
  expect(text).toContain('name: string | null;\n  kind?: "a" | "b";');
  expect(text).toContain(
    'path: { thing_id: string }; query: object; body: {\n  sizes?: Array<number>;\n}; answer: Thing; needs: "version" }>("change_thing", "PUT", "/things/{thing_id}", "admin", "version")',
  );
});

test("a keyword that nobody thought of is refused", () => {
  expect(() => client_of(documentWith({ type: "object", oneOf: [] }))).toThrow("oneOf");
});
