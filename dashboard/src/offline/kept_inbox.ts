// The inbox as it was read last, on this device: chats, the threads that were opened last, and the names beside them. It is
// shown while the beginning of the session has no answer, and never else.
//
//   K1  Only what an inbox shows is kept (`kinds`): of lists and threads the newest part, of each kind so many, for seven days;
//       of a chat nothing without its thread.
//   K2  It belongs to who is signed in: each row carries the mark of the session that wrote it. The session's end, here or in
//       another tab, takes the mark away first, at once, and then the rows: what could not be removed is shown to nobody.
//   K3  What the server refuses is kept no longer, nor all that is of it: of a business, of a chat.
//   K4  What changed is written after a pause, and nothing else: events that come fast cost one write.

import { type DehydratedState, dehydrate, hydrate, type QueryClient } from "@tanstack/react-query";
import { asProblem } from "../api/problem";
import type { Session } from "../session/session";

export type KeptQuery = DehydratedState["queries"][number];

export interface KeptRow {
  mark: string;
  query: KeptQuery;
}

/** What is kept, by a name of its own each. */
export interface KeptStore {
  all(): Promise<[string, KeptRow][]>;
  write(written: [string, KeptRow][], removed: string[]): Promise<void>;
  clear(): Promise<void>;
}

export interface KeptPorts {
  store: KeptStore;
  /** Of the session that all tabs share, and of this build of the page, whose shapes the rows have. */
  mark: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  makeMark(): string;
  build: string;
  now(): number;
  /** Runs it after a pause. */
  later(work: () => void): void;
}

interface Kind {
  /** Without it: as many as there are threads to which they belong. */
  most?: number;
  /** Of a list that is read page by page; without it the list is none. */
  pages?: number;
}

const thread = "list_messages";
const kinds: Record<string, Kind> = {
  show_me: { most: 1 },
  show_business: { most: 3 },
  list_members: { most: 3 },
  list_labels: { most: 3 },
  list_conversations: { most: 4, pages: 3 },
  [thread]: { most: 20, pages: 1 },
  show_conversation: {},
  list_notes: { pages: 1 },
};
const longestMs = 7 * 24 * 3_600_000;
const place = "sellavie.kept";

type Key = readonly unknown[];

const kindOf = ([name, , part]: Key): Kind | undefined => {
  const kind = kinds[String(name)];
  return kind && (part === "pages") === (kind.pages !== undefined) ? kind : undefined;
};
const idOf = ([, input]: Key, name: "business_id" | "conversation_id"): unknown => (input as Record<string, unknown> | undefined)?.[name];

/** Whether `kept` is of what was refused: a business with all of it, a chat with all of it, else itself. */
function isOf(refused: Key, kept: Key): boolean {
  const of = { show_business: "business_id", show_conversation: "conversation_id" } as const;
  const id = of[refused[0] as keyof typeof of];
  return id !== undefined && idOf(kept, id) === idOf(refused, id);
}

export class KeptInbox {
  #queries: QueryClient;
  #session: Pick<Session, "state" | "subscribe">;
  #ports: KeptPorts;
  /** Those that are kept, the oldest first. */
  #kept = new Map<string, Key>();
  #changed = new Map<string, Key>();
  /** Of the session that this page is in; another tab may be in the next one already. */
  #mark: string | null = null;
  #isFlushSoon = false;
  #since: number | null = null;
  #listeners = new Set<() => void>();
  /** Reads and writes go one behind the other. */
  #work: Promise<void>;

