import { useCallback } from "react";
import { useLocation, useSearch } from "wouter";

type Change<Name extends string> = Partial<Record<Name, string | undefined>>;

/** The address with another filter, without one that is empty, and else as it is. */
export function addressWith<Name extends string>(path: string, search: string, change: Change<Name>): string {
  const next = new URLSearchParams(search);
  for (const [name, value] of Object.entries(change) as Array<[Name, string | undefined]>) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  return next.size > 0 ? `${path}?${next}` : path;
}

/** Filters live in the address: a link to a list is a link to what one sees. -> those known, how to change them, what a link to a change is */
export function useFilters<Name extends string>(...known: Name[]): [Partial<Record<Name, string>>, (change: Change<Name>) => void, (change: Change<Name>) => string] {
  const search = useSearch();
  const [path, go] = useLocation();
  const given = new URLSearchParams(search);
  const filters: Partial<Record<Name, string>> = {};
  for (const name of known) {
    const value = given.get(name);
    if (value) filters[name] = value;
  }
  const to = useCallback((wanted: Change<Name>) => addressWith(path, search, wanted), [search, path]);
  const change = useCallback((wanted: Change<Name>) => go(to(wanted), { replace: true }), [to, go]);
  return [filters, change, to];
}
