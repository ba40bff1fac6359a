// What was written here and is not known to be sent yet. It outlives the network and the page: each message keeps the
// key that it was first sent with, so that however often it is sent, the customer gets it once (ADR 26).
//
//   O1  Messages of one chat go one behind the other, in the order in which they were written.
//   O2  No answer and a passing failure: again with the same key, later each time. The network's return ends a wait.
//   O3  A refusal stays, with its reason, until the person sends it again (a new key: it is a new wish) or discards it.
//      Nothing of that chat overtakes it.
//   O4  Of all tabs one sends for a chat. Each message is stored by itself, so that no tab undoes what another one wrote;
//       one that is not stored any more was sent or discarded elsewhere.

import type { Call } from "../api/client";
import { type SentMessage, send_message } from "../api/operations";
import { type ApiProblem, asProblem } from "../api/problem";

export interface Draft {
  business_id: string;
  conversation_id: string;
  text: string;
  attachment_ids: string[];
}

export interface Waiting extends Draft {
  key: string;
  at: number;
  state: "waiting" | "sending" | "refused";
  /** Of a refused one. */
  kind?: string;
  detail?: string;
}

export interface OutboxPorts {
  call: Call;
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;
  now(): number;
  makeKey(): string;
  sleep(ms: number): Promise<void>;
  alone<T>(name: string, work: () => Promise<T>): Promise<T>;
  onSent(draft: Draft, sent: SentMessage): void;
}

const place = "sellavie.outbox";
const mostWaiting = 200;
const waits = [500, 1000, 2000, 4000, 8000, 15_000];

export class Outbox {
  #ports: OutboxPorts;
  #account: string;
  #waiting: readonly Waiting[];
  #listeners = new Set<() => void>();
  #running = new Set<string>();
  #isStopped = false;

  constructor(account: string, ports: OutboxPorts) {
    this.#ports = ports;
    this.#account = account;
    this.#waiting = stored(ports.storage, this.#name("")).map((one) => (one.state === "sending" ? { ...one, state: "waiting" } : one));
  }

  get waiting(): readonly Waiting[] {
    return this.#waiting;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Goes on with what an earlier page left. */
  begin(): void {
    for (const chat of new Set(this.#waiting.map((one) => one.conversation_id))) void this.#run(chat);
  }

  stop(): void {
    this.#isStopped = true;
  }

  add(draft: Draft): boolean {
    if (this.#waiting.length >= mostWaiting) return false;
    this.#keep([...this.#waiting, { ...draft, key: this.#ports.makeKey(), at: this.#ports.now(), state: "waiting" }]);
    void this.#run(draft.conversation_id);
    return true;
  }

  sendAgain(key: string): void {
    const found = this.#waiting.find((one) => one.key === key);
    if (!found) return;
    const { kind: _, detail: __, ...again } = found;
    this.#replace(key, { ...again, key: this.#ports.makeKey(), state: "waiting" });
    void this.#run(found.conversation_id);
  }

  discard(key: string): void {
    const found = this.#waiting.find((one) => one.key === key);
    this.#drop(key);
    if (found) void this.#run(found.conversation_id);
  }

  async #run(chat: string): Promise<void> {
    if (this.#running.has(chat)) return;
    this.#running.add(chat);
    try {
      await this.#ports.alone(`${place}.${chat}`, () => this.#sendAll(chat));
    } finally {
      this.#running.delete(chat);
    }
  }

  async #sendAll(chat: string): Promise<void> {
    for (let tries = 0; !this.#isStopped; ) {
      const next = this.#waiting.find((one) => one.conversation_id === chat);
      if (!next || next.state === "refused") return;
      if (this.#ports.storage.getItem(this.#name(next.key)) === null) {
        this.#drop(next.key);
        continue;
      }
      const problem = await this.#send(next);
      if (!problem) {
        tries = 0;
      } else if (problem.isPassing || problem.status === 401) {
        this.#replace(next.key, { ...next, state: "waiting" });
        await this.#ports.sleep(Math.max(problem.retryAfter * 1000, waits[Math.min(tries++, waits.length - 1)] ?? 0));
      } else {
        this.#replace(next.key, { ...next, state: "refused", kind: problem.kind, detail: problem.detail });
      }
    }
  }

  async #send(one: Waiting): Promise<ApiProblem | null> {
    this.#replace(one.key, { ...one, state: "sending" });
    const { business_id, conversation_id, text, attachment_ids, key } = one;
    const body = { ...(text ? { text } : {}), ...(attachment_ids.length > 0 ? { attachment_ids } : {}) };
    try {
      const sent = await this.#ports.call(send_message, { business_id, conversation_id, key, body });
      this.#ports.onSent(one, sent);
      this.#drop(key);
      return null;
    } catch (error) {
      return asProblem(error);
    }
  }

  #name(key: string): string {
    return `${place}.${this.#account}.${key}`;
  }

  #replace(key: string, by: Waiting): void {
    if (by.key !== key) this.#ports.storage.removeItem(this.#name(key));
    if (this.#waiting.some((one) => one.key === key))
      this.#keep(
        this.#waiting.map((one) => (one.key === key ? by : one)),
        by,
      );
  }

  #drop(key: string): void {
    this.#ports.storage.removeItem(this.#name(key));
    this.#become(this.#waiting.filter((one) => one.key !== key));
  }

  #keep(waiting: readonly Waiting[], changed = waiting.at(-1)): void {
    if (changed) this.#ports.storage.setItem(this.#name(changed.key), JSON.stringify(changed));
    this.#become(waiting);
  }

  #become(waiting: readonly Waiting[]): void {
    this.#waiting = waiting;
    for (const listener of this.#listeners) listener();
  }
}

function stored(storage: OutboxPorts["storage"], prefix: string): Waiting[] {
  const found: Waiting[] = [];
  for (let i = 0; i < storage.length; ++i) {
    const name = storage.key(i);
    const one = name?.startsWith(prefix) ? read(storage.getItem(name)) : null;
    if (one) found.push(one);
  }
  return found.sort((a, b) => a.at - b.at);
}

function read(text: string | null): Waiting | null {
  try {
    const one = JSON.parse(text ?? "null") as Partial<Waiting> | null;
    return isWaiting(one) ? one : null;
  } catch {
    return null;
  }
}

function isWaiting(one: Partial<Waiting> | null): one is Waiting {
  return (
    typeof one?.key === "string" &&
    typeof one.conversation_id === "string" &&
    typeof one.business_id === "string" &&
    typeof one.text === "string" &&
    Array.isArray(one.attachment_ids)
  );
}
