import { describe, expect, test } from "vitest";
import { ApiProblem } from "../../src/api/problem";
import { Outbox, type OutboxPorts } from "../../src/inbox/outbox";

const draft = (text: string, conversation_id = "chat") => ({ business_id: "shop", conversation_id, text, attachment_ids: [] });

class FakeStorage {
  #items = new Map<string, string>();
  get length() {
    return this.#items.size;
  }
  key = (i: number) => [...this.#items.keys()][i] ?? null;
  getItem = (name: string) => this.#items.get(name) ?? null;
  setItem = (name: string, text: string) => void this.#items.set(name, text);
  removeItem = (name: string) => void this.#items.delete(name);
}

interface Asked {
  key: string;
  text: string | undefined;
}

/** answers: per call, a problem or nothing for success; a promise holds it up. */
function setUp(answers: Array<ApiProblem | null | Promise<never>> = [], storage = new FakeStorage()) {
  const asked: Asked[] = [];
  const slept: number[] = [];
  const sent: string[] = [];
  let clock = 0;
  let keys = 0;
  const ports: OutboxPorts = {
    call: (async (_: unknown, input: { key: string; body: { text?: string } }) => {
      asked.push({ key: input.key, text: input.body.text });
      const answer = await answers[asked.length - 1];
      if (answer) throw answer;
      return { messages: [] };
    }) as unknown as OutboxPorts["call"],
    storage,
    now: () => ++clock,
    makeKey: () => `key ${++keys}`,
    sleep: async (ms) => void slept.push(ms),
    alone: (_, work) => work(),
    onSent: ({ text }) => void sent.push(text),
  };
  return { outbox: new Outbox("me", ports), ports, asked, slept, sent, storage };
}

const network = () => new ApiProblem({ kind: "network" });
const flush = async () => {
  for (let i = 0; i < 50; ++i) await Promise.resolve();
};

describe("the outbox", () => {
  test("sends in the order in which was written (O1)", async () => {
    const { outbox, sent } = setUp();
    for (const text of ["one", "two", "three"]) outbox.add(draft(text));
    await flush();
    expect(sent).toEqual(["one", "two", "three"]);
    expect(outbox.waiting).toEqual([]);
  });
  test("sends again with the same key when no answer came, later each time (O2)", async () => {
    const { outbox, asked, slept, sent } = setUp([network(), new ApiProblem({ kind: "unavailable", status: 503, retryAfter: 3 }), network()]);
    outbox.add(draft("hello"));
    await flush();
    expect(asked.map(({ key }) => key)).toEqual(["key 1", "key 1", "key 1", "key 1"]);
    expect(slept).toEqual([500, 3000, 2000]);
    expect(sent).toEqual(["hello"]);
  });
  test("keeps what was refused, and lets nothing of its chat overtake it (O3)", async () => {
    const { outbox, sent } = setUp([new ApiProblem({ kind: "send-window-closed", status: 409, detail: "Wait." })]);
    outbox.add(draft("late"));
    outbox.add(draft("later"));
    outbox.add(draft("elsewhere", "other chat"));
    await flush();
    expect(sent).toEqual(["elsewhere"]);
    expect(outbox.waiting.map(({ text, state, kind }) => [text, state, kind])).toEqual([
      ["late", "refused", "send-window-closed"],
      ["later", "waiting", undefined],
    ]);
  });
  test("sends a refused one again under a new key, and what waited behind it (O3)", async () => {
    const { outbox, asked, sent } = setUp([new ApiProblem({ kind: "customer-blocked", status: 409 })]);
    outbox.add(draft("one"));
    outbox.add(draft("two"));
    await flush();
    outbox.sendAgain("key 1");
    await flush();
    expect(asked.map(({ key, text }) => [key, text])).toEqual([
      ["key 1", "one"],
      ["key 3", "one"],
      ["key 2", "two"],
    ]);
    expect(sent).toEqual(["one", "two"]);
  });
  test("goes on without a discarded one (O3)", async () => {
    const { outbox, sent, storage } = setUp([new ApiProblem({ kind: "customer-blocked", status: 409 })]);
    outbox.add(draft("one"));
    outbox.add(draft("two"));
    await flush();
    outbox.discard("key 1");
    await flush();
    expect([sent, storage.length]).toEqual([["two"], 0]);
  });
  test("outlives the page: the next one sends with the same key", async () => {
    const storage = new FakeStorage();
    const first = setUp([new Promise<never>(() => {})], storage);
    first.outbox.add(draft("in mid-write"));
    first.outbox.add(draft("and another"));
    await flush();
    const second = setUp([], storage);
    expect(second.outbox.waiting.map(({ text, state }) => [text, state])).toEqual([
      ["in mid-write", "waiting"],
      ["and another", "waiting"],
    ]);
    second.outbox.begin();
    await flush();
    expect(second.asked.map(({ key }) => key)).toEqual(first.asked.map(({ key }) => key).concat("key 2"));
    expect(storage.length).toBe(0);
  });
  test("leaves out what another tab has sent or discarded (O4)", async () => {
    const storage = new FakeStorage();
    const first = setUp([network()], storage);
    let wake = () => {};
    first.ports.sleep = () =>
      new Promise((resolve) => {
        wake = resolve;
      });
    first.outbox.add(draft("once"));
    await flush();
    const second = setUp([], storage);
    second.outbox.begin();
    await flush();
    wake();
    await flush();
    expect([first.sent, second.sent, first.outbox.waiting.length]).toEqual([[], ["once"], 0]);
  });
  test("reads nothing that is no message of its own", () => {
    const storage = new FakeStorage();
    storage.setItem("sellavie.outbox.me.x", "{broken");
    storage.setItem("sellavie.outbox.me.y", '{"key":1}');
    storage.setItem("sellavie.outbox.other.z", JSON.stringify({ ...draft("not mine"), key: "z", at: 1, state: "waiting" }));
    expect(setUp([], storage).outbox.waiting).toEqual([]);
  });
});
