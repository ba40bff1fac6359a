import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Call } from "../../src/api/client";
import type { LoadedPages } from "../../src/api/hooks";
import type { Conversation, Message } from "../../src/api/operations";
import { EventApplier, placeChat, withChat, withMessages } from "../../src/live/apply";
import { follow, type LiveEvent, type LiveState, waitBefore } from "../../src/live/follow";
import { SentEventReader } from "../../src/live/sse";

describe("server-sent events", () => {
  const text = ': hello\n\nid: 17-1\nevent: message.created\ndata: {"a":\ndata: 1}\n\nevent: snapshot\ndata: {}\r\n\r\n';
  test("are the same whatever pieces they come in", () => {
    const whole = new SentEventReader().read(text);
    expect(whole).toEqual([
      { id: "17-1", event: "message.created", data: '{"a":\n1}' },
      { id: "", event: "snapshot", data: "{}" },
    ]);
    for (let size = 1; size < 12; ++size) {
      const reader = new SentEventReader();
      const pieces = text.match(new RegExp(`[\\s\\S]{1,${size}}`, "g")) ?? [];
      expect(pieces.flatMap((piece) => reader.read(piece))).toEqual(whole);
    }
  });
  test("a line that never ends is refused", () => {
    expect(() => new SentEventReader().read("x".repeat(300_000))).toThrow();
  });
});

// A server that answers each request with what the test says.
function stream(...answers: Array<string | number | Error>) {
  const asked: Array<Record<string, string>> = [];
  const states: LiveState[] = [];
  const events: LiveEvent[] = [];
  const end = new AbortController();
  const waited: number[] = [];
  const tokens = { token: vi.fn(async () => `token ${asked.length}` as string | null), renewed: vi.fn(async () => "another" as string | null) };
  const run = () =>
    follow(
      { url: "/events", tokens, onEvent: (event) => events.push(event), onState: (state) => states.push(state), signal: end.signal, wake: new EventTarget() },
      {
        fetch: (async (_: string, init: RequestInit) => {
          asked.push(init.headers as Record<string, string>);
          const answer = answers[asked.length - 1];
          if (answer === undefined) {
            end.abort();
            throw new Error("the test is over");
          }
          if (answer instanceof Error) throw answer;
          if (typeof answer === "number") return new Response(null, { status: answer });
          return new Response(new Blob([answer]).stream());
        }) as typeof fetch,
        random: () => 0.5,
        sleep: async (ms) => void waited.push(ms),
      },
    );
  return { run, asked, states, events, tokens, waited };
}

