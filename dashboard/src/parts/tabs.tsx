import { useEffect, useRef } from "react";
import { Link } from "wouter";
import { names } from "../lib/names";

/** Ways to look at the same thing, each with an address. */
export function TabLinks({ label, tabs, current }: { label: string; tabs: Array<{ id: string; label: string; to: string; count?: string }>; current: string }) {
  const own = useRef<HTMLElement>(null);
  // On a phone they may be wider than the screen: the current one is in sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: which one that is has changed
  useEffect(() => {
    // Some browsers answer with a promise, which is no clean-up.
    void own.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [current]);
  return (
    <nav ref={own} aria-label={label} className="scroll-quiet -mx-1 mb-4 flex gap-1 overflow-x-auto border-b border-line px-1">
      {tabs.map((tab) => (
        <Link
          key={tab.id}
          href={tab.to}
          aria-current={tab.id === current ? "page" : undefined}
          className={names(
            "-mb-px inline-flex min-h-10 items-center gap-2 border-b-2 px-3 text-base max-sm:gap-1 max-sm:px-2 font-medium whitespace-nowrap",
            tab.id === current ? "border-brand text-ink" : "border-transparent text-ink-soft hover:text-ink",
          )}
        >
          {tab.label}
          {tab.count && <span className="rounded-full bg-sunken px-1.5 text-xs text-ink-soft">{tab.count}</span>}
        </Link>
      ))}
    </nav>
  );
}
