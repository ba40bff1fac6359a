// Where other programs of the shop are told what happens, and how well they take it.

import { Ellipsis, ListChecks, Pencil, Plus, Power, RotateCcwKey, Send, Trash2, Webhook } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { useChange, usePages, whole } from "../api/hooks";
import {
  add_webhook_endpoint,
  change_webhook_endpoint,
  list_webhook_endpoints,
  ping_webhook_endpoint,
  remove_webhook_endpoint,
  rotate_webhook_secret,
  type WebhookEndpoint,
} from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { useNow } from "../lib/now";
import { useFilters } from "../lib/query";
import { Badge, type Tone } from "../parts/badge";
import { Button, buttonClass, IconButton } from "../parts/button";
import { Card, Facts } from "../parts/card";
import { ConfirmDialog } from "../parts/dialog";
import { Menu, MenuItem, MenuLine } from "../parts/menu";
import { Banner, EmptyState, ErrorState, SkeletonRows } from "../parts/states";
import { More } from "../parts/table";
import { tell, tellProblem } from "../parts/toast";
import { useIntegrationWords } from "../words/integrations";
import { Deliveries } from "./webhook_deliveries";
import { EditWebhook, ShowSecret } from "./webhook_editor";

export function WebhookSettings() {
  const { t } = useIntegrationWords();
  const { business_id, may } = useHere();
  const [{ endpoint }, setFilters] = useFilters("endpoint", "state");
  const endpoints = usePages(list_webhook_endpoints, { business_id, query: whole });
  const [edited, setEdited] = useState<{ webhook: WebhookEndpoint | null } | null>(null);
  /** Until it is closed; it cannot be asked for again. */
  const [secret, setSecret] = useState<string | null>(null);
  const looked = endpoints.rows.find(({ id }) => id === endpoint);
  const isEmpty = !endpoints.isPending && !endpoints.error && endpoints.rows.length === 0;
  const add = may(add_webhook_endpoint) && (
    <Button look={isEmpty ? "primary" : "secondary"} icon={<Plus aria-hidden className="size-4" />} onClick={() => setEdited({ webhook: null })}>
      {t("webhook.add")}
    </Button>
  );
  return (
    <section aria-label={t("settings.webhooks")} className="flex flex-col gap-5">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <p className="min-w-0 flex-1 basis-64 text-base text-ink-soft">{t("webhook.hint")}</p>
        {!isEmpty && add}
      </div>
      {endpoints.isPending && <SkeletonRows count={2} />}
      {endpoints.error && endpoints.rows.length === 0 ? <ErrorState error={endpoints.error} onRetry={endpoints.refetch} /> : null}
      {isEmpty && <EmptyState icon={Webhook} title={t("webhook.none")} hint={t("webhook.none-hint")} action={add} />}
      <ul className="flex flex-col gap-4">
        {endpoints.rows.map((one) => (
          <li key={one.id}>
            <WebhookCard webhook={one} onEdit={() => setEdited({ webhook: one })} onSecret={setSecret} />
          </li>
        ))}
      </ul>
      <More pages={endpoints} />
      {edited && <EditWebhook webhook={edited.webhook} onClose={() => setEdited(null)} onSecret={setSecret} />}
      {secret && <ShowSecret secret={secret} onClose={() => setSecret(null)} />}
      {looked && <Deliveries webhook={looked} onClose={() => setFilters({ endpoint: undefined, state: undefined })} />}
    </section>
  );
}

type Health = "on" | "failing" | "off";
const tones: Record<Health, Tone> = { on: "good", failing: "warn", off: "neutral" };
const healthOf = ({ active, failing_since }: WebhookEndpoint): Health => (!active ? "off" : failing_since ? "failing" : "on");

