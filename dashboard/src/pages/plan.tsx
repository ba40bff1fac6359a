import { useApi, usePages } from "../api/hooks";
import { list_plan_months, type Plan as PlanShape, type PlanUse, show_plan } from "../api/operations";
import { useHere } from "../app/business";
import { Waiting } from "../app/waiting";
import { Badge, type Tone } from "../parts/badge";
import { Card } from "../parts/card";
import { Meter } from "../parts/meter";
import { Page } from "../parts/page";
import { Banner, ErrorState, SkeletonRows } from "../parts/states";
import { More } from "../parts/table";
import { useWords } from "../words/provider";

const stateTones: Record<PlanShape["state"], Tone> = { unlimited: "good", normal: "good", near_limit: "warn", paused: "bad" };

export default function Plan() {
  const { t, date } = useWords();
  const { business_id } = useHere();
  const plan = useApi(show_plan, { business_id });
  if (plan.error && !plan.data) return <ErrorState isPage error={plan.error} onRetry={plan.refetch} />;
  if (!plan.data) return <Waiting />;
  const { name, state, ends_at, ai_replies, members, connections, products } = plan.data;
  return (
    <Page title={t("nav.plan")} hint={t("plan.until", { at: date(ends_at, "date") })}>
      <div className="flex flex-col gap-5">
        {(state === "near_limit" || state === "paused") && <Banner tone={state === "paused" ? "bad" : "warn"}>{t(`plan-next.${state}`)}</Banner>}
        <Card
          title={
            <span className="flex items-center gap-3">
              {name ?? t("plan.none")}
              <Badge tone={stateTones[state]}>{t(`plan-state.${state}`)}</Badge>
            </span>
          }
          hint={state === "normal" || state === "unlimited" ? t(`plan-next.${state}`) : undefined}
        >
          <div className="grid gap-6 sm:grid-cols-2">
            <Use label={t("plan.ai-replies")} use={ai_replies} />
            <Use label={t("plan.members")} use={members} />
            <Use label={t("plan.connections")} use={connections} />
            <Use label={t("plan.products")} use={products} />
          </div>
        </Card>
        <Months />
      </div>
    </Page>
  );
}

function Use({ label, use }: { label: string; use: PlanUse }) {
  const { t, number } = useWords();
  const tone = use.warning === "at_limit" ? "bad" : use.warning === "near_limit" ? "warn" : "brand";
  return (
    <div>
      <div className="mb-1.5 flex items-baseline justify-between gap-3">
        <span className="font-medium">{label}</span>
        <span className="text-ink-soft tabular-nums">
          {use.allowed === null ? t("plan.used", { count: use.used }) : t("plan.used-of", { used: number(use.used), allowed: number(use.allowed) })}
        </span>
      </div>
      {use.allowed === null ? <p className="text-sm text-ink-faint">{t("plan.no-limit")}</p> : <Meter label={label} value={use.used} most={use.allowed} tone={tone} />}
    </div>
  );
}

function Months() {
  const { t, number, language } = useWords();
  const { business_id } = useHere();
  const months = usePages(list_plan_months, { business_id, query: { limit: 12 } });
  const most = Math.max(1, ...months.rows.map((one) => one.ai_replies));
  const nameOf = (month: string) => new Intl.DateTimeFormat(language, { month: "long", year: "numeric", timeZone: "UTC" }).format(new Date(`${month}-01T00:00:00Z`));
  return (
    <Card title={t("plan.months")}>
      {months.isPending && <SkeletonRows count={3} className="h-8" />}
      {months.error && months.rows.length === 0 ? <ErrorState error={months.error} onRetry={months.refetch} /> : null}
      <table className="w-full text-base">
        <caption className="sr-only">{t("plan.months")}</caption>
        <thead className="sr-only">
          <tr>
            <th scope="col">{t("plan.month")}</th>
            <th scope="col">{t("plan.share")}</th>
            <th scope="col">{t("plan.ai-replies")}</th>
          </tr>
        </thead>
        <tbody>
          {months.rows.map((one) => (
            <tr key={one.month}>
              <th scope="row" className="w-40 py-1.5 pe-4 text-start font-normal text-ink-soft">
                {nameOf(one.month)}
              </th>
              <td className="py-1.5">
                <Meter label={nameOf(one.month)} value={one.ai_replies} most={most} />
              </td>
              <td className="w-20 py-1.5 ps-4 text-end tabular-nums">{number(one.ai_replies)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <More pages={months} />
    </Card>
  );
}