  constructor(queries: QueryClient, session: Pick<Session, "state" | "subscribe">, ports: KeptPorts) {
    this.#queries = queries;
    this.#session = session;
    this.#ports = ports;
    this.#work = this.#look().catch(() => {});
    session.subscribe(() => this.#onSession());
    this.#onSession();
    queries.getQueryCache().subscribe((event) => {
      if (event.type !== "updated") return;
      const { queryHash, queryKey } = event.query;
      if (event.action.type === "success" && kindOf(queryKey)) this.#takeLater(queryHash, queryKey);
      if (event.action.type === "error" && !asProblem(event.action.error).isPassing) this.#drop(queryKey, queryHash);
    });
  }

  /** When what is shown was read, while it is shown in place of the server's answers. */
  get since(): number | null {
    return this.#since;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Gives the page what is kept, if that is enough for an inbox. A device that cannot read it has none. */
  async restore(): Promise<void> {
    if (this.#since !== null) return;
    await this.#work;
    const found = (await this.#ports.store.all().catch(() => [])).filter(([, row]) => this.#isGood(row)).map(([, { query }]) => query);
    const has = (name: string) => found.some(({ queryKey }) => queryKey[0] === name);
    if (this.#session.state !== "unknown" || !["show_me", "show_business", "list_conversations"].every(has)) return;
    hydrate(this.#queries, { queries: found, mutations: [] });
    this.#tell(Math.max(...found.map(({ state }) => state.dataUpdatedAt)));
  }

  /** Until everything that was asked for is written. */
  settled(): Promise<void> {
    return this.#work;
  }

  async #look(): Promise<void> {
    const stored = (await this.#ports.store.all()).sort(([, one], [, other]) => one.query.state.dataUpdatedAt - other.query.state.dataUpdatedAt);
    const bad = stored.filter(([, row]) => !this.#isGood(row)).map(([hash]) => hash);
    for (const [hash, { query }] of stored) if (!bad.includes(hash)) this.#kept.set(hash, query.queryKey);
    if (bad.length > 0) await this.#ports.store.write([], bad);
  }

  #marked = (mark: string): string => `${mark} ${this.#ports.build}`;
  #isGood = ({ mark, query }: KeptRow): boolean => {
    const own = this.#ports.mark.getItem(place);
    return own !== null && mark === this.#marked(own) && query.state.dataUpdatedAt > this.#ports.now() - longestMs;
  };

  #onSession(): void {
    const { state } = this.#session;
    if (state === "unknown") return;
    this.#tell(null);
    const { mark } = this.#ports;
    const there = mark.getItem(place);
    if (state === "signed-in") {
      this.#mark = there ?? this.#ports.makeMark();
      mark.setItem(place, this.#mark);
      return;
    }
    // The next session of another tab keeps its own.
    if (this.#mark === null || this.#mark === there) mark.removeItem(place);
    this.#mark = null;
    this.#changed.clear();
    this.#then(async () => {
      this.#kept.clear();
      await this.#ports.store.clear();
    });
  }

  #drop(key: Key, hash: string): void {
    const of = (all: Map<string, Key>) => [...all].filter(([one, kept]) => one === hash || isOf(key, kept)).map(([one]) => one);
    for (const one of of(this.#changed)) this.#changed.delete(one);
    this.#then(async () => {
      const gone = of(this.#kept);
      for (const one of gone) this.#kept.delete(one);
      if (gone.length > 0) await this.#ports.store.write([], gone);
    });
  }

  #takeLater(hash: string, key: Key): void {
    this.#changed.set(hash, key);
    // What was read of the chat before its thread was not kept then.
    if (key[0] === thread)
      for (const { queryHash, queryKey } of this.#queries.getQueryCache().findAll({ predicate: (one) => this.#isPartOf(key, one.queryKey) }))
        this.#changed.set(queryHash, queryKey);
    if (this.#isFlushSoon) return;
    this.#isFlushSoon = true;
    this.#ports.later(() => {
      this.#isFlushSoon = false;
      this.#then(() => this.#flush());
    });
  }

  #isPartOf(whole: Key, one: Key): boolean {
    const kind = kindOf(one);
    return kind !== undefined && kind.most === undefined && idOf(one, "conversation_id") === idOf(whole, "conversation_id");
  }

  async #flush(): Promise<void> {
    const changed = new Map(this.#changed);
    this.#changed.clear();
    const mark = this.#mark;
    if (mark === null || mark !== this.#ports.mark.getItem(place)) return;
    const taken = dehydrate(this.#queries, { shouldDehydrateQuery: ({ queryHash, state }) => changed.has(queryHash) && state.status === "success" }).queries;
    for (const { queryHash, queryKey } of taken) {
      this.#kept.delete(queryHash);
      this.#kept.set(queryHash, queryKey);
    }
    const removed = this.#tooMany();
    for (const hash of removed) this.#kept.delete(hash);
    const written = taken
      .filter(({ queryHash }) => this.#kept.has(queryHash))
      .map((query): [string, KeptRow] => [query.queryHash, { mark: this.#marked(mark), query: firstPages(query) }]);
    await this.#ports.store.write(written, removed);
  }

  #tooMany(): string[] {
    const counts = new Map<unknown, number>();
    const tooMany = [...this.#kept].reverse().filter(([, key]) => {
      const count = (counts.get(key[0]) ?? 0) + 1;
      counts.set(key[0], count);
      return count > (kindOf(key)?.most ?? Number.POSITIVE_INFINITY);
    });
    const gone = new Set(tooMany.map(([hash]) => hash));
    const threads = [...this.#kept].filter(([hash, key]) => key[0] === thread && !gone.has(hash)).map(([, key]) => key);
    for (const [hash, key] of this.#kept) if (kindOf(key)?.most === undefined && !threads.some((whole) => this.#isPartOf(whole, key))) gone.add(hash);
    return [...gone];
  }

  /** A device that keeps nothing (private windows, a full disk) is one without a network's inbox, no more. */
  #then(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch(() => {});
  }

  #tell(since: number | null): void {
    if (this.#since === since) return;
    this.#since = since;
    for (const listener of this.#listeners) listener();
  }
}

function firstPages(query: KeptQuery): KeptQuery {
  const most = kindOf(query.queryKey)?.pages;
  const data = query.state.data as { pages?: unknown[]; pageParams?: unknown[] } | undefined;
  if (most === undefined || !data?.pages) return query;
  return { ...query, state: { ...query.state, data: { pages: data.pages.slice(0, most), pageParams: data.pageParams?.slice(0, most) } } };
}
