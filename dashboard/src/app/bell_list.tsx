// What the person was told, the latest first. Each is a sentence that leads to what it is about.

import { Bell, Bot, CreditCard, Eye, type LucideIcon, PackageMinus, ShoppingBag, TriangleAlert, Unplug } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { type LoadedPages, useApi, usePages } from "../api/hooks";
import { count_unread_notifications, list_notifications, type Notification, read_all_notifications, read_notification } from "../api/operations";
import { names } from "../lib/names";
import { asRead, placeOf, sentenceOf } from "../lib/notices";
import { useNow } from "../lib/now";
import { Button } from "../parts/button";
import { EmptyState, ErrorState, SkeletonRows } from "../parts/states";
import { More } from "../parts/table";
import { tellProblem } from "../parts/toast";
import { useNotificationWords } from "../words/notifications";
import { useHere } from "./business";
import { useServices } from "./services";

const icons: Record<Notification["kind"], LucideIcon> = {
  hand_over: Bot,
  paid_order: ShoppingBag,
  failed_payment: TriangleAlert,
  review_item: Eye,
  low_stock: PackageMinus,
  broken_connection: Unplug,
  quota: CreditCard,
};

export default function NotificationList({ onClose }: { onClose(): void }) {
  const { t } = useNotificationWords();
  const { business_id, at } = useHere();
  const pages = usePages(list_notifications, { business_id, query: { limit: 30 } });
  const unread = useApi(count_unread_notifications, { business_id }).data?.unread ?? 0;
  const reading = useReading();
  const [latest] = pages.rows;
  const now = useNow();
  if (pages.isPending) return <SkeletonRows count={6} />;
  if (pages.error && pages.rows.length === 0) return <ErrorState error={pages.error} onRetry={pages.refetch} />;
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
        <Link href={`${at("settings")}?tab=notifications`} onClick={onClose} className="rounded text-sm font-medium text-brand hover:underline">
          {t("notice.choose")}
        </Link>
        {latest && (
          <Button size="small" isBusy={reading.isBusy} disabled={unread === 0} onClick={() => reading.all(latest.id)}>
            {t("notice.read-all")}
          </Button>
        )}
      </div>
      {latest ? (
        <>
          <ul aria-label={t("settings.notifications")} className="flex flex-col gap-0.5">
            {pages.rows.map((one) => (
              <Row
                key={one.id}
                one={one}
                now={now}
                onOpen={() => {
                  if (one.read_at === null) void reading.one(one.id);
                  onClose();
                }}
              />
            ))}
          </ul>
          <More pages={pages} />
        </>
      ) : (
        <EmptyState icon={Bell} title={t("notice.none")} hint={t("notice.none-hint")} />
      )}
    </>
  );
}

function Row({ one, now, onOpen }: { one: Notification; now: number; onOpen(): void }) {
  const { t, ago, date } = useNotificationWords();
  const { at } = useHere();
  const Icon = icons[one.kind] ?? Bell;
  const isUnread = one.read_at === null;
  return (
    <li>
      <Link href={at(placeOf(one))} onClick={onOpen} className="flex items-start gap-3 rounded-md px-2.5 py-2.5 hover:bg-hover">
        <Icon aria-hidden className={names("mt-0.5 size-4.5 shrink-0", isUnread ? "text-brand" : "text-ink-faint")} />
        <span className="min-w-0 flex-1">
          <span className={names("block text-base", isUnread ? "font-semibold text-ink" : "text-ink-soft")}>{t(`notice.${sentenceOf(one)}`, { percent: one.percent ?? 100 })}</span>
          <time dateTime={one.happened_at} title={date(one.happened_at)} className="text-sm text-ink-faint">
            {ago(one.happened_at, now)}
          </time>
        </span>
        {isUnread && (
          <span className="mt-1.5 size-2 shrink-0 rounded-full bg-brand">
            <span className="sr-only">{t("inbox.unread")}</span>
          </span>
        )}
      </Link>
    </li>
  );
}

/** Shown at once; the server's own word follows. */
function useReading() {
  const { business_id } = useHere();
  const { call, queries } = useServices();
  const [isBusy, setBusy] = useState(false);
  const list = { queryKey: ["list_notifications", { business_id }] };
  const mark = (isMeant: (id: string) => boolean) =>
    queries.setQueriesData<LoadedPages<Notification>>(list, (pages) => pages?.pages && asRead(pages, isMeant, new Date().toISOString()));
  const done = async (told: Promise<unknown>) => {
    try {
      await told;
    } catch (error) {
      tellProblem(error);
    } finally {
      void queries.invalidateQueries(list);
      void queries.invalidateQueries({ queryKey: ["count_unread_notifications", { business_id }] });
    }
  };
  return {
    isBusy,
    one: (notification_id: string) => {
      mark((id) => id === notification_id);
      return done(call(read_notification, { business_id, notification_id }));
    },
    all: async (up_to: string) => {
      setBusy(true);
      mark((id) => id <= up_to);
      await done(call(read_all_notifications, { business_id, body: { up_to } }));
      setBusy(false);
    },
  };
}
