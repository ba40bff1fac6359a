// Who is signed in. The access token lives in this object alone; the refresh token in an HttpOnly cookie that no
// script can read (ADR 22). What a reload keeps is the cookie and a flag that says that it is worth asking for.
//
// S1  A refresh token is used once, so of all tabs one refreshes at a time (Web Locks), and within a tab all wait for the same answer.
// S2  A token is renewed before it ends: no call is made that the server must refuse.
// S3  A refusal of the refresh ends the session here; no answer, or a 5xx, ends nothing.
// S4  Signing out, here or in another tab, empties everything that was read.

import type { TokenSource } from "../api/client";
import type { Tokens } from "../api/operations";
import { ApiProblem, problemOf } from "../api/problem";

export type SessionState = "unknown" | "signed-in" | "signed-out";

/** Before its end a token is renewed: longer than a call takes. */
const marginMs = 60_000;
const flag = "sellavie.session";

export interface SessionPorts {
  fetch: typeof fetch;
  now(): number;
  /** Runs one at a time in all tabs. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  channel?: Pick<BroadcastChannel, "postMessage" | "addEventListener">;
}

export class Session implements TokenSource {
  #ports: SessionPorts;
  #access: { token: string; endsAt: number } | null = null;
  #state: SessionState = "unknown";
  #renewing: Promise<string | null> | null = null;
  #listeners = new Set<() => void>();

  constructor(ports: SessionPorts) {
    this.#ports = ports;
    ports.channel?.addEventListener("message", (event) => {
      const { data } = event as MessageEvent;
      if (data === "signed-out" && this.#state === "signed-in") this.#end();
      if (data === "signed-in" && this.#state === "signed-out") void this.begin(true);
    });
  }

  get state(): SessionState {
    return this.#state;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** At the start of the page: goes on with the session that the cookie names. */
  async begin(isKnown = this.#ports.storage.getItem(flag) !== null): Promise<void> {
    if (!isKnown) return this.#become("signed-out");
    await this.#renew();
  }

  /** Of sign-in, of a verified address, of an accepted invitation. */
  accept(tokens: Tokens): void {
    this.#keep(tokens);
    this.#ports.channel?.postMessage("signed-in");
  }

  async token(): Promise<string | null> {
    if (this.#access && this.#access.endsAt - marginMs > this.#ports.now()) return this.#access.token;
    if (this.#state === "signed-out") return null;
    return this.#renew();
  }

  async renewed(refused: string): Promise<string | null> {
    if (this.#access && this.#access.token !== refused) return this.#access.token;
    this.#access = null;
    return this.#renew();
  }

  /** The server has been told, or does not matter any more. */
  signOut(): void {
    this.#ports.channel?.postMessage("signed-out");
    this.#end();
  }

  #renew(): Promise<string | null> {
    this.#renewing ??= this.#ports
      .alone(() => this.#ask())
      .finally(() => {
        this.#renewing = null;
      });
    return this.#renewing;
  }

  async #ask(): Promise<string | null> {
    let answer: Response;
    try {
      answer = await this.#ports.fetch("/api/v1/auth/refresh", {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-Sellavie-Client": "dashboard" },
        body: JSON.stringify({ keep_in: "cookie" }),
        signal: AbortSignal.timeout(20_000),
      });
    } catch {
      throw new ApiProblem({ kind: "network" });
    }
    if (answer.status === 401) {
      this.#end();
      return null;
    }
    if (!answer.ok) throw await problemOf(answer);
    return this.#keep((await answer.json()) as Tokens);
  }

  #keep({ access_token, expires_in }: Tokens): string {
    this.#access = { token: access_token, endsAt: this.#ports.now() + expires_in * 1000 };
    this.#ports.storage.setItem(flag, "1");
    this.#become("signed-in");
    return access_token;
  }

  #end(): void {
    this.#access = null;
    this.#ports.storage.removeItem(flag);
    this.#become("signed-out");
  }

  #become(state: SessionState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

export function browserPorts(): SessionPorts {
  const locks = navigator.locks as LockManager | undefined;
  return {
    fetch: (...given) => fetch(...given),
    now: () => Date.now(),
    alone: async <T>(work: () => Promise<T>) => (locks ? ((await locks.request("sellavie.refresh", work)) as T) : work()),
    storage: localStorage,
    channel: new BroadcastChannel("sellavie.session"),
  };
}
