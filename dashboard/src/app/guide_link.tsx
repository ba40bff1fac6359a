// The way back to the guided start, for as long as something is left to do there.

import { Rocket } from "lucide-react";
import { useEffect } from "react";
import { Link } from "wouter";
import { guideSteps, isFinished } from "../lib/guide";
import { putGuideAway } from "../lib/guide_kept";
import { Meter } from "../parts/meter";
import { useWords } from "../words/provider";
import { useHere } from "./business";
import { useGuide } from "./use_guide";

export default function GuideLink() {
  const { t, number } = useWords();
  const { at, business_id, me } = useHere();
  const { done } = useGuide();
  const isEnd = done !== null && isFinished(done);
  useEffect(() => {
    if (isEnd) putGuideAway(business_id, me.id);
  }, [isEnd, business_id, me.id]);
  if (!done || isEnd) return null;
  const count = guideSteps.filter((step) => done[step]).length;
  return (
    <Link href={at("guide")} className="flex flex-col gap-2 rounded-md border border-line bg-surface px-2.5 py-2 text-base font-medium text-ink hover:border-line-strong">
      <span className="flex items-center gap-2.5">
        <Rocket aria-hidden className="size-4.5 text-brand" strokeWidth={1.8} />
        <span className="min-w-0 flex-1 truncate">{t("nav.guide")}</span>
        <span className="text-xs font-normal text-ink-soft tabular-nums">{t("plan.used-of", { used: number(count), allowed: number(guideSteps.length) })}</span>
      </span>
      <Meter label={t("nav.guide")} value={count} most={guideSteps.length} />
    </Link>
  );
}
