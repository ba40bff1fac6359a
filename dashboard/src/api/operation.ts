// One operation of the API, as src/api/operations.ts declares it and client.ts calls it.

export interface Shape {
  path: object;
  query: object;
  body: unknown;
  answer: unknown;
  needs: "nothing" | "version" | "key";
}

export type Role = "viewer" | "agent" | "admin" | "owner";

/** Who may call at least: the least role of a member, any signed-in person, or anyone. */
export type Least = Role | "account" | "anyone";

export interface Operation<S extends Shape> {
  name: string;
  method: string;
  path: string;
  least: Least;
  needs: S["needs"];
  /** Of types only. */
  shape?: S;
}

/** What a call is given: ids of the path beside `query`, `body`, `version` (If-Match) or `key` (Idempotency-Key). */
export type Input<S extends Shape> = S["path"] & {
  query?: S["query"];
} & (S["body"] extends undefined ? object : { body: S["body"] }) &
  (S["needs"] extends "version" ? { version: number } : S["needs"] extends "key" ? { key: string } : object);

export type Answer<O> = O extends Operation<infer S> ? S["answer"] : never;
export type InputOf<O> = O extends Operation<infer S> ? Input<S> : never;

export function operation<S extends Shape>(name: string, method: string, path: string, least: Least, needs: S["needs"]): Operation<S> {
  return { name, method, path, least, needs };
}

const roles: Role[] = ["viewer", "agent", "admin", "owner"];

/** Whether the server would let this role do it. What it does not know it does not allow. */
export function may(role: Role, { least }: { least: Least }): boolean {
  if (least === "anyone" || least === "account") return true;
  return roles.includes(least) && roles.indexOf(role) >= roles.indexOf(least);
}
