import type { ReactNode } from "react";
import { names } from "../lib/names";

export type Tone = "neutral" | "good" | "warn" | "bad" | "info" | "ai" | "brand";

const tones: Record<Tone, string> = {
  neutral: "bg-sunken text-ink-soft",
  good: "bg-good-soft text-good",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  info: "bg-info-soft text-info",
  ai: "bg-ai-soft text-ai",
  brand: "bg-brand-soft text-brand",
};

export function Badge({ tone = "neutral", icon, children, className }: { tone?: Tone; icon?: ReactNode; children: ReactNode; className?: string }) {
  return (
    <span className={names("inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap", tones[tone], className)}>
      {icon}
      {children}
    </span>
  );
}

const dots: Record<Tone, string> = { neutral: "bg-line-strong", good: "bg-good", warn: "bg-warn", bad: "bg-bad", info: "bg-info", ai: "bg-ai", brand: "bg-brand" };

/** A state in a table: a dot and its word. */
export function Status({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <span aria-hidden="true" className={names("size-2 shrink-0 rounded-full", dots[tone])} />
      {children}
    </span>
  );
}
