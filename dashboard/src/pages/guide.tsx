// The guided start: from a business that is founded to the first reply. Each step has the smallest form that does it, or
// the way to its page; which are done is what the server says.

import { ChevronDown, CircleCheck } from "lucide-react";
import { lazy, type ReactNode, Suspense, useEffect, useId, useRef, useState } from "react";
import { begin_connect_flow, create_product, save_training_draft } from "../api/operations";
import { useHere } from "../app/business";
import { useGuide } from "../app/use_guide";
import { type GuideStep, guideSteps, isFinished, lacksOf, nextStep } from "../lib/guide";
import { noteTried, putGuideAway, useGuideAway } from "../lib/guide_kept";
import { names } from "../lib/names";
import { Badge } from "../parts/badge";
import { Button } from "../parts/button";
import { Meter } from "../parts/meter";
import { Page } from "../parts/page";
import { Banner, ErrorState, SkeletonRows } from "../parts/states";
import { tell } from "../parts/toast";
import { useGuideWords } from "../words/guide";
import { withProductWords } from "../words/products";
import { withTrainingWords } from "../words/training";
import { GuideBusiness } from "./guide_business";
import { GuideChannel } from "./guide_channel";
import { GuideLive } from "./guide_live";
import type { Trial } from "./playground";

const GuideProducts = lazy(() => withProductWords(import("./guide_products")));
const GuideTraining = lazy(() => withTrainingWords(import("./guide_training")));
const GuideTry = lazy(() => withTrainingWords(import("./guide_try")));

export default function Guide() {
  const { t, number } = useGuideWords();
  const { business_id, me, may } = useHere();
  const { shop, done, error, again } = useGuide();
  const [opened, setOpened] = useState<GuideStep | "none" | null>(null);
  const [trials, setTrials] = useState<Trial[]>([]);
  const isAway = useGuideAway(business_id, me.id);
  const list = useRef<HTMLOListElement>(null);
  const isFocusOwed = useRef(false);
  const mayGuide = may(create_product) && may(save_training_draft) && may(begin_connect_flow);

  const next = done && nextStep(done);
  const isAnswered = trials.some(({ answer }) => answer);
  useEffect(() => {
    if (isAnswered) noteTried(business_id);
  }, [isAnswered, business_id]);
  // Where one goes on, until another is chosen: what is done meanwhile takes no open step away.
  if (done && opened === null) setOpened(next ?? "live");
  const show = (step: GuideStep) => {
    isFocusOwed.current = step !== opened;
    setOpened(step);
  };
  // Whoever finished a step goes on from the next one's heading: the form that had the focus is gone.
  useEffect(() => {
    if (!isFocusOwed.current) return;
    isFocusOwed.current = false;
    list.current?.querySelector<HTMLElement>("button[aria-expanded=true]")?.focus();
  });
  const finish = (step: GuideStep) => {
    tell(t("guide.is-done", { step: t(`guide-step.${step}`) }));
    show((done && nextStep(done, step)) ?? "live");
  };
  const hide = () => {
    putGuideAway(business_id, me.id);
    tell(t("guide.hidden"));
  };
  const goOn = next && (
    <Button look="primary" onClick={() => show(next)}>
      {t("guide.go-on", { step: t(`guide-step.${next}`) })}
    </Button>
  );

  const bodyOf = (step: GuideStep): ReactNode => {
    if (!shop) return null;
    switch (step) {
      case "business":
        return <GuideBusiness goOn={goOn} />;
      case "products":
        return <GuideProducts isDone={shop.hasProducts} goOn={goOn} onDone={() => finish("products")} />;
      case "training":
        return <GuideTraining goOn={goOn} onDone={() => finish("training")} />;
      case "channel":
        return <GuideChannel connections={shop.connections} goOn={goOn} />;
      case "try":
        return <GuideTry trials={trials} setTrials={setTrials} product={shop.product} goOn={done?.try ? goOn : null} />;
      case "live":
        return <GuideLive shop={shop} mayAct={mayGuide} onStep={show} />;
    }
  };

  return (
    <Page title={t("nav.guide")} hint={t("guide.hint")} isNarrow>
      {error ? (
        <ErrorState error={error} onRetry={again} />
      ) : !shop || !done ? (
        <SkeletonRows count={guideSteps.length} className="h-18" />
      ) : (
        <div className="flex flex-col gap-4">
          {!mayGuide && <Banner tone="info">{t("guide.read-only")}</Banner>}
          <Progress count={guideSteps.filter((step) => done[step]).length} />
          <ol ref={list} className="flex flex-col gap-3">
            {guideSteps.map((step, index) => (
              <Step
                key={step}
                name={t(`guide-step.${step}`)}
                about={step === "live" ? t(lacksOf(shop).length === 0 ? "guide-live.yes" : "guide-live.no") : t(`guide-about.${step}`)}
                number={number(index + 1)}
                isDone={done[step]}
                isNext={step === next}
                isOpen={step === (mayGuide ? opened : "live")}
                onToggle={mayGuide ? () => setOpened(step === opened ? "none" : step) : null}
              >
                <Suspense fallback={<SkeletonRows count={2} />}>{bodyOf(step)}</Suspense>
              </Step>
            ))}
          </ol>
          {mayGuide && !isAway && !isFinished(done) && (
            <Button look="quiet" size="small" className="self-center" onClick={hide}>
              {t("guide.hide")}
            </Button>
          )}
        </div>
      )}
    </Page>
  );
}

