import { useCallback } from "react";
import { useLocation, useSearch } from "wouter";

/** Filters live in the address: a link to a list is a link to what one sees. */
export function useFilters<Name extends string>(...known: Name[]): [Partial<Record<Name, string>>, (change: Partial<Record<Name, string | undefined>>) => void] {
  const search = useSearch();
  const [path, go] = useLocation();
  const given = new URLSearchParams(search);
  const filters: Partial<Record<Name, string>> = {};
  for (const name of known) {
    const value = given.get(name);
    if (value) filters[name] = value;
  }
  const change = useCallback(
    (wanted: Partial<Record<Name, string | undefined>>) => {
      const next = new URLSearchParams(search);
      for (const [name, value] of Object.entries(wanted) as Array<[Name, string | undefined]>) {
        if (value) next.set(name, value);
        else next.delete(name);
      }
      go(next.size > 0 ? `${path}?${next}` : path, { replace: true });
    },
    [search, path, go],
  );
  return [filters, change];
}
