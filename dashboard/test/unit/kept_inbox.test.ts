import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { keyOf, pagesKeyOf } from "../../src/api/hooks";
import { list_conversations, list_messages, list_orders, show_business, show_conversation, show_me } from "../../src/api/operations";
import { ApiProblem } from "../../src/api/problem";
import { KeptInbox, type KeptRow } from "../../src/offline/kept_inbox";
import type { SessionState } from "../../src/session/session";

const day = 24 * 3_600_000;
const shop = { business_id: "shop" };
const chats = pagesKeyOf(list_conversations, { ...shop, query: { limit: 30 } });
const thread = (conversation_id: string) => pagesKeyOf(list_messages, { ...shop, conversation_id, query: { limit: 50 } });
const pages = (...items: unknown[][]) => ({
  pages: items.map((one) => ({ items: one, next_cursor: null })),
  pageParams: items.map((_, index) => (index === 0 ? undefined : `cursor ${index}`)),
});

/** One device; each page on it has queries and a session of its own. */
function device() {
  const stored = new Map<string, KeptRow>();
  const local = new Map<string, string>();
  let marks = 0;
  let isBroken = false;
  let writes = 0;
  const work = <T>(done: () => T): Promise<T> => (isBroken ? Promise.reject(new Error("the disk is full")) : Promise.resolve(done()));
  function open(first: SessionState = "unknown", build = "this") {
    let state = first;
    const listeners = new Set<() => void>();
    const pending: Array<() => void> = [];
    const queries = new QueryClient();
    const session = {
      get state() {
        return state;
      },
      subscribe: (listener: () => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
    const kept = new KeptInbox(queries, session, {
      store: {
        all: () => work(() => structuredClone([...stored])),
        write: (written, removed) =>
          work(() => {
            writes += 1;
            for (const [name, query] of structuredClone(written)) stored.set(name, query);
            for (const name of removed) stored.delete(name);
          }),
        clear: () => work(() => stored.clear()),
      },
      mark: { getItem: (name) => local.get(name) ?? null, setItem: (name, text) => void local.set(name, text), removeItem: (name) => void local.delete(name) },
      makeMark: () => `mark ${++marks}`,
      build,
      now: () => Date.now(),
      later: (then) => void pending.push(then),
    });
    return {
      kept,
      queries,
      read: (key: readonly unknown[], data: unknown, updatedAt = Date.now()) => queries.setQueryData(key, data, { updatedAt }),
      readInbox() {
        this.read(keyOf(show_me, {}), { id: "ada" });
        this.read(keyOf(show_business, shop), { id: "shop" });
        this.read(chats, pages([{ id: "chat" }]));
      },
      refused: (key: readonly unknown[], problem: ApiProblem) => queries.fetchQuery({ queryKey: key, queryFn: () => Promise.reject(problem), retry: false }).catch(() => {}),
      become(next: SessionState) {
        state = next;
        for (const listener of listeners) listener();
      },
      /** The pause is over, and everything is written. */
      async pause() {
        for (const then of pending.splice(0)) then();
        await kept.settled();
      },
      get pauses() {
        return pending.length;
      },
    };
  }
  return { open, stored, break: (now = true) => (isBroken = now), writes: () => writes, names: () => [...stored.values()].map(({ query }) => String(query.queryKey[0])).sort() };
}

test("a page without an answer shows the inbox that an earlier one read", async () => {
  const here = device();
  const before = here.open("signed-in");
  before.readInbox();
  before.read(thread("chat"), pages([{ text: "Do you have rice?" }]));
  before.read(keyOf(list_orders, { ...shop, query: { limit: 30 } }), { items: [] });
  await before.pause();
  expect(here.names()).toEqual(["list_conversations", "list_messages", "show_business", "show_me"]);

  const later = here.open();
  await later.kept.restore();
  expect(later.queries.getQueryData(thread("chat"))).toEqual(pages([{ text: "Do you have rice?" }]));
  expect(later.kept.since).toBeGreaterThan(Date.now() - 60_000);
  later.become("signed-in");
  expect(later.kept.since).toBeNull();
});

test("what is not an inbox is not shown as one", async () => {
  const here = device();
  const before = here.open("signed-in");
  before.read(keyOf(show_me, {}), { id: "ada" });
  before.read(thread("chat"), pages([]));
  await before.pause();
  const later = here.open();
  await later.kept.restore();
  expect([later.kept.since, later.queries.getQueryCache().getAll()]).toEqual([null, []]);
});

test("an answered session is not overlaid, and a page without one keeps nothing", async () => {
  const here = device();
  const before = here.open("signed-in");
  before.readInbox();
  await before.pause();
  const answered = here.open("signed-in");
  await answered.kept.restore();
  expect(answered.kept.since).toBeNull();
  const unanswered = here.open();
  unanswered.read(thread("other"), pages([]));
  await unanswered.pause();
  expect(here.names()).not.toContain("list_messages");
});

test("the end of the session takes everything away, also what was about to be written, and what another page left", async () => {
  const here = device();
  const page = here.open("signed-in");
  page.readInbox();
  await page.pause();
  page.read(thread("chat"), pages([]));
  page.become("signed-out");
  await page.pause();
  expect(here.names()).toEqual([]);

  const other = here.open("signed-in");
  other.readInbox();
  await other.pause();
  await here.open("signed-out").kept.settled();
  expect(here.names()).toEqual([]);
});

test("what the server refuses is kept no longer, and with a business all that is of it", async () => {
  const here = device();
  const page = here.open("signed-in");
  page.readInbox();
  page.read(thread("chat"), pages([]));
  page.read(thread("other"), pages([]));
  page.read(keyOf(show_conversation, { ...shop, conversation_id: "chat" }), { id: "chat" });
  await page.pause();
  await page.refused(thread("other"), new ApiProblem({ kind: "unavailable", status: 503 }));
  await page.kept.settled();
  expect(here.stored.size).toBe(6);
  await page.refused(thread("other"), new ApiProblem({ kind: "not-found", status: 404 }));
  await page.kept.settled();
  expect(here.stored.size).toBe(5);
  await page.refused(keyOf(show_business, shop), new ApiProblem({ kind: "not-found", status: 404 }));
  await page.kept.settled();
  expect(here.names()).toEqual(["show_me"]);
});

test("of threads the twenty newest are kept, with their newest page, across pages of the browser", async () => {
  const here = device();
  for (let visit = 0; visit < 3; visit++) {
    const page = here.open("signed-in");
    page.readInbox();
    for (let chat = 0; chat < 10; chat++) page.read(thread(`${visit} ${chat}`), pages([{ id: 2 }], [{ id: 1 }]));
    await page.pause();
  }
  const threads = [...here.stored.values()].map(({ query }) => query).filter(({ queryKey }) => queryKey[0] === "list_messages");
  expect(threads.map(({ queryKey }) => (queryKey[1] as { conversation_id: string }).conversation_id[0]).sort()).toEqual([..."1111111111", ..."2222222222"]);
  expect(threads[0]?.state.data).toEqual(pages([{ id: 2 }]));
});

test("after seven days it is gone", async () => {
  const here = device();
  const before = here.open("signed-in");
  before.read(keyOf(show_me, {}), { id: "ada" }, Date.now() - 8 * day);
  before.read(keyOf(show_business, shop), { id: "shop" });
  before.read(chats, pages([]));
  await before.pause();
  const later = here.open();
  await later.kept.restore();
  expect(later.kept.since).toBeNull();
  expect(here.names()).toEqual(["list_conversations", "show_business"]);
});

test("fifty changes in a moment cost one write", async () => {
  const here = device();
  const page = here.open("signed-in");
  await page.kept.settled();
  for (let change = 0; change < 50; change++) page.read(thread("chat"), pages([{ id: change }]));
  expect(page.pauses).toBe(1);
  await page.pause();
  expect([here.writes(), here.stored.size]).toEqual([1, 1]);
});

test("a device that can keep nothing disturbs nothing", async () => {
  const here = device();
  here.break();
  const page = here.open("signed-in");
  page.readInbox();
  await page.pause();
  const later = here.open();
  await later.kept.restore();
  expect(later.kept.since).toBeNull();
});

test("what one person left is shown to no other, whatever could not be removed", async () => {
  const here = device();
  const ada = here.open("signed-in");
  ada.readInbox();
  ada.read(thread("chat"), pages([{ text: "Of a customer of Ada's" }]));
  await ada.pause();
  here.break();
  ada.become("signed-out");
  await ada.pause();
  here.break(false);
  expect(here.stored.size).toBe(4);

  const grace = here.open("signed-in");
  grace.read(keyOf(show_me, {}), { id: "grace" });
  await grace.pause();
  const later = here.open();
  await later.kept.restore();
  expect([later.kept.since, later.queries.getQueryCache().getAll()]).toEqual([null, []]);
});

test("a tab that has not heard of the end yet writes nothing into the next person's", async () => {
  const here = device();
  const [tab, other] = [here.open("signed-in"), here.open("signed-in")];
  tab.become("signed-out");
  tab.become("signed-in");
  await tab.pause();
  other.readInbox();
  await other.pause();
  expect(here.names()).toEqual([]);
  other.become("signed-out");
  tab.readInbox();
  await tab.pause();
  expect(here.names()).toEqual(["list_conversations", "show_business", "show_me"]);
});

test("another build of the page has other shapes: it begins anew", async () => {
  const here = device();
  const before = here.open("signed-in");
  before.readInbox();
  await before.pause();
  const later = here.open("unknown", "another");
  await later.kept.restore();
  expect([later.kept.since, here.names()]).toEqual([null, []]);
});

test("what was about to be written of a refused business is not, and of a refused chat nothing stays", async () => {
  const here = device();
  const page = here.open("signed-in");
  const chat = keyOf(show_conversation, { ...shop, conversation_id: "chat" });
  page.readInbox();
  page.read(chat, { id: "chat" });
  page.read(thread("chat"), pages([]));
  await page.pause();
  await page.refused(chat, new ApiProblem({ kind: "not-found", status: 404 }));
  await page.kept.settled();
  expect(here.names()).toEqual(["list_conversations", "show_business", "show_me"]);
  page.read(thread("other"), pages([]));
  await page.refused(keyOf(show_business, shop), new ApiProblem({ kind: "not-found", status: 404 }));
  await page.pause();
  expect(here.names()).toEqual(["show_me"]);
});

test("of a chat that was not opened nothing is kept, however much is told of it, and of one that was all that it takes", async () => {
  const here = device();
  const page = here.open("signed-in");
  const chat = (conversation_id: string) => keyOf(show_conversation, { ...shop, conversation_id });
  page.read(chat("opened"), { id: "opened" });
  await page.pause();
  page.read(thread("opened"), pages([]));
  for (let told = 0; told < 30; told++) page.read(chat(`told ${told}`), { id: "told" });
  await page.pause();
  expect(here.names()).toEqual(["list_messages", "show_conversation"]);
});
