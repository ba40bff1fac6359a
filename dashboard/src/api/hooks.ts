// The API in components. A query's key is [operation, input], of a list that is read page by page with "pages" behind
// them: a live event finds what it makes old by the ids in it, and neither kind takes the other's answer for its own.

import { type InfiniteData, keepPreviousData, useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useServices } from "../app/services";
import type { Pages } from "../parts/table";
import type { Answer, Input, InputOf, Operation, Shape } from "./operation";
import type { ApiProblem } from "./problem";

export interface PageOf<Row> {
  items: Row[];
  next_cursor: string | null;
}

export type LoadedPages<Row> = InfiniteData<PageOf<Row>, string | undefined>;

interface Options {
  isOn?: boolean;
  /** Shows what was there until the new answer comes. */
  keepsOld?: boolean;
  staleMs?: number;
}

export const keyOf = <S extends Shape>(what: Operation<S>, input: Input<S>) => [what.name, input];
export const pagesKeyOf = <S extends Shape>(what: Operation<S>, input: Input<S>) => [what.name, input, "pages"];

export function useApi<S extends Shape>(what: Operation<S>, input: Input<S>, { isOn = true, keepsOld = false, staleMs }: Options = {}) {
  const { call } = useServices();
  return useQuery<S["answer"], ApiProblem>({
    queryKey: keyOf(what, input),
    queryFn: ({ signal }) => call(what, input, signal),
    enabled: isOn,
    ...(keepsOld ? { placeholderData: keepPreviousData as never } : {}),
    ...(staleMs === undefined ? {} : { staleTime: staleMs }),
  });
}

type RowOf<S extends Shape> = S["answer"] extends PageOf<infer Row> ? Row : never;

/** A list that is read page by page. */
export function usePages<S extends Shape>(what: Operation<S>, input: Input<S>, { isOn = true, keepsOld = false }: Options = {}): Pages<RowOf<S>> & { isStale: boolean } {
  const { call } = useServices();
  const query = useInfiniteQuery<PageOf<RowOf<S>>, ApiProblem, LoadedPages<RowOf<S>>, unknown[], string | undefined>({
    queryKey: pagesKeyOf(what, input),
    queryFn: async ({ signal, pageParam }) => {
      const asked = { ...input, query: { ...(input.query as object), ...(pageParam ? { cursor: pageParam } : {}) } } as Input<S>;
      return (await call(what, asked, signal)) as PageOf<RowOf<S>>;
    },
    initialPageParam: undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    enabled: isOn,
    ...(keepsOld ? { placeholderData: keepPreviousData as never } : {}),
  });
  const { data } = query;
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  return {
    rows,
    isPending: query.isPending,
    isStale: query.isPlaceholderData,
    error: query.error,
    refetch: () => query.refetch(),
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => (query.isFetchingNextPage ? undefined : query.fetchNextPage()),
  };
}

/** A change. `then` puts what was answered into the cache. */
export function useChange<S extends Shape>(what: Operation<S>, then?: (answer: Answer<Operation<S>>, input: InputOf<Operation<S>>) => unknown) {
  const { call } = useServices();
  return useMutation<S["answer"], ApiProblem, Input<S>>({
    mutationFn: (input) => call(what, input),
    onSuccess: (answer, input) => then?.(answer as never, input as never),
  });
}

/** All of a short list: the first page of the most that a page may hold. */
export const whole = { limit: 100 } as const;
