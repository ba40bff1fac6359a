// Reading again what is old. A read that is under way may carry what was before: it is let finish, because events that
// come faster than answers would else cancel one read after the other and none would ever end, and one more follows it.

import type { Query, QueryClient, QueryFilters } from "@tanstack/react-query";

const followed = new WeakMap<Query, Promise<unknown>>();

/** All of `filters`: at once, or behind the read that is under way. */
export function readAgain(queries: QueryClient, filters: QueryFilters): void {
  for (const query of queries.getQueryCache().findAll(filters)) {
    if (query.state.fetchStatus === "idle") void queries.invalidateQueries({ queryKey: query.queryKey, exact: true });
    else follow(queries, query);
  }
}

/** Only those under way: their answers would overwrite what was put into the cache meanwhile. */
export function readBehind(queries: QueryClient, filters: QueryFilters): void {
  for (const query of queries.getQueryCache().findAll(filters)) if (query.state.fetchStatus !== "idle") follow(queries, query);
}

function follow(queries: QueryClient, query: Query): void {
  const read = query.promise ?? Promise.resolve();
  if (followed.get(query) === read) return;
  followed.set(query, read);
  const again = () => queries.invalidateQueries({ queryKey: query.queryKey, exact: true }, { cancelRefetch: false });
  void read.then(again, again);
}
