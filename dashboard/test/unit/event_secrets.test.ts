import { expect, test } from "vitest";
import { keysOf, problemOfSecret, replacementOf } from "../../src/pages/event_secrets";

test("empty rows are not sent, and none at all leaves those that are there", () => {
  expect(keysOf({ secret_key: " sk_test_1 ", webhook_secrets: ["", " whsec_1 ", "  "] })).toEqual({ secret_key: "sk_test_1", webhook_secrets: ["whsec_1"] });
  expect(keysOf({ secret_key: "sk_test_1", webhook_secrets: ["", " "] })).toEqual({ secret_key: "sk_test_1" });
});

test("a key that is not entered is not sent: the one that is there stays", () => {
  expect(replacementOf({ secret_key: " ", webhook_secrets: ["whsec_1"] })).toEqual({ webhook_secrets: ["whsec_1"] });
  expect(replacementOf({ secret_key: "sk_test_1", webhook_secrets: [""] })).toEqual({ secret_key: "sk_test_1" });
});

test("what is wrong stands at the row that was sent, and what is wrong with all of them at the first", () => {
  const rows = ["", "whsec_1", "", "short"];
  const at = (field: string) => rows.map((_, index) => problemOfSecret({ fields: { [field]: "is too short" } }, rows, index));
  expect(at("/webhook_secrets/1")).toEqual([undefined, undefined, undefined, "is too short"]);
  expect(at("/webhook_secrets/0")).toEqual([undefined, "is too short", undefined, undefined]);
  expect(at("/webhook_secrets")).toEqual(["is too short", undefined, undefined, undefined]);
  expect(problemOfSecret(null, rows, 3)).toBeUndefined();
});
