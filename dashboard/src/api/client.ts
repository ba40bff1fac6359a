// Calls of the API. Each carries the access token of the session; one that the server does not take any more is
// exchanged once and the call made again, which is safe because it was refused before anything was done.

import type { Input, Operation, Shape } from "./operation";
import { ApiProblem, asLost, problemOf } from "./problem";

/** Where tokens come from (session/session.ts). */
export interface TokenSource {
  /** A token that lives, or null when nobody is signed in. */
  token(): Promise<string | null>;
  /** `refused` was not taken: another one, or null when the session has ended. */
  renewed(refused: string): Promise<string | null>;
  /** Before anybody signs in: what an ended session still owes the server, for its cookie is about to be replaced. */
  settled?(): Promise<void>;
}

export type Call = <S extends Shape>(what: Operation<S>, input: Input<S>, signal?: AbortSignal) => Promise<S["answer"]>;

/** Shorter than anybody's patience, longer than the server's own waits. */
const deadlineMs = 30_000;

interface AnyInput {
  query?: Record<string, unknown>;
  body?: unknown;
  version?: number;
  key?: string;
  [id: string]: unknown;
}

export function pathOf(template: string, input: AnyInput): string {
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const id = input[name];
    if (typeof id !== "string" || id === "") throw new Error(`${template} needs ${name}`);
    return encodeURIComponent(id);
  });
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) if (value !== undefined && value !== "") query.set(name, String(value));
  return query.size > 0 ? `${path}?${query}` : path;
}

function requestOf(what: Operation<Shape>, input: AnyInput, token: string | null): RequestInit {
  const headers: Record<string, string> = { "X-Sellavie-Client": "dashboard" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (input.version !== undefined) headers["If-Match"] = `"${input.version}"`;
  if (input.key !== undefined) headers["Idempotency-Key"] = input.key;
  const request: RequestInit = { method: what.method, headers, credentials: "same-origin", cache: "no-store" };
  if (input.body instanceof Blob) {
    headers["Content-Type"] = input.body.type;
    request.body = input.body;
  } else if (input.body !== undefined) {
    headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(input.body);
  }
  return request;
}

async function read(answer: Response): Promise<unknown> {
  if (!answer.ok) throw await problemOf(answer);
  const type = answer.headers.get("Content-Type") ?? "";
  // Not ours: a network that wants a login first answers in the server's place.
  if (type.startsWith("text/html")) throw new ApiProblem({ kind: "network" });
  if (answer.status === 204 || type === "") return undefined;
  return type.startsWith("application/json") ? answer.json() : answer.blob();
}

/** What `taken` makes of the answer. One that is lost on its way, be it in the middle, is no answer. */
async function attempt<T>(url: string, request: RequestInit, signal: AbortSignal | undefined, taken: (answer: Response) => Promise<T>): Promise<T> {
  const limit = AbortSignal.timeout(deadlineMs);
  try {
    return await taken(await fetch(url, { ...request, signal: signal ? AbortSignal.any([signal, limit]) : limit }));
  } catch (error) {
    if (signal?.aborted) throw error;
    throw asLost(error);
  }
}

export function client(tokens: TokenSource, base = "/api/v1"): Call {
  return async (what, input, signal) => {
    const asked = input as AnyInput;
    const url = base + pathOf(what.path, asked);
    const request = (token: string | null) => requestOf(what as Operation<Shape>, asked, token);
    if (what.least === "anyone") {
      await tokens.settled?.();
      return attempt(url, request(null), signal, read);
    }
    const token = await tokens.token();
    if (token === null) throw new ApiProblem({ kind: "unauthenticated", status: 401 });
    const answer = await attempt(url, request(token), signal, (given) => (given.status === 401 ? problemOf(given) : read(given)));
    if (!(answer instanceof ApiProblem)) return answer;
    const other = await tokens.renewed(token);
    if (other === null) throw answer;
    return attempt(url, request(other), signal, read);
  };
}
