// The right pane: the customer, and what they bought.

import { ExternalLink, ShoppingBag } from "lucide-react";
import { Link } from "wouter";
import { useApi, usePages } from "../api/hooks";
import { type Conversation, list_orders, show_customer } from "../api/operations";
import { useHere } from "../app/business";
import { customerName } from "../lib/customers";
import { names } from "../lib/names";
import { OrderStatus } from "../pages/order_status";
import { Avatar } from "../parts/avatar";
import { Facts } from "../parts/card";
import { ChannelMark } from "../parts/channel";
import { ErrorState, Skeleton } from "../parts/states";
import { useWords } from "../words/provider";
import { labelColours, useLabels } from "./people";

export function Side({ chat }: { chat: Conversation }) {
  const { t, date, word } = useWords();
  const { business_id, at } = useHere();
  const customer = useApi(show_customer, { business_id, customer_id: chat.customer_id });
  const labels = useLabels().of(chat.label_ids);
  const name = customer.data?.name || customerName(t, chat.customer_name, chat.customer_id);
  const reason = chat.owner === "person" && chat.handover_reason && !/^[0-9a-f-]{36}$/.test(chat.handover_reason) ? chat.handover_reason : "";
  return (
    <div className="flex flex-col gap-6">
      <div className="flex flex-col items-center text-center">
        <Avatar name={name} id={chat.customer_id} size="large" />
        <p className="mt-2 max-w-full truncate text-lg font-semibold">
          <bdi>{name}</bdi>
        </p>
        <p className="flex items-center gap-1.5 text-sm text-ink-faint">
          <ChannelMark channel={chat.channel} className="size-4!" />
          {t(`channel.${chat.channel}`)}
        </p>
        <Link href={at(`customers/${chat.customer_id}`)} className="mt-2 inline-flex min-h-6 items-center gap-1 rounded text-sm font-medium text-brand hover:underline">
          {t("customer.open")}
          <ExternalLink aria-hidden className="size-3.5" />
        </Link>
      </div>
      {labels.length > 0 && (
        <div className="flex flex-wrap justify-center gap-1.5">
          {labels.map((label) => (
            <span key={label.id} className={names("rounded-full px-2 py-0.5 text-sm", labelColours[label.colour])}>
              {label.name}
            </span>
          ))}
        </div>
      )}
      {reason && (
        <section>
          <h2 className="mb-1 text-sm font-semibold text-ink">{t("side.handover")}</h2>
          <p className="text-base break-words text-ink-soft">{word("handover", reason)}</p>
        </section>
      )}
      <section>
        <h2 className="mb-2 text-sm font-semibold text-ink">{t("side.contact")}</h2>
        {customer.isPending && <Skeleton className="h-16 w-full" />}
        {customer.error && <ErrorState error={customer.error} onRetry={customer.refetch} />}
        {customer.data && (
          <Facts
            of={[
              [t("field.phone"), customer.data.phone || t("value.none")],
              [t("field.email"), customer.data.email || t("value.none")],
              [t("field.address"), customer.data.address || t("value.none")],
              [t("customer.since"), date(customer.data.created_at, "date")],
            ]}
          />
        )}
      </section>
      <Orders customer_id={chat.customer_id} conversation_id={chat.id} />
    </div>
  );
}

function Orders({ customer_id, conversation_id }: { customer_id: string; conversation_id: string }) {
  const { t, money, date } = useWords();
  const { business_id, at } = useHere();
  const orders = usePages(list_orders, { business_id, query: { customer: customer_id, limit: 5 } });
  return (
    <section>
      <div className="mb-2 flex items-baseline justify-between">
        <h2 className="text-sm font-semibold text-ink">{t("nav.orders")}</h2>
        <Link href={at(`orders?new=${conversation_id}`)} className="inline-flex min-h-6 items-center rounded text-sm font-medium text-brand hover:underline">
          {t("order.new")}
        </Link>
      </div>
      {orders.isPending && <Skeleton className="h-16 w-full" />}
      {orders.error && orders.rows.length === 0 ? <ErrorState error={orders.error} onRetry={orders.refetch} /> : null}
      {!orders.isPending && !orders.error && orders.rows.length === 0 && (
        <p className="flex items-center gap-2 rounded-lg bg-sunken px-3 py-3 text-sm text-ink-faint">
          <ShoppingBag aria-hidden className="size-4" />
          {t("side.no-orders")}
        </p>
      )}
      <ul className="flex flex-col gap-2">
        {orders.rows.map((order) => (
          <li key={order.id}>
            <Link href={at(`orders/${order.id}`)} className="block rounded-lg border border-line p-3 hover:border-line-strong hover:bg-hover">
              <span className="flex items-baseline justify-between gap-3">
                <span className="font-medium">#{order.number}</span>
                <span className="font-semibold tabular-nums">{money(order.total_minor, order.currency)}</span>
              </span>
              <span className="mt-1 flex items-center justify-between gap-3 text-sm text-ink-faint">
                <OrderStatus status={order.status} />
                {date(order.created_at, "date")}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {orders.hasMore && (
        <Link href={at(`customers/${customer_id}`)} className="mt-2 inline-block rounded text-sm font-medium text-brand hover:underline">
          {t("side.all-orders")}
        </Link>
      )}
    </section>
  );
}
