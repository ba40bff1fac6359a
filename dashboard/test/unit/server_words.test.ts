// The words that the server writes into the activity log and the orders' timelines, read from its sources: each has a text.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { taskKinds } from "../../src/lib/tasks";
import { en as ofAll } from "../../src/words/en";
import { en as integrations } from "../../src/words/integrations_en";
import { en as log } from "../../src/words/log_en";
import { en as notifications } from "../../src/words/notifications_en";
import { en as orders } from "../../src/words/orders_en";
import { en as tasks } from "../../src/words/tasks_en";
import { en as training } from "../../src/words/training_en";

const en = { ...ofAll, ...orders };
const root = path.resolve(import.meta.dirname, "../../..");
const source = (file: string) => readFileSync(path.join(root, file), "utf8").replace(/\/\/.*$/gm, "");
const missing = (prefix: string, words: string[]) => words.filter((word) => !(`${prefix}.${word}` in en));

const sourcesIn = (folder: string, end = /\.cpp$/) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => end.test(file))
    .map((file) => source(path.join(folder, file)));

/** Literals such as "product.updated" where entries are written; fault points, files and columns are named alike. */
function actionsIn(folder: string): string[] {
  return sourcesIn(folder)
    .flatMap((text) => [...text.replace(/fault_point\("[^"]*"\)/g, "").matchAll(/"([a-z_]+\.[a-z_]+)"/g)])
    .map(([, action = ""]) => action)
    .filter((action) => !/\.(conf|pid|log|id)$/.test(action));
}

/** Literals that are written into a timeline, and those that a notice to the customer is written there as. */
function factsIn(folder: string): string[] {
  const places = [/timeline\.push_back\(\s*\{[^,]+,[^,]+,[^",]*"([a-z]\w*)(?:: )?"/g, /\bnote\([^,]+, "(\w+)",/g, /\.as = "(\w+)"/g, /string_view as = "(\w+)"/g];
  return sourcesIn(folder, /\.[ch]pp$/).flatMap((text) => places.flatMap((place) => [...text.matchAll(place)].map(([, fact = ""]) => fact)));
}

/** What `to_string` of an enum answers. */
function wordsOf(kind: string, file: string): string[] {
  const body = source(file).split(`std::string_view to_string(${kind} `)[1]?.split("\n}")[0] ?? "";
  return [...body.matchAll(/case \w+::\w+: return "(\w+)"/g)].map(([, word = ""]) => word);
}

describe("what the server writes has a text:", () => {
  test("each action of the activity log", () => {
    const actions = [...new Set(["actors", "storage"].flatMap(actionsIn))].sort();
    expect(actions.length).toBeGreaterThan(100);
    expect(Object.keys(log).sort()).toEqual(actions);
  });
  test("each reason for asking a payment provider", () => {
    const hints = wordsOf("payment_hint", "protocol/domain/payment.cpp");
    expect(hints.length).toBeGreaterThan(3);
    expect(
      Object.keys(en)
        .filter((key) => key.startsWith("noticed."))
        .sort(),
    ).toEqual(hints.map((hint) => `noticed.${hint}`).sort());
  });
  test("each fact of an order's timeline", () => {
    const order = wordsOf("order_event_kind", "protocol/domain/desk_event.cpp");
    const refunds = wordsOf("refund_state", "protocol/domain/refund.cpp").map((state) => `refund_${state}`);
    const reviews = wordsOf("review_state", "protocol/domain/review.cpp").map((state) => `review_${state}`);
    const documents = wordsOf("invoice_kind", "protocol/domain/invoice.cpp").map((kind) => `${kind}_issued`);
    const needs = [...source("protocol/domain/desk_event.cpp").matchAll(/event\.why == attention::(\w+)\) note\(/g)].map(([, why = ""]) => why);
    const elsewhere = ["actors", "net", "protocol", "storage"].flatMap(factsIn);
    expect([order.length, refunds.length, reviews.length, documents.length, elsewhere.length].every((count) => count > 1)).toBe(true);
    const facts = [...order, ...refunds, ...reviews, ...documents, ...needs, ...elsewhere];
    expect(missing("fact", facts)).toEqual([]);
    const texts = Object.keys(en).filter((key) => key.startsWith("fact."));
    expect(texts.filter((key) => !facts.includes(key.slice("fact.".length)))).toEqual([]);
  });
  test("each state of a refund, and each reason and state of a payment that waits", () => {
    const words = { "refund-state": wordsOf("refund_state", "protocol/domain/refund.cpp"), "review-state": wordsOf("review_state", "protocol/domain/review.cpp") };
    const reasons = wordsOf("review_reason", "protocol/domain/payment.cpp");
    const places = wordsOf("payment_place", "protocol/domain/payment_record.cpp");
    for (const [prefix, known] of Object.entries({ ...words, "review-reason": reasons, "payment-place": places })) {
      expect(known.length).toBeGreaterThan(2);
      expect(missing(prefix, known)).toEqual([]);
    }
  });
  test("each action of a trial, why it is refused, and why a sentence is held back", () => {
    const header = source("protocol/domain/action_kind.hpp");
    const actions = [...header.matchAll(/case action_kind::\w+: return "(\w+)"/g)].map(([, word = ""]) => word);
    const refusals = ["protocol/domain/policy.cpp", "actors/trial_turn.cpp"].flatMap((file) => [...source(file).matchAll(/refusal::(\w+)/g)].map(([, word = ""]) => word));
    const withheld = wordsOf("claim_violation", "protocol/action/claims.cpp");
    const known = { "trial-action": actions, "trial-refusal": [...new Set(refusals)].filter((why) => why !== "none"), "trial-withheld": withheld };
    for (const [prefix, words] of Object.entries(known)) {
      const texts = Object.keys(training).filter((key) => key.startsWith(`${prefix}.`));
      expect(texts.sort()).toEqual(words.map((word) => `${prefix}.${word}`).sort());
    }
  });
  test("each kind of notification, as a choice and as a sentence", () => {
    const kinds = wordsOf("notification_kind", "protocol/domain/notification.cpp");
    expect(kinds.length).toBeGreaterThan(5);
    const wanted = kinds.flatMap((kind) => [`notification.${kind}`, `notice.${kind}`]);
    expect(wanted.filter((key) => !(key in notifications))).toEqual([]);
  });
  test("each kind of task, what happened and what to do; each kind of background work", () => {
    const listed = [...(/schema kind_word\(\) \{([^}]*)\}/.exec(source("net/api/resources/person_tasks.cpp"))?.[1] ?? "").matchAll(/"(\w+)"/g)].map(([, kind = ""]) => kind);
    expect([...taskKinds].sort()).toEqual(listed.sort());
    const raised = [...listed, ...wordsOf("attention", "protocol/domain/desk_event.cpp")];
    const jobs = ["actors", "storage"]
      .flatMap((folder) => sourcesIn(folder, /\.hpp$/))
      .flatMap((text) => [...text.matchAll(/constexpr (?:const char\*|std::string_view) \w+_job(?:_kind)?(?: = |\{)"([a-z_.]+)"/g)].map(([, kind = ""]) => kind));
    for (const [prefix, kinds] of Object.entries({ "task-what": raised, "task-todo": raised, "job-kind": jobs })) {
      expect(kinds.length).toBeGreaterThan(10);
      const texts = Object.keys(tasks).filter((key) => key.startsWith(`${prefix}.`));
      expect(texts.sort()).toEqual([...new Set(kinds.map((kind) => `${prefix}.${kind}`))].sort());
    }
  });
  test("each event that other programs are told of, each state of what was sent to them, and why it did not arrive", () => {
    const api = source("net/api/resources/webhook_endpoints.cpp");
    const listed = (before: string) => [...(new RegExp(`${before}schema::word\\(\\{([^}]*)\\}`).exec(api)?.[1] ?? "").matchAll(/"(\w+)"/g)].map(([, word = ""]) => word);
    const known = {
      "webhook-event": [...source("protocol/outgoing/event.cpp").matchAll(/case event_type::\w+: return "([\w.]+)"/g)].map(([, word = ""]) => word),
      "delivery-state": listed("schema state_word\\(\\) \\{ return "),
      "delivery-problem": listed('"last_problem", '),
      "webhook.off": listed('"off_reason",\\s*'),
    };
    for (const [prefix, words] of Object.entries(known)) {
      expect(words.length).toBeGreaterThan(2);
      const texts = Object.keys(integrations).filter((key) => key.startsWith(`${prefix}.`));
      expect(texts.sort()).toEqual(words.map((word) => `${prefix}.${word}`).sort());
    }
  });
});
