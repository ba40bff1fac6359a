// One stream of a business's events, for as long as it is wanted.
//
//   F1  It resumes behind the last event that was handled; where that is not possible the server says `snapshot`.
//   F2  Silence of two heartbeats is an end, and so is a network that has gone: the connection is given up and made again.
//   F3  Waits between tries double up to a bound, with jitter; the network's return ends a wait.
//   F4  An ended token is no failure: another one is asked for at once. Without a session, or without the right to
//       listen, it stops.

import type { TokenSource } from "../api/client";
import { SentEventReader } from "./sse";

export type LiveState = "connecting" | "live" | "reconnecting" | "stopped";

export interface LiveEvent {
  type: string;
  [field: string]: unknown;
}

export interface FollowPorts {
  fetch: typeof fetch;
  random(): number;
  /** Resolves early when `signal` says so. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface Followed {
  url: string;
  tokens: TokenSource;
  onEvent(event: LiveEvent): void;
  onState(state: LiveState): void;
  signal: AbortSignal;
  /** Says `offline` and `online`; the latter ends a wait. */
  wake: EventTarget;
}

const silenceMs = 45_000;
const firstWaitMs = 500;
const longestWaitMs = 15_000;

export function waitBefore(attempt: number, random: number): number {
  const whole = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(attempt, 10));
  return Math.round(whole / 2 + (whole / 2) * random);
}

type Ending = "again" | "at-once" | "stop";

export async function follow(what: Followed, ports: FollowPorts): Promise<void> {
  let lastId = "";
  let attempt = 0;
  what.onState("connecting");
  while (!what.signal.aborted) {
    let ending: Ending = "again";
    try {
      ending = await once();
    } catch {
      // The network, or a stream that was cut: the next try shows.
    }
    if (what.signal.aborted || ending === "stop") break;
    what.onState("reconnecting");
    if (ending === "at-once") continue;
    await pause(waitBefore(attempt++, ports.random()));
  }
  what.onState("stopped");

  async function once(): Promise<Ending> {
    const token = await what.tokens.token();
    if (token === null) return "stop";
    const silence = new AbortController();
    let alarm = setTimeout(() => silence.abort(), silenceMs);
    const cut = () => silence.abort();
    what.wake.addEventListener("offline", cut);
    try {
      const headers: Record<string, string> = { Authorization: `Bearer ${token}`, Accept: "text/event-stream" };
      if (lastId) headers["Last-Event-ID"] = lastId;
      const answer = await ports.fetch(what.url, { headers, cache: "no-store", signal: AbortSignal.any([what.signal, silence.signal]) });
      if (answer.status === 401) return (await what.tokens.renewed(token)) === null ? "stop" : "again";
      if (answer.status === 403 || answer.status === 404) return "stop";
      if (!answer.ok || !answer.body) return "again";
      what.onState("live");
      attempt = 0;
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      const events = new SentEventReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return "again";
        clearTimeout(alarm);
        alarm = setTimeout(() => silence.abort(), silenceMs);
        for (const { id, data } of events.read(value)) {
          const event = JSON.parse(data) as LiveEvent;
          if (event.type === "end") return await ended(String(event.reason), token);
          what.onEvent(event);
          if (id) lastId = id;
        }
      }
    } finally {
      clearTimeout(alarm);
      what.wake.removeEventListener("offline", cut);
    }
  }

  async function ended(reason: string, token: string): Promise<Ending> {
    if (reason === "restarting") return "again";
    if (reason === "access_lost") return "stop";
    return (await what.tokens.renewed(token)) === null ? "stop" : "at-once";
  }

  async function pause(ms: number): Promise<void> {
    const woken = new AbortController();
    const wake = () => woken.abort();
    what.wake.addEventListener("online", wake, { once: true });
    await ports.sleep(ms, AbortSignal.any([what.signal, woken.signal]));
    what.wake.removeEventListener("online", wake);
  }
}

export const browserFollowPorts: FollowPorts = {
  fetch: (...given) => fetch(...given),
  random: Math.random,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const timer = setTimeout(resolve, ms);
      signal.addEventListener(
        "abort",
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    }),
};
