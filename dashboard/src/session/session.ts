// Who is signed in. The access token lives in this object alone; the refresh token in an HttpOnly cookie that no
// script can read (ADR 22). What a reload keeps is the cookie and a flag that says that it is worth asking for.
//
// S1  A refresh token is used once, so of all tabs one refreshes at a time (Web Locks), and within a tab all wait for the same answer.
// S2  A token is renewed before it ends: no call is made that the server must refuse.
// S3  A refusal of the refresh ends the session here; no answer, or a 5xx, ends nothing.
// S4  Signing out, here or in another tab, empties everything that was read. It ends here at once, whatever the network
//     does; the server is told when it can be, also after a reload and before anybody else signs in.
// S5  What was asked under an ended session is not answered with the token of the next one.

import type { TokenSource } from "../api/client";
import type { Tokens } from "../api/operations";
import { asLost, problemOf } from "../api/problem";

export type SessionState = "unknown" | "signed-in" | "signed-out";

/** Before its end a token is renewed: longer than a call takes. */
const marginMs = 60_000;
const flag = "sellavie.session";
/** The cookie is the one of a session that was signed out, which the server does not know yet. */
const owedFlag = "sellavie.sign-out";

export interface SessionPorts {
  fetch: typeof fetch;
  now(): number;
  /** Runs one at a time in all tabs. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  channel?: Pick<BroadcastChannel, "postMessage" | "addEventListener">;
  /** Runs it when the network is back, or after a while. */
  soon(work: () => void): void;
}

export class Session implements TokenSource {
  #ports: SessionPorts;
  #access: { token: string; endsAt: number } | null = null;
  /** All that this session had; the next one begins without. */
  #tokens = new Set<string>();
  #state: SessionState = "unknown";
  #renewing: Promise<string | null> | null = null;
  /** Of sessions whose cookie was replaced. */
  #former: string[] = [];
  /** Of the one that the cookie still names. */
  #signedOut: string | null = null;
  #settling: Promise<void> = Promise.resolve();
  #isSettlingSoon = false;
  #listeners = new Set<() => void>();

  constructor(ports: SessionPorts) {
    this.#ports = ports;
    ports.channel?.addEventListener("message", (event) => {
      const { data } = event as MessageEvent;
      if (data === "signed-out" && this.#state !== "signed-out") this.#end();
      // No answer: the page asks again.
      if (data === "signed-in" && this.#state !== "signed-in") this.begin(true).catch(() => {});
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
    if (isKnown) {
      await this.#renew();
      return;
    }
    this.#become("signed-out");
    void this.settled();
  }

  /** Of sign-in, of a verified address, of an accepted invitation. It ends the session that was here before. */
  accept(tokens: Tokens): void {
    const former = this.#access?.token ?? this.#signedOut;
    if (former) this.#former.push(former);
    this.#signedOut = null;
    this.#ports.storage.removeItem(owedFlag);
    this.#ports.channel?.postMessage("signed-out");
    this.#end();
    this.#keep(tokens);
    this.#ports.channel?.postMessage("signed-in");
    if (former) void this.#settle();
  }

  async token(): Promise<string | null> {
    if (this.#access && this.#access.endsAt - marginMs > this.#ports.now()) return this.#access.token;
    if (this.#state === "signed-out") return null;
    return this.#renew();
  }

  async renewed(refused: string): Promise<string | null> {
    if (!this.#tokens.has(refused)) return null;
    if (this.#access && this.#access.token !== refused) return this.#access.token;
    this.#access = null;
    return this.#renew();
  }

  signOut(): void {
    if (this.#state === "signed-out") return;
    this.#signedOut = this.#access?.token ?? null;
    this.#ports.channel?.postMessage("signed-out");
    this.#end();
    this.#ports.storage.setItem(owedFlag, "1");
    void this.#settle();
  }

  async settled(): Promise<void> {
    if (this.#ports.storage.getItem(owedFlag) !== null) await this.#settle();
  }

  #settle(): Promise<void> {
    const settle = () => this.#ports.alone(() => this.#tellServer());
    this.#settling = this.#settling.then(settle).catch(() => {
      if (this.#isSettlingSoon) return;
      this.#isSettlingSoon = true;
      this.#ports.soon(() => {
        this.#isSettlingSoon = false;
        void this.#settle();
      });
    });
    return this.#settling;
  }

  async #tellServer(): Promise<void> {
    for (let former = this.#former[0]; former; former = this.#former[0]) {
      // The cookie belongs to the next session: the answer must not take it away.
      await this.#tellSignOut(former, "omit");
      this.#former.shift();
    }
    if (this.#ports.storage.getItem(owedFlag) === null) return;
    const isTold = this.#signedOut !== null && (await this.#tellSignOut(this.#signedOut, "same-origin"));
    if (!isTold) {
      const tokens = await this.#exchange();
      if (tokens) await this.#tellSignOut(tokens.access_token, "same-origin");
    }
    this.#signedOut = null;
    this.#ports.storage.removeItem(owedFlag);
  }

  /** -> false when the token had ended. */
  async #tellSignOut(token: string, credentials: RequestCredentials): Promise<boolean> {
    // Goes out also when the tab is closed now.
    const answer = await this.#post("/api/v1/auth/sign-out", { credentials, keepalive: true, headers: { Authorization: `Bearer ${token}` } });
    if (!answer.ok && answer.status !== 401) throw await problemOf(answer);
    return answer.ok;
  }

  #renew(): Promise<string | null> {
    if (this.#renewing) return this.#renewing;
    const tokens = this.#tokens;
    const renewing = this.#ports
      .alone(async () => {
        const renewed = await this.#exchange();
        if (this.#tokens !== tokens) return null;
        if (renewed) return this.#keep(renewed);
        this.#end();
        return null;
      })
      .finally(() => {
        if (this.#renewing === renewing) this.#renewing = null;
      });
    this.#renewing = renewing;
    return renewing;
  }

  /** The cookie for tokens; null when it is not taken. */
  async #exchange(): Promise<Tokens | null> {
    try {
      const answer = await this.#post("/api/v1/auth/refresh", {
        credentials: "same-origin",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ keep_in: "cookie" }),
      });
      if (answer.status === 401) return null;
      if (!answer.ok) throw await problemOf(answer);
      return (await answer.json()) as Tokens;
    } catch (error) {
      throw asLost(error);
    }
  }

  #post(url: string, { headers, ...request }: RequestInit): Promise<Response> {
    return this.#ports.fetch(url, { method: "POST", headers: { "X-Sellavie-Client": "dashboard", ...headers }, signal: AbortSignal.timeout(20_000), ...request });
  }

  #keep({ access_token, expires_in }: Tokens): string {
    this.#access = { token: access_token, endsAt: this.#ports.now() + expires_in * 1000 };
    this.#tokens.add(access_token);
    this.#ports.storage.setItem(flag, "1");
    this.#become("signed-in");
    return access_token;
  }

  #end(): void {
    this.#access = null;
    this.#tokens = new Set();
    this.#renewing = null;
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
    soon: (work) => {
      const timer = setTimeout(run, 30_000);
      addEventListener("online", run, { once: true });
      function run() {
        clearTimeout(timer);
        removeEventListener("online", run);
        work();
      }
    },
  };
}
