// The rules G1 to G6 of lib/guide.

import { describe, expect, test } from "vitest";
import { guideSteps, isFinished, lacksOf, nextStep, type ShopState, stepsDone } from "../../src/lib/guide";

const use = { allowed: null, percent: null, used: 0, warning: "none" } as const;
const founded: ShopState = { hasProducts: false, published: 0, connections: [], plan: { state: "unlimited", ai_replies: use } };
const connected = { state: "active", subscribed: true } as const;
const ready: ShopState = { ...founded, hasProducts: true, published: 1, connections: [connected] };
const doneOf = (shop: ShopState, isTried = false) => guideSteps.filter((step) => stepsDone(shop, isTried)[step]);

describe("the steps", () => {
  test("G1 a business that is founded has that much, and nothing else", () => {
    expect(doneOf(founded)).toEqual(["business"]);
    expect(nextStep(stepsDone(founded))).toBe("products");
  });
  test("G2 the AI is taught once something is published", () => {
    expect(doneOf({ ...founded, published: 1 })).toEqual(["business", "training"]);
  });
  test("G3 a channel is connected while our access to it is taken", () => {
    expect(doneOf({ ...founded, connections: [{ state: "reconnect_needed", subscribed: true }] })).toEqual(["business"]);
    expect(doneOf({ ...founded, connections: [{ state: "disconnected", subscribed: null }, connected] })).toContain("channel");
  });
  test("G4 it is tried once the AI has answered a customer, or here", () => {
    expect(doneOf({ ...founded, plan: { state: "normal", ai_replies: { ...use, used: 1 } } })).toContain("try");
    expect(doneOf(founded, true)).toContain("try");
  });
  test("the next one is the first that is left, without the one that was finished just now", () => {
    const done = stepsDone({ ...ready, hasProducts: false });
    expect([nextStep(done), nextStep(done, "products"), nextStep(stepsDone(ready, true))]).toEqual(["products", "try", null]);
  });
});

describe("whether the AI answers", () => {
  test.each([
    ["no channel", founded, ["channel"]],
    ["only one that was disconnected", { ...ready, connections: [{ state: "disconnected", subscribed: false }] }, ["channel"]],
    ["one that Meta refuses", { ...ready, connections: [{ state: "reconnect_needed", subscribed: true }] }, ["access"]],
    ["one without messages", { ...ready, connections: [{ state: "active", subscribed: false }] }, ["messages"]],
    ["no replies left", { ...ready, plan: { state: "paused", ai_replies: use } }, ["replies"]],
    ["neither channel nor replies", { ...founded, plan: { state: "paused", ai_replies: use } }, ["channel", "replies"]],
  ] as Array<[string, ShopState, string[]]>)("G5 not with %s", (_, shop, lacks) => {
    expect(lacksOf(shop)).toEqual(lacks);
    expect(stepsDone(shop).live).toBe(false);
  });
  test.each([
    ["one of two works", { ...ready, connections: [{ state: "active", subscribed: false }, connected] }],
    ["it is not known whether messages come", { ...ready, connections: [{ state: "active", subscribed: null }] }],
    ["the plan is nearly used up", { ...ready, plan: { state: "near_limit", ai_replies: use } }],
    ["nothing was taught", { ...founded, connections: [connected] }],
  ] as Array<[string, ShopState]>)("G5 it does when %s", (_, shop) => {
    expect(lacksOf(shop)).toEqual([]);
  });
  test("G6 it is finished with something to sell and to say, tried or not", () => {
    expect(isFinished(stepsDone(ready))).toBe(true);
    for (const lacking of [{ hasProducts: false }, { published: 0 }, { connections: [] }]) expect(isFinished(stepsDone({ ...ready, ...lacking }, true))).toBe(false);
  });
});
