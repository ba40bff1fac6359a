import type { ReactNode } from "react";
import { Link } from "wouter";
import { names } from "../lib/names";
import { useWords } from "../words/provider";
import { Button } from "./button";
import { ErrorState, SkeletonRows } from "./states";

export interface Column<Row> {
  name: string;
  cell(row: Row): ReactNode;
  /** Numbers stand at the end. */
  isNumber?: boolean;
  /** On a phone, where a row is a card, its value does not say what it is. */
  isNamed?: boolean;
  /** Not on a phone. */
  isWideOnly?: boolean;
}

export interface Pages<Row> {
  rows: Row[];
  isPending: boolean;
  error: unknown;
  refetch(): unknown;
  hasMore: boolean;
  isLoadingMore: boolean;
  loadMore(): unknown;
}

/** A table of pages that are read one behind the other. On a phone each row becomes two lines that lead to the same place. */
export function DataTable<Row extends { id: string }>({
  caption,
  columns,
  pages,
  linkOf,
  empty,
  actions,
}: {
  caption: string;
  columns: Array<Column<Row>>;
  pages: Pages<Row>;
  /** Null: this one leads nowhere. */
  linkOf?(row: Row): string | null;
  empty: ReactNode;
  actions?(row: Row): ReactNode;
}) {
  const { t } = useWords();
  if (pages.isPending) return <SkeletonRows count={8} className="h-13" />;
  if (pages.error && pages.rows.length === 0) return <ErrorState error={pages.error} onRetry={pages.refetch} />;
  if (pages.rows.length === 0 && !pages.hasMore) return empty;
  const [first, ...others] = columns;
  return (
    <>
      <table className="w-full border-collapse text-base max-sm:block">
        <caption className="sr-only">{caption}</caption>
        <thead className="max-sm:sr-only">
          <tr className="border-b border-line text-start text-xs text-ink-faint">
            {columns.map(({ name, isNumber, isWideOnly }) => (
              <th
                key={name}
                scope="col"
                className={names("px-3 py-2 font-medium first:ps-4 last:pe-4 sm:first:ps-5", isNumber ? "text-end" : "text-start", isWideOnly && "max-lg:hidden")}
              >
                {name}
              </th>
            ))}
            {actions && (
              <th scope="col" className="w-0">
                <span className="sr-only">{t("table.actions")}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody className="max-sm:block">
          {pages.rows.map((row) => (
            <tr
              key={row.id}
              className="relative border-b border-line last:border-0 hover:bg-hover/60 max-sm:flex max-sm:flex-wrap max-sm:items-baseline max-sm:gap-x-3 max-sm:gap-y-1 max-sm:px-4 max-sm:py-3"
            >
              {first && (
                <th scope="row" className="max-w-80 px-3 py-2.5 text-start font-medium text-ink first:ps-4 max-sm:w-full max-sm:max-w-none max-sm:p-0! sm:first:ps-5">
                  <RowLink to={linkOf?.(row) ?? null}>{first.cell(row)}</RowLink>
                </th>
              )}
              {others.map(({ name, cell, isNumber, isNamed, isWideOnly }) => (
                <td
                  key={name}
                  className={names("px-3 py-2.5 text-ink-soft last:pe-4 max-sm:p-0!", isNumber && "text-end tabular-nums max-sm:text-start", isWideOnly && "max-lg:hidden")}
                >
                  {isNamed && <span className="text-ink-faint sm:hidden">{name} </span>}
                  {cell(row)}
                </td>
              ))}
              {actions && <td className="relative z-10 py-1 pe-2 text-end max-sm:ms-auto">{actions(row)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      <More pages={pages} />
    </>
  );
}

/** All of the row leads there. */
function RowLink({ to, children }: { to: string | null; children: ReactNode }) {
  if (!to) return children;
  return (
    <Link href={to} className="rounded after:absolute after:inset-0 hover:text-brand">
      {children}
    </Link>
  );
}

export function More({ pages }: { pages: Pages<unknown> }) {
  const { t } = useWords();
  if (!pages.hasMore) return null;
  return (
    <div className="border-t border-line p-3 text-center">
      <Button size="small" look="quiet" isBusy={pages.isLoadingMore} onClick={() => pages.loadMore()}>
        {t("action.more")}
      </Button>
    </div>
  );
}