function Progress({ count }: { count: number }) {
  const { t, number } = useGuideWords();
  const text = t("guide.progress", { done: number(count), all: number(guideSteps.length) });
  return (
    <div>
      <p className="mb-1.5 text-sm font-medium text-ink-soft">{text}</p>
      <Meter label={text} value={count} most={guideSteps.length} />
    </div>
  );
}

function Step({
  name,
  about,
  number,
  isDone,
  isNext,
  isOpen,
  onToggle,
  children,
}: {
  name: string;
  about: string;
  number: string;
  isDone: boolean;
  isNext: boolean;
  isOpen: boolean;
  /** Null: who may not do it only looks. */
  onToggle: (() => void) | null;
  children: ReactNode;
}) {
  const { t } = useGuideWords();
  const id = useId();
  const row = "flex w-full items-center gap-3 rounded-lg px-4 py-3 text-start sm:px-5";
  const head = (
    <>
      {isDone ? (
        <CircleCheck aria-hidden className="size-7 shrink-0 text-good" strokeWidth={1.8} />
      ) : (
        <span
          aria-hidden
          className={names(
            "inline-flex size-7 shrink-0 items-center justify-center rounded-full text-sm font-semibold tabular-nums",
            isNext ? "bg-brand text-on-brand" : "bg-sunken text-ink-soft",
          )}
        >
          {number}
        </span>
      )}
      <span className="min-w-0 flex-1">
        <span className="block text-lg font-semibold text-ink">{name}</span>
        <span className="block text-sm font-normal text-ink-soft">{about}</span>
      </span>
      <Badge tone={isDone ? "good" : isNext ? "brand" : "neutral"}>{t(isDone ? "guide.done" : isNext ? "guide.next" : "guide.to-do")}</Badge>
      {onToggle && <ChevronDown aria-hidden className={names("size-4 shrink-0 text-ink-faint transition-transform", isOpen && "rotate-180")} />}
    </>
  );
  return (
    <li className="min-w-0 rounded-lg border border-line bg-surface shadow-raised">
      <h2>
        {onToggle ? (
          <button type="button" aria-expanded={isOpen} aria-controls={isOpen ? id : undefined} onClick={onToggle} className={names(row, "hover:bg-hover")}>
            {head}
          </button>
        ) : (
          <span className={row}>{head}</span>
        )}
      </h2>
      {isOpen && (
        <div id={id} className="flex flex-col gap-4 px-4 pt-1 pb-5 sm:px-5">
          {children}
        </div>
      )}
    </li>
  );
}