function WebhookCard({ webhook: one, onEdit, onSecret }: { webhook: WebhookEndpoint; onEdit(): void; onSecret(secret: string): void }) {
  const { t, word, date, ago } = useIntegrationWords();
  const { business_id, may } = useHere();
  const { call, queries } = useServices();
  const [, setFilters, to] = useFilters("endpoint", "state");
  const now = useNow();
  const [asked, setAsked] = useState<"secret" | "removal" | null>(null);
  const ids = { business_id, webhook_endpoint_id: one.id };
  const again = () => queries.invalidateQueries({ queryKey: ["list_webhook_endpoints", { business_id }] });
  const change = useChange(change_webhook_endpoint);
  const ping = useChange(ping_webhook_endpoint);
  const turn = (active: boolean) =>
    change.mutate(
      { ...ids, version: one.version, body: { active } },
      { onSuccess: () => tell(t(active ? "webhook.is-on" : "webhook.is-off")), onError: tellProblem, onSettled: again },
    );
  // What becomes of it is among the deliveries.
  const test = () =>
    ping.mutate(ids, {
      onSuccess: () => {
        tell(t("webhook.tested"));
        void queries.invalidateQueries({ queryKey: ["list_webhook_deliveries", ids] });
        setFilters({ endpoint: one.id, state: undefined });
      },
      onError: tellProblem,
    });
  const health = healthOf(one);
  const mayChange = may(change_webhook_endpoint);
  return (
    <Card>
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          {one.description && (
            <h2 className="text-lg font-semibold break-words">
              <bdi>{one.description}</bdi>
            </h2>
          )}
          <p dir="ltr" className="text-start font-mono text-sm break-all text-ink-soft">
            {one.url}
          </p>
        </div>
        <Badge tone={tones[health]}>{t(`webhook.state.${health}`)}</Badge>
        {mayChange && (
          <Menu
            trigger={
              <IconButton label={t("webhook.actions", { url: one.url })} className="-mt-1.5 -me-1.5">
                <Ellipsis aria-hidden className="size-4.5" />
              </IconButton>
            }
          >
            <MenuItem icon={<Pencil aria-hidden className="size-4" />} onSelect={onEdit}>
              {t("action.edit")}
            </MenuItem>
            <MenuItem icon={<Power aria-hidden className="size-4" />} onSelect={() => turn(!one.active)} disabled={change.isPending}>
              {t(one.active ? "webhook.turn-off" : "webhook.turn-on")}
            </MenuItem>
            <MenuItem icon={<RotateCcwKey aria-hidden className="size-4" />} onSelect={() => setAsked("secret")}>
              {t("webhook.rotate")}
            </MenuItem>
            <MenuLine />
            <MenuItem icon={<Trash2 aria-hidden className="size-4" />} isDanger onSelect={() => setAsked("removal")}>
              {t("action.remove")}
            </MenuItem>
          </Menu>
        )}
      </div>
      {health !== "on" && (
        <div className="mt-4">
          <Banner
            tone="warn"
            action={
              !one.active &&
              mayChange && (
                <Button size="small" icon={<Power aria-hidden className="size-4" />} isBusy={change.isPending} onClick={() => turn(true)}>
                  {t("webhook.turn-on")}
                </Button>
              )
            }
          >
            {one.active ? t("webhook.failing", { at: date(one.failing_since ?? "") }) : t(`webhook.off.${one.off_reason ?? "person"}`)}
          </Banner>
        </div>
      )}
      <div className="mt-4">
        <Facts
          of={[
            [t("webhook.events"), one.events.map((event) => word("webhook-event", event)).join(" · ")],
            [t("webhook.last-success"), one.last_success_at ? ago(one.last_success_at, now) : t("value.never")],
            [
              t("webhook.secret"),
              <span key="secret">
                <bdi dir="ltr" className="font-mono text-sm">
                  …{one.secret_hint}
                </bdi>
                {one.previous_secret_until && <span className="block text-sm text-ink-faint">{t("webhook.previous", { at: date(one.previous_secret_until) })}</span>}
              </span>,
            ],
          ]}
        />
      </div>
      <div className="mt-5 flex flex-wrap gap-2">
        <Link href={to({ endpoint: one.id, state: undefined })} className={buttonClass("secondary", "small")}>
          <ListChecks aria-hidden className="size-4" />
          {t("delivery.title")}
        </Link>
        {one.active && may(ping_webhook_endpoint) && (
          <Button size="small" icon={<Send aria-hidden className="size-4 rtl:-scale-x-100" />} isBusy={ping.isPending} onClick={test}>
            {t("webhook.test")}
          </Button>
        )}
      </div>
      <ConfirmDialog
        isOpen={asked === "secret"}
        onClose={() => setAsked(null)}
        title={t("webhook.rotate-title")}
        hint={t("webhook.rotate-hint")}
        action={t("webhook.rotate")}
        look="primary"
        onConfirm={() =>
          call(rotate_webhook_secret, { ...ids, version: one.version })
            .then(({ secret }) => onSecret(secret))
            .finally(again)
        }
      />
      <ConfirmDialog
        isOpen={asked === "removal"}
        onClose={() => setAsked(null)}
        title={t("webhook.remove-title")}
        hint={t("webhook.remove-hint", { url: one.url })}
        action={t("action.remove")}
        onConfirm={() => call(remove_webhook_endpoint, { ...ids, version: one.version }).finally(again)}
      />
    </Card>
  );
}
