import type { ReactNode } from "react";

/** At the end of a step: where there is more of it, and the way on. */
export function GuideButtons({ goOn, children }: { goOn: ReactNode; children?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-3">
      {children}
      <span className="ms-auto">{goOn}</span>
    </div>
  );
}
