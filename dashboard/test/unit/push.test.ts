import { describe, expect, test } from "vitest";
import type { Call } from "../../src/api/client";
import { type PushPorts, pushState, subscribe, unsubscribe } from "../../src/lib/push";

const ownKey = "AQID";
const bytesOf = (key: string) => Uint8Array.from(atob(key), (one) => one.charCodeAt(0)).buffer;

/** A browser and a server, as far as they know of each other. */
function place({ permission = "default", answer = "granted", key = "", isThere = true, isReachable = true, hasWorker = true } = {}) {
  const did: string[] = [];
  let known = key;
  let mine = isThere && key !== "";
  const subscription = () => ({
    options: { applicationServerKey: bytesOf(known) },
    toJSON: () => ({ endpoint: `https://push.example/${known}`, keys: { p256dh: "p", auth: "a" } }),
    unsubscribe: async () => {
      did.push("browser forgets");
      known = "";
      return true;
    },
  });
  const manager = {
    getSubscription: async () => (known ? subscription() : null),
    subscribe: async ({ applicationServerKey }: { applicationServerKey: string }) => {
      if (!isReachable) throw new DOMException("Registration failed", "AbortError");
      known = applicationServerKey;
      return subscription();
    },
  } as unknown as PushManager;
  const ports: PushPorts = {
    isSupported: () => true,
    permission: () => permission as NotificationPermission,
    ask: async () => answer as NotificationPermission,
    manager: async (begin) => (hasWorker || begin ? manager : null),
  };
  const call = (async ({ name }: { name: string }, { body }: { body?: { endpoint: string } }) => {
    if (name === "show_push_key") return { public_key: ownKey };
    if (name === "list_push_subscriptions")
      return { items: [{ id: "other", is_this_session: false }, ...(mine ? [{ id: "mine", is_this_session: true }] : [])], next_cursor: null };
    did.push(name === "add_push_subscription" ? `server learns ${body?.endpoint}` : "server forgets");
    mine = name === "add_push_subscription";
  }) as unknown as Call;
  return { ports, call, did, state: () => pushState(call, ports) };
}

describe("messages to this browser", () => {
  test("are on when both the browser and this session's part of the server say so", async () => {
    const states = [place({ key: ownKey }), place({ key: ownKey, isThere: false }), place(), place({ hasWorker: false }), place({ key: ownKey, permission: "denied" })].map((one) =>
      one.state(),
    );
    expect(await Promise.all(states)).toEqual(["on", "off", "off", "off", "denied"]);
    const { call, ports } = place();
    expect(await pushState(call, { ...ports, isSupported: () => false })).toBe("unsupported");
  });
  test("begin when the person allows them", async () => {
    const { call, ports, did, state } = place();
    expect(await subscribe(call, ports)).toBeNull();
    expect([did, await state()]).toEqual([[`server learns https://push.example/${ownKey}`], "on"]);
    expect(await subscribe(call, { ...ports, manager: async () => null })).toBe("unsupported");
  });
  test.each([
    ["denied", { answer: "denied" }],
    ["dismissed", { answer: "default" }],
    ["unreachable", { isReachable: false }],
  ])("do not begin: %s", async (why, given) => {
    const { call, ports, did } = place(given);
    expect([await subscribe(call, ports), did]).toEqual([why, []]);
  });
  test("a subscription of another key is made anew, one of this key is given again", async () => {
    const old = place({ key: "BBBB" });
    expect(await subscribe(old.call, old.ports)).toBeNull();
    expect(old.did).toEqual(["browser forgets", `server learns https://push.example/${ownKey}`]);
    const same = place({ key: ownKey, isThere: false });
    expect(await subscribe(same.call, same.ports)).toBeNull();
    expect(same.did).toEqual([`server learns https://push.example/${ownKey}`]);
  });
  test("end at the server and in the browser, for this session alone", async () => {
    const { call, ports, did, state } = place({ key: ownKey });
    await unsubscribe(call, ports);
    expect([did, await state()]).toEqual([["server forgets", "browser forgets"], "off"]);
  });
});
