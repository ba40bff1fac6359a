import type { ReactNode } from "react";
import { names } from "../lib/names";
import { useWords } from "../words/provider";

export function Card({
  title,
  hint,
  actions,
  children,
  className,
  isFlush,
}: {
  title?: ReactNode;
  hint?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
  isFlush?: boolean;
}) {
  return (
    <section className={names("min-w-0 rounded-lg border border-line bg-surface shadow-raised", className)}>
      {(title || actions) && (
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 pt-4 sm:px-5">
          <div className="min-w-0">
            {title && <h2 className="text-lg font-semibold text-ink">{title}</h2>}
            {hint && <p className="text-sm text-ink-faint">{hint}</p>}
          </div>
          {actions}
        </div>
      )}
      <div className={isFlush ? "pt-3" : "p-4 sm:p-5"}>{children}</div>
    </section>
  );
}

/** What somebody wrote, in the direction of its own language. */
export function Written({ text }: { text: string }) {
  const { t } = useWords();
  return <bdi className="block [text-align:-webkit-match-parent] [text-align:match-parent]">{text || t("value.none")}</bdi>;
}

/** Names and what they stand for. */
export function Facts({ of }: { of: Array<[string, ReactNode]> }) {
  return (
    <dl className="grid grid-cols-[minmax(6rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-2 text-base">
      {of.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-ink-faint">{name}</dt>
          <dd className="min-w-0 break-words text-ink">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
