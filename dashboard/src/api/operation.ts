// One operation of the API, as src/api/operations.ts declares it and client.ts calls it.

export interface Shape {
  path: object;
  query: object;
  body: unknown;
  answer: unknown;
  needs: "nothing" | "version" | "key";
}

/** The least right that an operation asks for; `account` is any signed-in person. */
export type Permission = "anyone" | "account" | "read" | "converse" | "sell" | "manage" | "administer" | "connect" | "own";

export interface Operation<S extends Shape> {
  name: string;
  method: string;
  path: string;
  permission: Permission;
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

export function operation<S extends Shape>(name: string, method: string, path: string, permission: string, needs: S["needs"]): Operation<S> {
  return { name, method, path, permission: permission as Permission, needs };
}

export type Role = "viewer" | "agent" | "admin" | "owner";

const roles: Role[] = ["viewer", "agent", "admin", "owner"];
const least: Record<Permission, Role> = {
  anyone: "viewer",
  account: "viewer",
  read: "viewer",
  converse: "agent",
  sell: "agent",
  manage: "admin",
  administer: "admin",
  connect: "admin",
  own: "owner",
};

/** Whether the server would let this role do it (protocol/api/permission). */
export function may(role: Role, what: { permission: Permission }): boolean {
  return roles.indexOf(role) >= roles.indexOf(least[what.permission]);
}
