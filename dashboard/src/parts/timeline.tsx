import type { ReactNode } from "react";
import { names } from "../lib/names";

export interface TimelineEntry {
  id: string;
  tone: "neutral" | "good" | "bad" | "ai" | "brand";
  title: ReactNode;
  detail?: ReactNode;
  at: ReactNode;
}

export function Timeline({ entries }: { entries: TimelineEntry[] }) {
  const tones = { neutral: "bg-line-strong", good: "bg-good", bad: "bg-bad", ai: "bg-ai", brand: "bg-brand" };
  return (
    <ol className="relative ms-1.5 border-s border-line">
      {entries.map(({ id, tone, title, detail, at }) => (
        <li key={id} className="relative pb-4 ps-5 last:pb-0">
          <span aria-hidden="true" className={names("absolute -start-[5px] top-1.5 size-2.5 rounded-full ring-4 ring-surface", tones[tone])} />
          <div className="flex flex-wrap items-baseline justify-between gap-x-4">
            <p className="font-medium text-ink">{title}</p>
            <p className="text-sm text-ink-faint">{at}</p>
          </div>
          {detail && <p className="text-sm break-words text-ink-soft">{detail}</p>}
        </li>
      ))}
    </ol>
  );
}
