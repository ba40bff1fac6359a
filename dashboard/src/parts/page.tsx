import { ArrowLeft } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { Link } from "wouter";
import { names } from "../lib/names";

/** A page with its heading; the tab and the history carry the same name. */
export function Page({
  title,
  hint,
  actions,
  back,
  children,
  isNarrow,
}: {
  title: string;
  hint?: ReactNode;
  actions?: ReactNode;
  back?: { to: string; label: string };
  children: ReactNode;
  isNarrow?: boolean;
}) {
  useTitle(title);
  return (
    <div className={names("mx-auto w-full px-4 pt-5 pb-10 sm:px-6 lg:px-8 lg:pt-7", isNarrow ? "max-w-3xl" : "max-w-6xl")}>
      {back && (
        <Link href={back.to} className="mb-2 inline-flex min-h-6 items-center gap-1.5 rounded text-sm font-medium text-ink-soft hover:text-ink">
          <ArrowLeft aria-hidden className="size-4 rtl:rotate-180" />
          {back.label}
        </Link>
      )}
      <header className="mb-5 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="text-2xl font-semibold tracking-tight text-balance text-ink">{title}</h1>
          {hint && <div className="mt-1 max-w-2xl text-base text-ink-soft">{hint}</div>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · Sellavie` : "Sellavie";
  }, [title]);
}
