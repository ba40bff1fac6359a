// What was written here and is not known to be sent yet. It outlives the network and the page: each message keeps the
// key that it was first sent with, so that however often it is sent, the customer gets it once (ADR 26).
//
//   O1  Messages of one chat go one behind the other, in the order in which they were written.
//   O2  No answer and a passing failure: again with the same key, later each time. The network's return ends a wait.
//   O3  A refusal stays, with its reason, until the person sends it again (a new key: it is a new wish) or discards it.
//      Nothing of that chat overtakes it.
//   O4  Of all tabs one sends for a chat, and another one takes over when it closes. What is stored is what holds, in
//       each of them: each message by itself, so that no tab undoes what another one wrote; one that is not stored any
//       more was sent or discarded elsewhere.
//   O5  A message is taken when it is stored, and not before.
//   O6  Each account has its own: nobody sees or sends what another person wrote on the same machine.

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
  state: "waiting" | "refused";
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
  /** Tells when another tab changed what is stored, until `signal` ends it. */
  onElsewhere(changed: () => void, signal: AbortSignal): void;
  onSent(draft: Draft, sent: SentMessage): void;
}

export const outboxPlace = "sellavie.outbox";
const mostWaiting = 200;
const waits = [500, 1000, 2000, 4000, 8000, 15_000];

export class Outbox {
  #ports: OutboxPorts;
  #account: string;
  #waiting: readonly Waiting[];
  #listeners = new Set<() => void>();
  #running = new Set<string>();
  #end = new AbortController();

  constructor(account: string, ports: OutboxPorts) {
    this.#ports = ports;
    this.#account = account;
    this.#waiting = this.#stored();
  }

  get waiting(): readonly Waiting[] {
    return this.#waiting;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Goes on with what an earlier page left, and with what other tabs take. */
  begin(): void {
    this.#ports.onElsewhere(() => this.#look(), this.#end.signal);
    this.#look();
  }

  stop(): void {
    this.#end.abort();
  }

  /** -> false when there is no place for it. */
  add(draft: Draft): boolean {
    if (this.#waiting.length >= mostWaiting) return false;
    // A clock that was put back must not put a message before the one in front.
    const at = Math.max(this.#ports.now(), (this.#waiting.at(-1)?.at ?? 0) + 1);
    try {
      this.#store({ ...draft, key: this.#ports.makeKey(), at, state: "waiting" });
    } catch {
      return false;
    }
    this.#look();
    return true;
  }

  sendAgain(key: string): void {
    const found = this.#find(key);
    if (!found) return;
    const { kind: _, detail: __, ...again } = found;
    this.#ports.storage.removeItem(this.#name(key));
    this.#store({ ...again, key: this.#ports.makeKey(), state: "waiting" });
    this.#look();
  }

  discard(key: string): void {
    this.#ports.storage.removeItem(this.#name(key));
    this.#look();
  }

  /** Whatever was changed, here or elsewhere: what is stored is shown, and sent. */
  #look(): void {
    if (this.#end.signal.aborted) return;
    this.#waiting = this.#stored();
    for (const listener of this.#listeners) listener();
    for (const chat of new Set(this.#waiting.map((one) => one.conversation_id))) void this.#run(chat);
  }

  async #run(chat: string): Promise<void> {
    if (this.#running.has(chat) || !this.#next(chat)) return;
    this.#running.add(chat);
    try {
      await this.#ports.alone(`${outboxPlace}.${chat}`, () => this.#sendAll(chat));
    } finally {
      this.#running.delete(chat);
    }
    // What was added since it looked last.
    if (!this.#end.signal.aborted) void this.#run(chat);
  }

  /** What a chat sends next; nothing behind a refused one. */
  #next(chat: string): Waiting | undefined {
    const first = this.#waiting.find((one) => one.conversation_id === chat);
    return first?.state === "refused" ? undefined : first;
  }

  async #sendAll(chat: string): Promise<void> {
    for (let tries = 0; ; ) {
      this.#look();
      const next = this.#end.signal.aborted ? undefined : this.#next(chat);
      if (!next) return;
      const problem = await this.#send(next);
      if (!problem) {
        tries = 0;
        this.#ports.storage.removeItem(this.#name(next.key));
      } else if (problem.isPassing || problem.status === 401) {
        await this.#ports.sleep(Math.max(problem.retryAfter * 1000, waits[Math.min(tries++, waits.length - 1)] ?? 0));
      } else if (this.#find(next.key)) {
        this.#store({ ...next, state: "refused", kind: problem.kind, detail: problem.detail });
      }
    }
  }

  async #send(one: Waiting): Promise<ApiProblem | null> {
    const { business_id, conversation_id, text, attachment_ids, key } = one;
    const body = { ...(text ? { text } : {}), ...(attachment_ids.length > 0 ? { attachment_ids } : {}) };
    try {
      const sent = await this.#ports.call(send_message, { business_id, conversation_id, key, body });
      if (!this.#end.signal.aborted) this.#ports.onSent(one, sent);
      return null;
    } catch (error) {
      return asProblem(error);
    }
  }

  #name(key: string): string {
    return `${outboxPlace}.${this.#account}.${key}`;
  }

  #store(one: Waiting): void {
    this.#ports.storage.setItem(this.#name(one.key), JSON.stringify(one));
  }

  #find(key: string): Waiting | null {
    return read(this.#ports.storage.getItem(this.#name(key)));
  }

  #stored(): Waiting[] {
    const { storage } = this.#ports;
    const found: Waiting[] = [];
    for (let i = 0; i < storage.length; ++i) {
      const name = storage.key(i);
      const one = name?.startsWith(this.#name("")) ? read(storage.getItem(name)) : null;
      if (one) found.push(one);
    }
    return found.sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
  }
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
