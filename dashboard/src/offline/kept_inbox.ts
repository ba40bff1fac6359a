// The inbox as it was read last, on this device: chats, the threads that were opened last, and the names beside them. It is
// shown while the beginning of the session has no answer, and never else.
//
//   K1  Only what an inbox shows is kept (`kinds`): of lists and threads the newest part, of each kind so many, for seven days.
//   K2  It belongs to who is signed in: the end of the session, here or in another tab, takes it away.
//   K3  What the server refuses is kept no longer, and with a business all that is of it.
//   K4  What changed is written after a pause, and nothing else: events that come fast cost one write.

import { type DehydratedState, dehydrate, hydrate, type QueryClient } from "@tanstack/react-query";
import { asProblem } from "../api/problem";
import type { Session } from "../session/session";

export type KeptQuery = DehydratedState["queries"][number];

/** What is kept, by a name of its own each. */
export interface KeptStore {
  all(): Promise<[string, KeptQuery][]>;
  write(written: [string, KeptQuery][], removed: string[]): Promise<void>;
  clear(): Promise<void>;
}

export interface KeptPorts {
  store: KeptStore;
  now(): number;
  /** Runs it after a pause. */
  later(work: () => void): void;
}

interface Kind {
  most: number;
  /** Of a list that is read page by page; without it the list is none. */
  pages?: number;
}

const kinds: Record<string, Kind> = {
  show_me: { most: 1 },
  show_business: { most: 3 },
  list_members: { most: 3 },
  list_labels: { most: 3 },
  list_conversations: { most: 4, pages: 3 },
  show_conversation: { most: 20 },
  list_messages: { most: 20, pages: 1 },
  list_notes: { most: 20, pages: 1 },
};
const longestMs = 7 * 24 * 3_600_000;

const kindOf = ([name, , part]: readonly unknown[]): Kind | undefined => {
  const kind = kinds[String(name)];
  return kind && (part === "pages") === (kind.pages !== undefined) ? kind : undefined;
};
const businessOf = ([, input]: readonly unknown[]): unknown => (input as { business_id?: string } | undefined)?.business_id;

export class KeptInbox {
  #queries: QueryClient;
  #session: Pick<Session, "state" | "subscribe">;
  #ports: KeptPorts;
  /** Those that are kept, the oldest first. */
  #kept = new Map<string, readonly unknown[]>();
  #changed = new Set<string>();
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
      if (event.action.type === "success" && kindOf(queryKey)) this.#takeLater(queryHash);
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
    const found = (await this.#ports.store.all().catch(() => [])).map(([, query]) => query).filter((query) => this.#isFresh(query));
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
    const stored = (await this.#ports.store.all()).sort(([, one], [, other]) => one.state.dataUpdatedAt - other.state.dataUpdatedAt);
    const old = stored.filter(([, query]) => !this.#isFresh(query)).map(([hash]) => hash);
    for (const [hash, { queryKey }] of stored) if (!old.includes(hash)) this.#kept.set(hash, queryKey);
    if (old.length > 0) await this.#ports.store.write([], old);
  }

  #isFresh = ({ state }: KeptQuery): boolean => state.dataUpdatedAt > this.#ports.now() - longestMs;

  #onSession(): void {
    if (this.#session.state === "unknown") return;
    this.#tell(null);
    if (this.#session.state === "signed-out") this.#clear();
  }

  #clear(): void {
    this.#changed.clear();
    this.#then(async () => {
      this.#kept.clear();
      await this.#ports.store.clear();
    });
  }

  #drop(key: readonly unknown[], hash: string): void {
    const isAll = key[0] === "show_business";
    this.#changed.delete(hash);
    this.#then(async () => {
      const gone = [...this.#kept].filter(([one, kept]) => one === hash || (isAll && businessOf(kept) === businessOf(key))).map(([one]) => one);
      for (const one of gone) this.#kept.delete(one);
      if (gone.length > 0) await this.#ports.store.write([], gone);
    });
  }

  #takeLater(hash: string): void {
    this.#changed.add(hash);
    if (this.#isFlushSoon) return;
    this.#isFlushSoon = true;
    this.#ports.later(() => {
      this.#isFlushSoon = false;
      this.#then(() => this.#flush());
    });
  }

  async #flush(): Promise<void> {
    const changed = new Set(this.#changed);
    this.#changed.clear();
    if (this.#session.state !== "signed-in") return;
    const taken = dehydrate(this.#queries, { shouldDehydrateQuery: ({ queryHash, state }) => changed.has(queryHash) && state.status === "success" }).queries;
    for (const { queryHash, queryKey } of taken) {
      this.#kept.delete(queryHash);
      this.#kept.set(queryHash, queryKey);
    }
    const removed = this.#tooMany();
    for (const hash of removed) this.#kept.delete(hash);
    const written = taken.filter(({ queryHash }) => this.#kept.has(queryHash)).map((query): [string, KeptQuery] => [query.queryHash, firstPages(query)]);
    await this.#ports.store.write(written, removed);
  }

  #tooMany(): string[] {
    const counts = new Map<unknown, number>();
    return [...this.#kept]
      .reverse()
      .filter(([, key]) => {
        const count = (counts.get(key[0]) ?? 0) + 1;
        counts.set(key[0], count);
        return count > (kindOf(key)?.most ?? 0);
      })
      .map(([hash]) => hash);
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
