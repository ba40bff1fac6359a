import { describe, expect, test } from "vitest";
import { ApiProblem } from "../../src/api/problem";
import { Outbox, type OutboxPorts } from "../../src/inbox/outbox";

const draft = (text: string, conversation_id = "chat") => ({ business_id: "shop", conversation_id, text, attachment_ids: [] });

/** Of two tabs: what one changes the other one hears. */
class FakeStorage {
  #items = new Map<string, string>();
  isFull = false;
  tabs = new Map<unknown, () => void>();
  get length() {
    return this.#items.size;
  }
  key = (i: number) => [...this.#items.keys()][i] ?? null;
  getItem = (name: string) => this.#items.get(name) ?? null;
  setItem = (name: string, text: string) => {
    if (this.isFull) throw new Error("no room");
    this.#items.set(name, text);
  };
  removeItem = (name: string) => void this.#items.delete(name);
}

interface Asked {
  key: string;
  text: string | undefined;
}

/** One who works at a time, per name; the others stand in line. */
class FakeLocks {
  #lines = new Map<string, Promise<unknown>>();
  alone = <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const turn = (this.#lines.get(name) ?? Promise.resolve()).then(work);
    this.#lines.set(name, turn);
    return turn;
  };
}

/** answers: per call, a problem or nothing for success; a promise holds it up. */
function setUp(
  answers: Array<ApiProblem | null | Promise<ApiProblem | null>> = [],
  storage = new FakeStorage(),
  alone: OutboxPorts["alone"] = (_, work) => work(),
  account = "me",
) {
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
    storage: {
      get length() {
        return storage.length;
      },
      key: storage.key,
      getItem: storage.getItem,
      setItem: (name, text) => {
        storage.setItem(name, text);
        tell();
      },
      removeItem: (name) => {
        storage.removeItem(name);
        tell();
      },
    },
    now: () => ++clock,
    makeKey: () => `key ${++keys}`,
    sleep: async (ms) => void slept.push(ms),
    alone,
    onElsewhere: (changed) => void storage.tabs.set(ports, changed),
    onSent: ({ text }) => void sent.push(text),
  };
  function tell() {
    for (const [tab, changed] of storage.tabs) if (tab !== ports) queueMicrotask(changed);
  }
  const outbox = new Outbox(account, ports);
  const shown = () => outbox.waiting.map(({ text, state }) => `${text} ${state}`);
  return { outbox, ports, asked, slept, sent, storage, shown };
}

function held() {
  let answer = (_: ApiProblem | null) => {};
  const promise = new Promise<ApiProblem | null>((resolve) => {
    answer = resolve;
  });
  return { promise, answer: (problem: ApiProblem | null = null) => answer(problem) };
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
  test("takes a message when it is stored, and not before (O5)", async () => {
    const { outbox, asked, storage } = setUp([new Promise<never>(() => {})]);
    storage.isFull = true;
    expect([outbox.add(draft("no room")), outbox.waiting, asked]).toEqual([false, [], []]);
    storage.isFull = false;
    expect([outbox.add(draft("slow network")), storage.length]).toEqual([true, 1]);
  });
  test("keeps the order in which was written, whatever the clock does (O1)", async () => {
    const { outbox, ports, shown } = setUp([new Promise<never>(() => {})]);
    const times = [50, 20, 20];
    ports.now = () => times.shift() ?? 0;
    for (const text of ["one", "two", "three"]) outbox.add(draft(text));
    expect(shown()).toEqual(["one waiting", "two waiting", "three waiting"]);
  });
  test("sends what is added in the moment in which it believed to be done", async () => {
    const storage = new FakeStorage();
    let atEnd = () => {};
    const { outbox, sent } = setUp([], storage, async (_, work) => {
      const done = await work();
      atEnd();
      return done;
    });
    atEnd = () => {
      atEnd = () => {};
      outbox.add(draft("second"));
    };
    outbox.add(draft("first"));
    await flush();
    expect([sent, storage.length]).toEqual([["first", "second"], 0]);
  });

  describe("in two tabs (O4)", () => {
    function twoTabs(first: Parameters<typeof setUp>[0], second: Parameters<typeof setUp>[0] = []) {
      const storage = new FakeStorage();
      const { alone } = new FakeLocks();
      const tabs = [setUp(first, storage, alone), setUp(second, storage, alone)] as const;
      for (const { outbox } of tabs) outbox.begin();
      return tabs;
    }
    test("shows in both what one sends, and sends it once", async () => {
      const answer = held();
      const [one, other] = twoTabs([answer.promise]);
      one.outbox.add(draft("hello"));
      await flush();
      expect([one.shown(), other.shown()]).toEqual([["hello waiting"], ["hello waiting"]]);
      answer.answer();
      await flush();
      expect([one.shown(), other.shown(), one.sent, other.asked]).toEqual([[], [], ["hello"], []]);
    });
    test("shows a refusal in both, and what is done about it in either", async () => {
      const [one, other] = twoTabs([new ApiProblem({ kind: "customer-blocked", status: 409 }), new ApiProblem({ kind: "customer-blocked", status: 409 })]);
      one.outbox.add(draft("hello"));
      await flush();
      expect([one.shown(), other.shown(), other.asked]).toEqual([["hello refused"], ["hello refused"], []]);
      other.outbox.discard(other.outbox.waiting[0]?.key ?? "");
      await flush();
      expect([one.shown(), other.shown()]).toEqual([[], []]);
      one.outbox.add(draft("again"));
      await flush();
      other.outbox.sendAgain(other.outbox.waiting[0]?.key ?? "");
      await flush();
      expect([one.shown(), other.shown(), [...one.sent, ...other.sent]]).toEqual([[], [], ["again"]]);
    });
    test("does not bring back what was discarded elsewhere while it was being refused", async () => {
      const answer = held();
      const [one, other] = twoTabs([answer.promise]);
      one.outbox.add(draft("hello"));
      await flush();
      other.outbox.discard(other.outbox.waiting[0]?.key ?? "");
      answer.answer(new ApiProblem({ kind: "customer-blocked", status: 409 }));
      await flush();
      expect([one.shown(), other.shown(), one.storage.length]).toEqual([[], [], 0]);
    });
    test("lets the other one go on when the one that sends closes, with the same key", async () => {
      const [one, other] = twoTabs([network()]);
      let wake = () => {};
      one.ports.sleep = () =>
        new Promise((resolve) => {
          wake = resolve;
        });
      one.outbox.add(draft("hello"));
      await flush();
      one.outbox.stop();
      wake();
      await flush();
      expect([one.asked, other.sent]).toEqual([other.asked, ["hello"]]);
    });
  });
  test("of another person is not seen, and not sent (O6)", async () => {
    const storage = new FakeStorage();
    const first = setUp([network()], storage, undefined, "ada");
    first.ports.sleep = () => new Promise(() => {});
    first.outbox.begin();
    first.outbox.add(draft("of Ada"));
    await flush();
    first.outbox.stop();
    const second = setUp([], storage, undefined, "ben");
    second.outbox.begin();
    await flush();
    expect([second.shown(), second.asked, storage.length]).toEqual([[], [], 1]);
  });
});
