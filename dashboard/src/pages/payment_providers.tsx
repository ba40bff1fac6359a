// Where customers pay: the shop's accounts at payment providers. Their keys go in and never come out again.

import { CreditCard, HeartPulse, KeyRound, Plus, Unplug } from "lucide-react";
import { useState } from "react";
import { useChange, usePages, whole } from "../api/hooks";
import {
  add_payment_connection,
  check_payment_connection,
  list_payment_connections,
  type PaymentConnection,
  remove_payment_connection,
  replace_payment_keys,
} from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { useNow } from "../lib/now";
import { Badge, type Tone } from "../parts/badge";
import { Button } from "../parts/button";
import { Card, Facts } from "../parts/card";
import { CopyText } from "../parts/copy_text";
import { ConfirmDialog } from "../parts/dialog";
import { Banner, EmptyState, ErrorState, SkeletonRows } from "../parts/states";
import { More } from "../parts/table";
import { tell, tellProblem } from "../parts/toast";
import { useIntegrationWords } from "../words/integrations";
import { AddProvider, ReplaceKeys } from "./payment_keys";

const tones: Record<PaymentConnection["state"], Tone> = { active: "good", key_refused: "bad" };

export function PaymentProviders() {
  const { t } = useIntegrationWords();
  const { business_id, may } = useHere();
  const providers = usePages(list_payment_connections, { business_id, query: whole });
  const [isAdding, setAdding] = useState(false);
  const isEmpty = !providers.isPending && !providers.error && providers.rows.length === 0;
  const add = may(add_payment_connection) && (
    <Button look={isEmpty ? "primary" : "secondary"} icon={<Plus aria-hidden className="size-4" />} onClick={() => setAdding(true)}>
      {t("payment-provider.add")}
    </Button>
  );
  return (
    <section aria-labelledby="payment-providers" className="mt-10">
      <div className="mb-5 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h2 id="payment-providers" className="text-xl font-semibold tracking-tight text-ink">
            {t("payment-provider.title")}
          </h2>
          <p className="mt-1 max-w-2xl text-base text-ink-soft">{t("payment-provider.hint")}</p>
        </div>
        {!isEmpty && add}
      </div>
      {providers.isPending && <SkeletonRows count={2} />}
      {providers.error && providers.rows.length === 0 ? <ErrorState error={providers.error} onRetry={providers.refetch} /> : null}
      {isEmpty && <EmptyState icon={CreditCard} title={t("payment-provider.none")} hint={t("payment-provider.none-hint")} action={add} />}
      <ul className="grid gap-4 md:grid-cols-2">
        {providers.rows.map((one) => (
          <li key={one.id}>
            <ProviderCard connection={one} />
          </li>
        ))}
      </ul>
      <More pages={providers} />
      {isAdding && <AddProvider onClose={() => setAdding(false)} />}
    </section>
  );
}

function ProviderCard({ connection: one }: { connection: PaymentConnection }) {
  const { t, ago, number } = useIntegrationWords();
  const { business_id, may } = useHere();
  const { call, queries } = useServices();
  const now = useNow();
  const [asked, setAsked] = useState<"keys" | "removal" | null>(null);
  const ids = { business_id, payment_connection_id: one.id };
  const provider = t(`provider.${one.provider}`);
  const mode = t(`payment-provider.mode.${one.mode}`);
  const again = () => queries.invalidateQueries({ queryKey: ["list_payment_connections", { business_id }] });
  const check = useChange(check_payment_connection);
  // What a check that failed found out is kept, too.
  const checkNow = () => check.mutate(ids, { onSuccess: () => tell(t("connection.checked-now")), onError: tellProblem, onSettled: again });
  const isRefused = one.state === "key_refused";
  return (
    <Card className="h-full">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 className="min-w-0 flex-1 truncate text-lg font-semibold">{provider}</h3>
        <Badge tone={one.mode === "live" ? "brand" : "neutral"}>{mode}</Badge>
        <Badge tone={tones[one.state]}>{t(`payment-provider.state.${one.state}`)}</Badge>
      </div>
      <Health connection={one} provider={provider} />
      <div className="mt-4">
        <Facts
          of={[
            [
              t("payment-provider.key"),
              one.key_hint ? (
                <bdi key="key" dir="ltr" className="font-mono text-sm">
                  …{one.key_hint}
                </bdi>
              ) : (
                t("value.unknown")
              ),
            ],
            ...(one.provider === "paystack" ? [] : [[t("payment-provider.secrets"), number(one.webhook_secrets)] as [string, string]]),
            [t("connection.checked"), one.checked_at ? ago(one.checked_at, now) : t("value.never")],
          ]}
        />
      </div>
      <div className="mt-4">
        <p className="mb-1 text-sm font-medium">{t("payment-provider.address")}</p>
        {one.webhook_url && <CopyText text={one.webhook_url} label={t("payment-provider.copy")} />}
        <p className="mt-1 text-sm text-ink-faint">{one.webhook_url ? t(`payment-provider.address.${one.provider}`) : t("payment-provider.no-address")}</p>
      </div>
      <div className="mt-5 flex flex-wrap gap-2">
        {may(check_payment_connection) && (
          <Button size="small" icon={<HeartPulse aria-hidden className="size-4" />} isBusy={check.isPending} onClick={checkNow}>
            {t("connection.check")}
          </Button>
        )}
        {may(replace_payment_keys) && (
          <Button size="small" look={isRefused ? "primary" : "secondary"} icon={<KeyRound aria-hidden className="size-4" />} onClick={() => setAsked("keys")}>
            {t("payment-provider.replace")}
          </Button>
        )}
        {may(remove_payment_connection) && (
          <Button size="small" look="quiet" icon={<Unplug aria-hidden className="size-4" />} onClick={() => setAsked("removal")}>
            {t("action.remove")}
          </Button>
        )}
      </div>
      {asked === "keys" && <ReplaceKeys connection={one} onClose={() => setAsked(null)} />}
      <ConfirmDialog
        isOpen={asked === "removal"}
        onClose={() => setAsked(null)}
        title={t("payment-provider.remove-title", { provider, mode })}
        hint={t("payment-provider.remove-hint")}
        action={t("action.remove")}
        // Somebody's change meanwhile is told, and read: who confirms once more means what is there now.
        onConfirm={() => call(remove_payment_connection, { ...ids, version: one.version }).finally(again)}
      />
    </Card>
  );
}

/** What keeps customers from paying, or the shop from hearing of it, and what to do about that. */
function Health({ connection: one, provider }: { connection: PaymentConnection; provider: string }) {
  const { t } = useIntegrationWords();
  const isUnanswered = one.last_error !== null && one.last_error_at === one.checked_at;
  const told =
    one.state === "key_refused"
      ? t("payment-provider.refused", { provider })
      : isUnanswered
        ? `${t("payment-provider.unanswered")} ${one.last_error}`
        : one.provider !== "paystack" && one.webhook_secrets === 0 && one.webhook_url
          ? t(`payment-provider.no-secret.${one.provider}`)
          : null;
  if (!told) return null;
  return (
    <div className="mt-4">
      <Banner tone={one.state === "key_refused" ? "bad" : "warn"}>{told}</Banner>
    </div>
  );
}