const event = (id: string, type: string, more = {}) => `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;

describe("the stream", () => {
  test("goes on behind the last event that was handled (F1)", async () => {
    const { run, asked, events, states } = stream(event("9-1", "snapshot") + event("9-2", "order.created"), event("9-3", "order.changed"));
    await run();
    expect(events.map(({ type }) => type)).toEqual(["snapshot", "order.created", "order.changed"]);
    expect(asked.map((headers) => headers["Last-Event-ID"])).toEqual([undefined, "9-2", "9-3"]);
    expect(states).toEqual(["connecting", "live", "reconnecting", "live", "reconnecting", "stopped"]);
  });
  test("waits longer after each failure, and from the beginning after a success (F3)", async () => {
    const { run, waited } = stream(new Error("no network"), 503, event("1-1", "snapshot"), 500);
    await run();
    expect(waited).toEqual([waitBefore(0, 0.5), waitBefore(1, 0.5), waitBefore(0, 0.5), waitBefore(1, 0.5)]);
    expect(waitBefore(50, 1)).toBe(15_000);
  });
  test("takes another token at once when the server says that it ended (F4)", async () => {
    const { run, waited, tokens, asked } = stream(event("", "end", { reason: "token_expired" }), event("1-1", "snapshot"));
    await run();
    expect(tokens.renewed).toHaveBeenCalledTimes(1);
    expect(asked).toHaveLength(3);
    expect(waited).toHaveLength(1);
  });
  test("gives the connection up when the network has gone (F2)", async () => {
    const wake = new EventTarget();
    const end = new AbortController();
    const states: LiveState[] = [];
    let tries = 0;
    const hangs = (async (_: string, { signal }: RequestInit) => {
      if (++tries === 2) {
        end.abort();
        throw new Error("the test is over");
      }
      setTimeout(() => wake.dispatchEvent(new Event("offline")));
      return new Response(new ReadableStream({ start: (to) => signal?.addEventListener("abort", () => to.error(new Error("cut"))) }));
    }) as typeof fetch;
    const tokens = { token: async () => "t", renewed: async () => null };
    await follow(
      { url: "/events", tokens, onEvent: () => {}, onState: (state) => states.push(state), signal: end.signal, wake },
      { fetch: hangs, random: () => 0, sleep: async () => {} },
    );
    expect(states).toEqual(["connecting", "live", "reconnecting", "stopped"]);
  });
  test("stops without a session and without the right to listen (F4)", async () => {
    for (const answer of [403, 404, event("", "end", { reason: "access_lost" })]) {
      const { run, asked, states } = stream(answer, event("1-1", "snapshot"));
      await run();
      expect([asked.length, states.at(-1)]).toEqual([1, "stopped"]);
    }
    const gone = stream(401, event("1-1", "snapshot"));
    gone.tokens.renewed.mockResolvedValue(null);
    await gone.run();
    expect(gone.asked).toHaveLength(1);
  });
});

const chat = (id: string, at: string, more: Partial<Conversation> = {}): Conversation => ({
  id,
  customer_id: id,
  customer_name: "Ada",
  is_blocked: false,
  channel: "messenger",
  owner: "ai",
  epoch: 1,
  taken_by: null,
  handover_reason: "",
  preview: "",
  assignee_id: null,
  snoozed_until: null,
  is_unread: true,
  label_ids: [],
  last_customer_at: at,
  last_message_at: at,
  customer_read_at: null,
  created_at: at,
  ...more,
});
const pagesOf = <Row>(...pages: Row[][]): LoadedPages<Row> => ({
  pages: pages.map((items, i) => ({ items, next_cursor: i < pages.length - 1 ? String(i) : null })),
  pageParams: pages.map(() => undefined),
});
const idsOf = (pages: LoadedPages<{ id: string }>) => pages.pages.map((page) => page.items.map(({ id }) => id));

describe("a chat that changed", () => {
  const loaded = pagesOf([chat("c", "2026-01-03"), chat("b", "2026-01-02")], [chat("a", "2026-01-01")]);
  test("moves to its place, and is there once", () => {
    expect(idsOf(withChat(loaded, chat("a", "2026-01-04"), {}, "me"))).toEqual([["a", "c", "b"], []]);
    expect(idsOf(withChat(loaded, chat("x", "2026-01-02T12"), {}, "me"))).toEqual([["c", "x", "b"], ["a"]]);
    expect(idsOf(withChat(loaded, chat("o", "2025-01-01"), {}, "me"))).toEqual([
      ["c", "b"],
      ["a", "o"],
    ]);
  });
  test("leaves a list whose filter it does not pass any more", () => {
    expect(idsOf(withChat(loaded, chat("c", "2026-01-04", { owner: "person" }), { owner: "ai" }, "me"))).toEqual([["b"], ["a"]]);
    expect(idsOf(withChat(loaded, chat("n", "2026-01-04", { assignee_id: "me" }), { assignee: "me" }, "me"))[0]?.[0]).toBe("n");
    expect(idsOf(withChat(loaded, chat("n", "2026-01-04", { assignee_id: "other" }), { assignee: "nobody" }, "me"))[0]).toEqual(["c", "b"]);
  });
  test("that is older than what is loaded waits for its page", () => {
    const partly = { ...loaded, pages: loaded.pages.map((page) => ({ ...page, next_cursor: "more" })) };
    expect(idsOf(withChat(partly, chat("o", "2025-01-01"), {}, "me"))).toEqual([["c", "b"], ["a"]]);
  });
});

describe("messages that came", () => {
  const message = (id: string, at: string, text = ""): Message => ({ id, direction: "in", origin: "customer", author_id: null, state: "received", text, attachments: [], at });
  test("replace themselves, and new ones stand by their time", () => {
    const loaded = pagesOf([message("3", "t3"), message("2", "t2")], [message("1", "t1")]);
    const next = withMessages(loaded, [message("2", "t2", "edited"), message("5", "t5"), message("4", "t4")]);
    expect(idsOf(next)).toEqual([["5", "4", "3", "2"], ["1"]]);
    expect(next.pages[0]?.items[3]?.text).toBe("edited");
  });
  test("that are older than what is loaded wait for their page", () => {
    const loaded = { pages: [{ items: [message("2", "t2")], next_cursor: "more" }], pageParams: [undefined] };
    expect(idsOf(withMessages(loaded, [message("1", "t1"), message("3", "t3")]))).toEqual([["3", "2"]]);
  });
  test("never lower a state that is shown (A4)", () => {
    const stateAfter = (shown: Message["state"], read: Message["state"]) =>
      withMessages(pagesOf([{ ...message("1", "t1"), state: shown }]), [{ ...message("1", "t1"), state: read }]).pages[0]?.items[0]?.state;
    for (const late of ["ready", "sending", "backoff", "unknown", "unconfirmed"] as const) expect(stateAfter("delivered", late)).toBe("delivered");
    expect(stateAfter("dead", "delivered")).toBe("dead");
    expect(stateAfter("unsent", "received")).toBe("unsent");
    expect(stateAfter("backoff", "sending")).toBe("sending");
    expect(stateAfter("unconfirmed", "delivered")).toBe("delivered");
    expect(stateAfter("delivered", "dead")).toBe("dead");
  });
});

describe("events", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const business_id = "shop";
  const own = (id: string) => ["show_conversation", { business_id, conversation_id: id }];
  const moment = () => vi.advanceTimersByTimeAsync(300);

  /** Each call waits until the test answers it. */
  function setUp() {
    const asked: Array<{ id: string; answer(chat: Conversation): void; fail(): void }> = [];
    const call = ((_: unknown, { conversation_id: id }: { conversation_id: string }) =>
      new Promise((resolve, reject) => asked.push({ id, answer: resolve, fail: () => reject(new Error("no answer")) }))) as unknown as Call;
    const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    const applier = new EventApplier({ queries, call, business_id, accountId: "me" });
    const changed = (id: string) => applier.take({ type: "conversation.owner_changed", conversation_id: id });
    const previewOf = (id: string) => queries.getQueryData<Conversation>(own(id))?.preview;
    return { asked, queries, applier, changed, previewOf };
  }

  test("a chat that changes while it is read is read once more, and never twice at once (A4)", async () => {
    const { asked, changed, previewOf } = setUp();
    changed("a");
    await moment();
    changed("a");
    await moment();
    expect(asked).toHaveLength(1);
    asked[0]?.answer(chat("a", "2026-01-01", { preview: "older" }));
    await moment();
    expect(asked).toHaveLength(2);
    asked[1]?.answer(chat("a", "2026-01-02", { preview: "newer" }));
    await moment();
    expect([previewOf("a"), asked.length]).toEqual(["newer", 2]);
  });
  test("an answer from before a person's own change is dropped, and asked for again (A4)", async () => {
    const { asked, queries, changed, previewOf } = setUp();
    changed("a");
    await moment();
    placeChat(queries, business_id, chat("a", "2026-01-01", { preview: "mine" }), "me");
    asked[0]?.answer(chat("a", "2026-01-01", { preview: "older" }));
    await moment();
    expect([previewOf("a"), asked.length]).toEqual(["mine", 2]);
  });
  test("what is answered after the end is put nowhere", async () => {
    const { asked, applier, changed, previewOf } = setUp();
    changed("a");
    await moment();
    applier.stop();
    asked[0]?.answer(chat("a", "2026-01-01", { preview: "of somebody else" }));
    await moment();
    expect(previewOf("a")).toBeUndefined();
  });
  test("a list of one page is left alone, and paged ones are changed", () => {
    const { queries } = setUp();
    const found = { items: [chat("a", "2026-01-01")], next_cursor: null };
    queries.setQueryData(["list_conversations", { business_id, query: { name: "A" } }], found);
    queries.setQueryData(["list_conversations", { business_id, query: {} }], pagesOf([chat("b", "2026-01-02")]));
    placeChat(queries, business_id, chat("a", "2026-01-03"), "me");
    expect(queries.getQueryData(["list_conversations", { business_id, query: { name: "A" } }])).toBe(found);
    expect(idsOf(queries.getQueryData(["list_conversations", { business_id, query: {} }]) as LoadedPages<Conversation>)).toEqual([["a", "b"]]);
  });

  /** A list that somebody looks at; each read takes `ms` and is numbered. */
  function looksAt(queries: QueryClient, queryKey: unknown[], ms: number) {
    const reads = { begun: 0, cut: 0 };
    const queryFn = ({ signal }: { signal: AbortSignal }) => {
      const number = ++reads.begun;
      signal.addEventListener("abort", () => ++reads.cut);
      return new Promise((resolve) => setTimeout(() => resolve(pagesOf([chat(`read ${number}`, "2026-01-01")])), ms));
    };
    const end = new QueryObserver(queries, { queryKey, queryFn }).subscribe(() => {});
    return { reads, end };
  }

  test("that come faster than a list is read cut no read short, and one more follows the last of them", async () => {
    const { queries, applier } = setUp();
    const { reads, end } = looksAt(queries, ["list_orders", { business_id }], 1000);
    await vi.advanceTimersByTimeAsync(1100);
    for (let i = 0; i < 250; ++i) {
      applier.take({ type: "order.changed", order_id: `${i}` });
      await vi.advanceTimersByTimeAsync(20);
    }
    expect(reads.begun).toBeGreaterThan(4);
    expect(reads.begun).toBeLessThan(8);
    const during = reads.begun;
    await vi.advanceTimersByTimeAsync(5000);
    expect([reads.cut, reads.begun - during]).toEqual([0, 1]);
    end();
  });
  const money = ["list_payments", "list_payment_reviews", "show_payment_review", "list_refunds", "show_refund"];
  test.each([
    [{ type: "order.changed", order_id: "1" }, money],
    [{ type: "task.created", kind: "payment_review" }, money],
    [{ type: "task.created", kind: "refund_awaits_approval" }, money],
    [{ type: "task.created", kind: "dispute" }, money],
    [{ type: "invoice.created", order_id: "1", invoice_id: "2" }, ["list_invoices"]],
  ])("%o makes what shows the money old", async (event, wanted) => {
    const { queries, applier } = setUp();
    const reads = [...money, "list_invoices"];
    const keyOf = (what: string) => [what, { business_id, query: { limit: 50 } }, "pages"];
    for (const what of reads) queries.setQueryData(keyOf(what), pagesOf([]));
    const old = () => reads.filter((what) => queries.getQueryState(keyOf(what))?.isInvalidated);
    applier.take({ type: "task.created", kind: "handover" });
    applier.take({ type: "order.created", order_id: "1" });
    await moment();
    expect(old()).toEqual([]);
    applier.take(event);
    await moment();
    expect(old()).toEqual(wanted);
  });
  test.each([
    { type: "task.created", kind: "handover" },
    { type: "order.changed", order_id: "1" },
  ])("%o makes what waits for a person old: one came, or ended with the money's decision", async (event) => {
    const { queries, applier } = setUp();
    const key = ["list_tasks", { business_id, query: { limit: 50 } }, "pages"];
    queries.setQueryData(key, pagesOf([]));
    applier.take(event);
    await moment();
    expect(queries.getQueryState(key)?.isInvalidated).toBe(true);
  });
  test.each([
    ["a webhook that is turned off", "webhook", "list_webhook_endpoints"],
    ["a key that its payment provider refuses", "payment_connection", "list_payment_connections"],
  ])("%s makes those that are shown old, and no other task does", async (_, kind, list) => {
    const { queries, applier } = setUp();
    const key = [list, { business_id, query: { limit: 100 } }, "pages"];
    queries.setQueryData(key, pagesOf([]));
    const isOld = () => queries.getQueryState(key)?.isInvalidated;
    applier.take({ type: "task.created", kind: "handover" });
    await moment();
    expect(isOld()).toBe(false);
    applier.take({ type: "task.created", kind });
    await moment();
    expect(isOld()).toBe(true);
  });
  test.each([
    [
      { type: "conversation.changed", conversation_id: "a" },
      ["a"],
      [
        ["list_notes", { business_id, conversation_id: "a", query: { limit: 100 } }, "pages"],
        ["list_mentions", { business_id, query: {} }, "pages"],
      ],
    ],
    [{ type: "conversation.read", conversation_id: "a" }, ["a"], []],
    [
      { type: "customer.changed", customer_id: "a" },
      ["a"],
      [
        ["list_customers", { business_id, query: {} }, "pages"],
        ["show_customer", { business_id, customer_id: "a" }],
        ["show_customer", { business_id, customer_id: "b" }],
      ],
    ],
    [{ type: "label.changed", label_id: "a" }, [], [["list_labels", { business_id, query: {} }]]],
    [{ type: "task.changed", task_id: "a" }, [], [["list_tasks", { business_id, query: {} }, "pages"]]],
    [
      { type: "product.changed", product_id: "a" },
      [],
      [
        ["list_products", { business_id, query: {} }, "pages"],
        ["show_product", { business_id, product_id: "a" }],
        ["list_stock_movements", { business_id, product_id: "a", query: {} }, "pages"],
      ],
    ],
    [
      { type: "product.changed" },
      [],
      [
        ["list_products", { business_id, query: {} }, "pages"],
        ["show_product", { business_id, product_id: "a" }],
        ["show_product", { business_id, product_id: "b" }],
        ["list_stock_movements", { business_id, product_id: "a", query: {} }, "pages"],
      ],
    ],
  ])("%o reads its chat and makes what shows the thing old, and nothing else", async (event, chats, wanted) => {
    const { asked, queries, applier } = setUp();
    const rows = pagesOf([chat("a", "2026-01-02"), chat("b", "2026-01-01")]);
    queries.setQueryData(["list_conversations", { business_id, query: {} }, "pages"], rows);
    const reads: unknown[][] = [
      ["list_notes", { business_id, conversation_id: "a", query: { limit: 100 } }, "pages"],
      ["list_notes", { business_id, conversation_id: "b", query: { limit: 100 } }, "pages"],
      ["list_mentions", { business_id, query: {} }, "pages"],
      ["list_customers", { business_id, query: {} }, "pages"],
      ["show_customer", { business_id, customer_id: "a" }],
      ["show_customer", { business_id, customer_id: "b" }],
      ["list_labels", { business_id, query: {} }],
      ["list_tasks", { business_id, query: {} }, "pages"],
      ["list_products", { business_id, query: {} }, "pages"],
      ["show_product", { business_id, product_id: "a" }],
      ["show_product", { business_id, product_id: "b" }],
      ["list_stock_movements", { business_id, product_id: "a", query: {} }, "pages"],
    ];
    for (const key of reads) queries.setQueryData(key, {});
    applier.take(event);
    await moment();
    expect(asked.map(({ id }) => id)).toEqual(chats);
    expect(reads.filter((key) => queries.getQueryState(key)?.isInvalidated)).toEqual(wanted);
  });
  test("of more chats than are read singly make the lists and the open chat old (A2)", async () => {
    const { asked, queries, changed } = setUp();
    const lists = looksAt(queries, ["list_conversations", { business_id, query: {} }], 10);
    const open = looksAt(queries, own("5"), 10);
    await moment();
    for (let i = 0; i < 20; ++i) changed(`${i}`);
    await moment();
    expect([lists.reads.begun, open.reads.begun, asked.length]).toEqual([2, 2, 0]);
    lists.end();
    open.end();
  });
  test("a list that was being read when a chat was put into it is read behind that", async () => {
    const { queries } = setUp();
    const { reads, end } = looksAt(queries, ["list_conversations", { business_id, query: {} }], 100);
    placeChat(queries, business_id, chat("a", "2026-01-03"), "me");
    await vi.advanceTimersByTimeAsync(150);
    expect(reads.begun).toBe(2);
    await vi.advanceTimersByTimeAsync(1000);
    expect(reads).toEqual({ begun: 2, cut: 0 });
    end();
  });
});
