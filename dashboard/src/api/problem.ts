// Why a call did not succeed: a problem of the server (RFC 9457), or the network.

import type { Problem } from "./operations";

export type ProblemKind = string;

export class ApiProblem extends Error {
  /** "invalid-fields"; "network" when no answer came, "unknown" for an answer that is no problem. */
  readonly kind: ProblemKind;
  readonly status: number;
  readonly detail: string;
  /** By field: "/items/0/sku" or the name of a parameter. */
  readonly fields: Record<string, string>;
  readonly requestId: string;
  /** Seconds, where the server says when to come back. */
  readonly retryAfter: number;

  constructor(given: Partial<Pick<ApiProblem, "kind" | "status" | "detail" | "fields" | "requestId" | "retryAfter">>) {
    super(given.kind ?? "unknown");
    this.name = "ApiProblem";
    this.kind = given.kind ?? "unknown";
    this.status = given.status ?? 0;
    this.detail = given.detail ?? "";
    this.fields = given.fields ?? {};
    this.requestId = given.requestId ?? "";
    this.retryAfter = given.retryAfter ?? 0;
  }

  /** Trying again later may help; nothing about the request is wrong. */
  get isPassing(): boolean {
    return this.kind === "network" || this.status === 429 || this.status >= 500;
  }
}

export async function problemOf(answer: Response): Promise<ApiProblem> {
  const retryAfter = Number(answer.headers.get("Retry-After") ?? 0) || 0;
  const text = await answer.text();
  let told: Partial<Problem> = {};
  try {
    told = JSON.parse(text) as Partial<Problem>;
  } catch {
    // A proxy in between may answer with a page of its own: the status says enough.
  }
  const kind = told.type && told.type !== "about:blank" ? told.type.replace("/problems/", "") : kindOf(answer.status);
  const fields: Record<string, string> = {};
  for (const { field, detail } of told.errors ?? []) fields[field] ??= detail;
  return new ApiProblem({ kind, status: answer.status, detail: told.detail ?? "", fields, requestId: told.request_id ?? "", retryAfter });
}

function kindOf(status: number): ProblemKind {
  const kinds: Record<number, ProblemKind> = { 401: "unauthenticated", 403: "forbidden", 404: "not-found", 413: "too-large", 429: "too-many-requests" };
  return kinds[status] ?? (status >= 500 ? "unavailable" : "unknown");
}

export function asProblem(error: unknown): ApiProblem {
  return error instanceof ApiProblem ? error : new ApiProblem({ kind: "unknown", detail: "" });
}

/** Of a try to ask: a problem that was told is that; everything else is a connection that broke, perhaps in mid-answer. */
export function asLost(error: unknown): ApiProblem {
  return error instanceof ApiProblem ? error : new ApiProblem({ kind: "network" });
}
