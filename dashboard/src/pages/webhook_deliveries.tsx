// What was sent to one webhook lately, and what became of it.

import { ListChecks, RotateCw } from "lucide-react";
import { useEffect } from "react";
import { useChange, usePages } from "../api/hooks";
import { list_webhook_deliveries, replay_webhook_delivery, type WebhookDelivery, type WebhookEndpoint } from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { useNow } from "../lib/now";
import { useFilters } from "../lib/query";
import { readAgain } from "../live/again";
import { Status, type Tone } from "../parts/badge";
import { Button } from "../parts/button";
import { Drawer } from "../parts/dialog";
import { Select } from "../parts/field";
import { Banner, EmptyState } from "../parts/states";
import { type Column, DataTable } from "../parts/table";
import { tell, tellProblem } from "../parts/toast";
import { useIntegrationWords } from "../words/integrations";

type Row = WebhookDelivery & { id: string };
type State = WebhookDelivery["state"];
const tones: Record<State, Tone> = { waiting: "warn", delivered: "good", dead: "bad" };
const lookEveryMs = 5000;
/** Later attempts are hours away: nobody waits for these before the page. */
const soonMs = 60_000;

export function Deliveries({ webhook, onClose }: { webhook: WebhookEndpoint; onClose(): void }) {
  const { t, word, date, ago } = useIntegrationWords();
  const { business_id, may } = useHere();
  const { queries } = useServices();
  const now = useNow();
  const [given, setFilters] = useFilters("state");
  const state = (Object.keys(tones) as State[]).find((one) => one === given.state);
  const webhook_endpoint_id = webhook.id;
  const deliveries = usePages(list_webhook_deliveries, { business_id, webhook_endpoint_id, query: { limit: 25, ...(state ? { state } : {}) } }, { keepsOld: true });
  const replay = useChange(replay_webhook_delivery);

  // No event tells that a program took it.
  const isOnItsWay = deliveries.rows.some((one) => one.state === "waiting" && Date.parse(one.next_attempt_at ?? "") < now + soonMs);
  useEffect(() => {
    if (!isOnItsWay) return;
    const look = () => {
      if (document.hidden) return;
      readAgain(queries, { queryKey: ["list_webhook_deliveries", { business_id, webhook_endpoint_id }] });
      readAgain(queries, { queryKey: ["list_webhook_endpoints", { business_id }] });
    };
    const timer = setInterval(look, lookEveryMs);
    return () => clearInterval(timer);
  }, [isOnItsWay, queries, business_id, webhook_endpoint_id]);

  const send = ({ event_id }: WebhookDelivery) =>
    replay.mutate(
      { business_id, webhook_endpoint_id, event_id },
      {
        onSuccess: () => tell(t("delivery.replayed")),
        onError: tellProblem,
        onSettled: () => queries.invalidateQueries({ queryKey: ["list_webhook_deliveries", { business_id, webhook_endpoint_id }] }),
      },
    );
  const columns: Array<Column<Row>> = [
    {
      name: t("delivery.event"),
      cell: (one) => (
        <>
          {word("webhook-event", one.type)}
          <span dir="ltr" className="block text-start font-mono text-xs font-normal break-all text-ink-faint">
            {one.event_id}
          </span>
        </>
      ),
    },
    { name: t("delivery.when"), cell: (one) => date(one.occurred_at) },
    {
      name: t("delivery.state"),
      cell: (one) => (
        <>
          <Status tone={tones[one.state]}>{word("delivery-state", one.state)}</Status>
          <span className="block text-sm text-ink-faint">
            {[
              t("delivery.attempts", { count: one.attempts }),
              one.last_status ? t("delivery.answered", { status: String(one.last_status) }) : one.last_problem && word("delivery-problem", one.last_problem),
              one.replays > 0 && t("delivery.replays", { count: one.replays }),
            ]
              .filter(Boolean)
              .join(" · ")}
          </span>
          {one.state === "waiting" && one.attempts > 0 && one.next_attempt_at && (
            <span className="block text-sm text-ink-faint">{t("delivery.next", { at: ago(one.next_attempt_at, now) })}</span>
          )}
        </>
      ),
    },
  ];
  const mayReplay = webhook.active && may(replay_webhook_delivery);
  const actions = (one: WebhookDelivery) =>
    one.state === "waiting" && one.attempts === 0 ? null : (
      <Button size="small" icon={<RotateCw aria-hidden className="size-4" />} isBusy={replay.isPending && replay.variables.event_id === one.event_id} onClick={() => send(one)}>
        {t("delivery.replay")}
      </Button>
    );
  return (
    <Drawer
      isOpen
      isWide
      onClose={onClose}
      title={t("delivery.title")}
      hint={
        <>
          <bdi className="block break-all">{webhook.description || webhook.url}</bdi>
          {t("delivery.hint")}
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {!webhook.active && <Banner tone="warn">{t("delivery.is-off")}</Banner>}
        <Select aria-label={t("delivery.state")} value={state ?? ""} onChange={(event) => setFilters({ state: event.target.value })} className="w-48">
          <option value="">{t("filter.all-states")}</option>
          {(Object.keys(tones) as State[]).map((one) => (
            <option key={one} value={one}>
              {word("delivery-state", one)}
            </option>
          ))}
        </Select>
        <div className="-mx-4 sm:-mx-5">
          <DataTable<Row>
            caption={t("delivery.title")}
            columns={columns}
            pages={{ ...deliveries, rows: deliveries.rows.map((one) => ({ ...one, id: one.event_id })) }}
            {...(mayReplay ? { actions } : {})}
            empty={<EmptyState icon={ListChecks} title={t(state ? "delivery.none-found" : "delivery.none")} hint={t(state ? "filter.none-hint" : "delivery.none-hint")} />}
          />
        </div>
      </div>
    </Drawer>
  );
}
