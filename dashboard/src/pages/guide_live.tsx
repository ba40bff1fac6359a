// Whether the AI answers now; if not, what it lacks and where that is done.

import { CircleAlert, CircleCheck } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { Connection } from "../api/operations";
import { useHere } from "../app/business";
import { linkClass } from "../app/door";
import { type GuideStep, type Lack, lacksOf, type ShopState } from "../lib/guide";
import { Button, buttonClass } from "../parts/button";
import { useGuideWords } from "../words/guide";
import { ConnectedOnes } from "./guide_channel";

export function GuideLive({
  shop,
  mayAct,
  onStep,
}: {
  shop: ShopState<Connection>;
  /** Else it is only said. */
  mayAct: boolean;
  onStep(step: GuideStep): void;
}) {
  const { t } = useGuideWords();
  const { at } = useHere();
  const lacks = lacksOf(shop);
  const isLive = lacks.length === 0;
  const Icon = isLive ? CircleCheck : CircleAlert;
  const toStep = (step: GuideStep) => mayAct && <Button onClick={() => onStep(step)}>{t(`guide-step.${step}`)}</Button>;
  const toPage = (path: string, label: string) =>
    mayAct && (
      <Link href={at(path)} className={buttonClass()}>
        {label}
      </Link>
    );
  const ways: Record<Lack, () => ReactNode> = {
    channel: () => toStep("channel"),
    access: () => toPage("connections", t("connection.reconnect")),
    messages: () => toPage("connections", t("nav.connections")),
    replies: () => toPage("plan", t("nav.plan")),
  };
  const advice = [...(shop.hasProducts ? [] : (["products"] as const)), ...(shop.published > 0 ? [] : (["training"] as const))];
  return (
    <>
      <div role="status" className={isLive ? "rounded-md bg-good-soft px-4 py-3 text-good" : "rounded-md bg-warn-soft px-4 py-3 text-warn"}>
        <p className="flex items-center gap-2.5 text-lg font-semibold">
          <Icon aria-hidden className="size-5.5 shrink-0" strokeWidth={1.8} />
          {t(isLive ? "guide-live.yes" : "guide-live.no")}
        </p>
        <p className="mt-1 text-pretty">{t(isLive ? "guide-live.yes-hint" : "guide-live.no-hint")}</p>
      </div>
      {!isLive && <Todo of={lacks.map((lack) => ({ id: lack, text: t(`guide-lack.${lack}`), way: ways[lack]() }))} />}
      {isLive && (
        <section>
          <h3 className="mb-2 text-sm font-medium text-ink-soft">{t("guide-live.on")}</h3>
          <ConnectedOnes of={shop.connections.filter(({ state }) => state !== "disconnected")} />
        </section>
      )}
      {advice.length > 0 && (
        <section>
          <h3 className="mb-2 text-sm font-medium text-ink-soft">{t("guide-live.advice")}</h3>
          <Todo of={advice.map((step) => ({ id: step, text: t(`guide-lack.${step}`), way: toStep(step) }))} />
        </section>
      )}
      {isLive && mayAct && (
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-3">
          <p className="flex flex-wrap gap-x-4 gap-y-1">
            <span className="text-ink-faint">{t("guide-live.afterwards")}</span>
            <Link href={at("connections")} className={linkClass}>
              {t("guide-live.payments")}
            </Link>
            <Link href={at("team")} className={linkClass}>
              {t("guide-live.team")}
            </Link>
          </p>
          <Link href={at("inbox")} className={buttonClass("primary")}>
            {t("guide-live.inbox")}
          </Link>
        </div>
      )}
    </>
  );
}

function Todo({ of }: { of: Array<{ id: string; text: string; way: ReactNode }> }) {
  return (
    <ul className="flex flex-col gap-2">
      {of.map(({ id, text, way }) => (
        <li key={id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 rounded-md border border-line px-4 py-3">
          <span className="min-w-0 flex-1 basis-56 text-pretty">{text}</span>
          {way}
        </li>
      ))}
    </ul>
  );
}
