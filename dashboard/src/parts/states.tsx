// What a list or a page shows when it has nothing to show: not yet, nothing there, or something went wrong.

import { CircleAlert, CloudOff, Inbox, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { type ApiProblem, asProblem } from "../api/problem";
import { names } from "../lib/names";
import { useWords } from "../words/provider";
import type { Words } from "../words/words";
import { Button } from "./button";

export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden="true" className={names("block animate-[breathe_1.6s_ease-in-out_infinite] rounded bg-line", className)} />;
}

/** As tall as the rows that will come, so that nothing jumps. */
export function SkeletonRows({ count = 6, className = "h-14" }: { count?: number; className?: string }) {
  const { t } = useWords();
  return (
    <div role="status" aria-label={t("state.loading")} className="flex flex-col gap-px">
      {Array.from({ length: count }, (_, row) => (
        <div key={row} className={names("flex items-center gap-3 px-4", className)}>
          <Skeleton className="size-8 rounded-full" />
          <div className="flex-1 space-y-2">
            <Skeleton className="h-3 w-2/5" />
            <Skeleton className="h-3 w-4/5" />
          </div>
        </div>
      ))}
    </div>
  );
}

/** `isPage`: all that the page has to say, so that its title is the page's heading. */
export function EmptyState({ icon: Icon = Inbox, title, hint, action, isPage }: { icon?: LucideIcon; title: string; hint?: ReactNode; action?: ReactNode; isPage?: boolean }) {
  const Title = isPage ? "h1" : "p";
  return (
    <div className="mx-auto flex max-w-sm flex-col items-center px-6 py-12 text-center">
      <span className="mb-4 inline-flex size-12 items-center justify-center rounded-full bg-brand-soft text-brand">
        <Icon aria-hidden className="size-6" strokeWidth={1.6} />
      </span>
      <Title className="text-lg font-semibold text-balance text-ink">{title}</Title>
      {hint && <p className="mt-1 text-base text-pretty text-ink-soft">{hint}</p>}
      {action && <div className="mt-5">{action}</div>}
    </div>
  );
}

/** What went wrong and what to do, in the person's language; the server's own words add what only it knows. */
export function problemText(problem: ApiProblem, { t, word }: Words): { title: string; todo: string } {
  const known = word("problem", problem.kind);
  const isKnown = known !== problem.kind.replaceAll("_", " ");
  const todo = problem.retryAfter > 0 ? t("problem.wait", { count: problem.retryAfter }) : problem.detail || t(problem.isPassing ? "problem.try-again" : "problem.tell-us");
  return { title: isKnown ? known : t("problem.unknown"), todo };
}

/** `home`: the way on from where trying again may never help. `isPage` as above. */
export function ErrorState({ error, onRetry, home, isPage }: { error: unknown; onRetry?: (() => void) | undefined; home?: ReactNode; isPage?: boolean }) {
  const words = useWords();
  const problem = asProblem(error);
  const { title, todo } = problemText(problem, words);
  const Icon = problem.kind === "network" ? CloudOff : CircleAlert;
  const Title = isPage ? "h1" : "p";
  return (
    <div role="alert" className="mx-auto flex max-w-sm flex-col items-center px-6 py-12 text-center">
      <span className="mb-4 inline-flex size-12 items-center justify-center rounded-full bg-bad-soft text-bad">
        <Icon aria-hidden className="size-6" strokeWidth={1.6} />
      </span>
      <Title className="text-lg font-semibold text-balance text-ink">{title}</Title>
      <p className="mt-1 text-base text-pretty text-ink-soft">{todo}</p>
      {(onRetry || home) && (
        <div className="mt-5 flex flex-wrap justify-center gap-2">
          {onRetry && <Button onClick={onRetry}>{words.t("action.retry")}</Button>}
          {home}
        </div>
      )}
      {problem.requestId && <p className="mt-4 font-mono text-xs text-ink-faint">{problem.requestId}</p>}
    </div>
  );
}

/** Above a form that was refused as a whole. */
export function ProblemBanner({ error }: { error: unknown }) {
  const words = useWords();
  if (!error) return null;
  const { title, todo } = problemText(asProblem(error), words);
  return (
    <Banner tone="bad">
      <strong className="font-semibold">{title}</strong> {todo}
    </Banner>
  );
}

export function Banner({ tone, children, action }: { tone: "info" | "warn" | "bad" | "good"; children: ReactNode; action?: ReactNode }) {
  const tones = { info: "bg-info-soft text-info", warn: "bg-warn-soft text-warn", bad: "bg-bad-soft text-bad", good: "bg-good-soft text-good" };
  return (
    <div
      role={tone === "bad" ? "alert" : "status"}
      className={names("flex flex-wrap items-center justify-between gap-x-4 gap-y-2 rounded-md px-3.5 py-2.5 text-base", tones[tone])}
    >
      <p className="min-w-0 text-pretty">{children}</p>
      {action}
    </div>
  );
}
