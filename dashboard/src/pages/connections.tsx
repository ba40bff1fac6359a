import { Cable, HeartPulse, type LucideIcon, RefreshCw, Unplug } from "lucide-react";
import { Suspense, useState } from "react";
import { useChange, usePages } from "../api/hooks";
import { begin_connect_flow, type Connection, check_connection, disconnect_connection, list_connections, list_payment_connections } from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { useNow } from "../lib/now";
import { Badge, type Tone } from "../parts/badge";
import { Button } from "../parts/button";
import { Card, Facts } from "../parts/card";
import { ChannelMark } from "../parts/channel";
import { ConfirmDialog } from "../parts/dialog";
import { Page } from "../parts/page";
import { Banner, EmptyState, ErrorState, SkeletonRows } from "../parts/states";
import { More } from "../parts/table";
import { tell, tellProblem } from "../parts/toast";
import { useWords } from "../words/provider";
import { ConnectMenu, useConnect } from "./connect_menu";
import { NoticeTemplate } from "./notice_template";
import { PaymentProviders } from "./payment_providers";

const tones: Record<Connection["state"], Tone> = { active: "good", reconnect_needed: "bad", disconnected: "neutral" };

export default function Connections() {
  const { t } = useWords();
  const { business_id, may } = useHere();
  const connections = usePages(list_connections, { business_id, query: { limit: 100 } });
  const { connect, isBusy } = useConnect();
  const mayConnect = may(begin_connect_flow);
  const menu = <ConnectMenu onConnect={connect} isBusy={isBusy} />;
  const shown = [...connections.rows].sort((a, b) => Number(a.state === "disconnected") - Number(b.state === "disconnected"));
  return (
    <Page title={t("nav.connections")} hint={t("connection.hint")} actions={mayConnect && menu}>
      {connections.isPending && <SkeletonRows count={3} />}
      {connections.error && connections.rows.length === 0 ? <ErrorState error={connections.error} onRetry={connections.refetch} /> : null}
      {!connections.isPending && !connections.error && connections.rows.length === 0 && (
        <EmptyState icon={Cable} title={t("connection.none")} hint={t("connection.none-hint")} action={mayConnect && menu} />
      )}
      <ul className="grid gap-4 md:grid-cols-2">
        {shown.map((one) => (
          <li key={one.id}>
            <ConnectionCard connection={one} onReconnect={() => connect(one.login === "instagram" ? "instagram" : "facebook", one.id)} isBusy={isBusy} />
          </li>
        ))}
      </ul>
      <More pages={connections} />
      {may(list_payment_connections) && (
        // Their words come later than the channels'.
        <Suspense fallback={<SkeletonRows count={2} />}>
          <PaymentProviders />
        </Suspense>
      )}
    </Page>
  );
}

function ConnectionCard({ connection: one, onReconnect, isBusy }: { connection: Connection; onReconnect(): void; isBusy: boolean }) {
  const { t, date, ago } = useWords();
  const { business_id, may } = useHere();
  const { queries } = useServices();
  const now = useNow();
  const [isAsked, setAsked] = useState(false);
  const ids = { business_id, connection_id: one.id };
  const again = () => queries.invalidateQueries({ queryKey: ["list_connections", { business_id }] });
  const check = useChange(check_connection, again);
  const end = useChange(disconnect_connection, again);
  const mayConnect = may(check_connection);
  const isThere = one.state !== "disconnected";
  const canLogIn = one.channel !== "whatsapp";
  return (
    <Card className="h-full">
      <div className="flex items-start gap-3">
        <ChannelMark channel={one.channel} className="size-9!" />
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-lg font-semibold">{one.name || one.external_id}</h2>
          <p className="text-sm text-ink-faint">{t(`channel.${one.channel}`)}</p>
        </div>
        <Badge tone={tones[one.state]}>{t(`connection-state.${one.state}`)}</Badge>
      </div>
      {one.state === "reconnect_needed" && (
        <div className="mt-4">
          <Banner
            tone="bad"
            action={
              mayConnect &&
              canLogIn && (
                <Button size="small" icon={<RefreshCw aria-hidden className="size-4" />} isBusy={isBusy} onClick={onReconnect}>
                  {t("connection.reconnect")}
                </Button>
              )
            }
          >
            {one.last_error || t("connection.broken")}
          </Banner>
        </div>
      )}
      <div className="mt-4">
        <Facts
          of={[
            [t("connection.last-event"), one.last_event_at ? ago(one.last_event_at, now) : t("value.none")],
            [t("connection.receives"), one.subscribed === null ? t("value.unknown") : t(one.subscribed ? "value.yes" : "value.no")],
            [t("connection.token"), one.token_expires_at ? t("connection.until", { at: date(one.token_expires_at, "date") }) : t("connection.no-end")],
            [t("connection.checked"), one.checked_at ? ago(one.checked_at, now) : t("value.never")],
          ]}
        />
      </div>
      {mayConnect && (
        <div className="mt-5 flex flex-wrap gap-2">
          {isThere && (
            <Action icon={HeartPulse} isBusy={check.isPending} onClick={() => check.mutate(ids, { onSuccess: () => tell(t("connection.checked-now")), onError: tellProblem })}>
              {t("connection.check")}
            </Action>
          )}
          {isThere && one.channel === "whatsapp" && <NoticeTemplate connection={one} />}
          {!isThere && canLogIn && (
            <Action icon={RefreshCw} isBusy={isBusy} onClick={onReconnect}>
              {t("connection.reconnect")}
            </Action>
          )}
          {isThere && (
            <Button size="small" look="quiet" icon={<Unplug aria-hidden className="size-4" />} onClick={() => setAsked(true)}>
              {t("connection.end")}
            </Button>
          )}
        </div>
      )}
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setAsked(false)}
        title={t("connection.end-title", { name: one.name || one.external_id })}
        hint={t("connection.end-hint")}
        action={t("connection.end")}
        onConfirm={() => end.mutateAsync(ids)}
      />
    </Card>
  );
}

function Action({ icon: Icon, isBusy, onClick, children }: { icon: LucideIcon; isBusy: boolean; onClick(): void; children: string }) {
  return (
    <Button size="small" icon={<Icon aria-hidden className="size-4" />} isBusy={isBusy} onClick={onClick}>
      {children}
    </Button>
  );
}
