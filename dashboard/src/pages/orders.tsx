import { Plus, ShoppingBag } from "lucide-react";
import { useMemo } from "react";
import { Link } from "wouter";
import { usePages } from "../api/hooks";
import { list_orders, type OrderSummary, place_order } from "../api/operations";
import { useHere } from "../app/business";
import { customerName } from "../lib/customers";
import { useFilters } from "../lib/query";
import { instantOf } from "../lib/zone";
import { Button, buttonClass } from "../parts/button";
import { Card } from "../parts/card";
import { ChannelMark } from "../parts/channel";
import { Field, Select, TextInput } from "../parts/field";
import { Filters } from "../parts/filters";
import { Page } from "../parts/page";
import { SearchInput } from "../parts/search_input";
import { EmptyState } from "../parts/states";
import { type Column, DataTable } from "../parts/table";
import { useOrderWords } from "../words/orders";
import { NewOrder } from "./new_order";
import { OrderStatus } from "./order_status";
import { OrderTabs } from "./order_tabs";
import { DisputedBadge } from "./payment_status";

const statuses: Array<OrderSummary["status"]> = ["draft", "awaiting_payment", "paid", "fulfilled", "cancelled", "refunded"];
/** No status of its own: of any of them, and frozen. */
const disputed = "disputed";

export default function Orders() {
  const { t, word, money, date, zone } = useOrderWords();
  const { business_id, at, may } = useHere();
  const [filters, setFilters] = useFilters("status", "channel", "search", "since", "until", "sort", "new");
  const query = useMemo(() => {
    // Days are those of the business.
    const day = (text: string, plus: number) => new Date(instantOf(Date.parse(`${text}T00:00:00Z`) + plus * 86_400_000, zone)).toISOString();
    return {
      limit: 50,
      ...(filters.status === disputed ? { disputed: true } : filters.status ? { status: filters.status as OrderSummary["status"] } : {}),
      ...(filters.channel ? { channel: filters.channel as OrderSummary["channel"] } : {}),
      ...(filters.search ? { search: filters.search } : {}),
      ...(filters.since ? { since: day(filters.since, 0) } : {}),
      ...(filters.until ? { until: day(filters.until, 1) } : {}),
      ...(filters.sort ? { sort: filters.sort as "oldest" | "largest" } : {}),
    };
  }, [filters.status, filters.channel, filters.search, filters.since, filters.until, filters.sort, zone]);
  const orders = usePages(list_orders, { business_id, query }, { keepsOld: true });
  const isFiltered = Object.keys(filters).some((name) => name !== "new" && name !== "sort");
  const columns: Array<Column<OrderSummary>> = [
    { name: t("order.number"), cell: (one) => <span className="tabular-nums">#{one.number}</span> },
    {
      name: t("order.customer"),
      cell: (one) => (
        <span className="flex items-baseline gap-2">
          <ChannelMark channel={one.channel} className="self-center" />
          <bdi className="max-w-48 truncate text-ink">{customerName(t, one.customer_name, one.customer_id)}</bdi>
        </span>
      ),
    },
    {
      name: t("order.status"),
      cell: (one) => (
        <span className="flex flex-wrap gap-1">
          <OrderStatus status={one.status} />
          {one.dispute === "open" && <DisputedBadge />}
        </span>
      ),
    },
    { name: t("order.pieces"), cell: (one) => t("order.piece-count", { count: one.pieces }), isNumber: true, isWideOnly: true },
    { name: t("order.total"), cell: (one) => <span className="font-medium text-ink">{money(one.total_minor, one.currency)}</span>, isNumber: true },
    { name: t("order.placed"), cell: (one) => date(one.created_at), isNumber: true },
  ];
  return (
    <Page
      title={t("nav.orders")}
      actions={
        may(place_order) && (
          <Link href={`${at("orders")}?new=1`} className={buttonClass("primary")}>
            <Plus aria-hidden className="size-4" />
            {t("order.new")}
          </Link>
        )
      }
    >
      <OrderTabs current="orders" />
      <Filters
        search={<SearchInput label={t("order.search")} value={filters.search ?? ""} onSearch={(search) => setFilters({ search })} />}
        count={[filters.status, filters.channel, filters.since, filters.until].filter(Boolean).length}
        columns="sm:grid-cols-2 lg:grid-cols-[2fr_1fr_1fr_auto_auto_1fr]"
      >
        <Select aria-label={t("order.status")} value={filters.status ?? ""} onChange={(event) => setFilters({ status: event.target.value })}>
          <option value="">{t("filter.all-states")}</option>
          {statuses.map((status) => (
            <option key={status} value={status}>
              {word("order-status", status)}
            </option>
          ))}
          <option value={disputed}>{t("money.disputed")}</option>
        </Select>
        <Select aria-label={t("filter.channel")} value={filters.channel ?? ""} onChange={(event) => setFilters({ channel: event.target.value })}>
          <option value="">{t("filter.all-channels")}</option>
          {(["messenger", "instagram", "whatsapp"] as const).map((channel) => (
            <option key={channel} value={channel}>
              {t(`channel.${channel}`)}
            </option>
          ))}
        </Select>
        <Field label={t("filter.since")} isLabelHidden>
          <TextInput type="date" title={t("filter.since")} value={filters.since ?? ""} max={filters.until} onChange={(event) => setFilters({ since: event.target.value })} />
        </Field>
        <Field label={t("filter.until")} isLabelHidden>
          <TextInput type="date" title={t("filter.until")} value={filters.until ?? ""} min={filters.since} onChange={(event) => setFilters({ until: event.target.value })} />
        </Field>
        <Select aria-label={t("filter.sort")} value={filters.sort ?? ""} onChange={(event) => setFilters({ sort: event.target.value })}>
          <option value="">{t("sort.newest")}</option>
          <option value="oldest">{t("sort.oldest")}</option>
          <option value="largest">{t("sort.largest")}</option>
        </Select>
      </Filters>
      <Card isFlush className="[&>div]:pt-0">
        <DataTable
          caption={t("nav.orders")}
          columns={columns}
          pages={orders}
          linkOf={(one) => at(`orders/${one.id}`)}
          empty={
            <EmptyState
              icon={ShoppingBag}
              title={t(isFiltered ? "order.none-found" : "order.none")}
              hint={t(isFiltered ? "filter.none-hint" : "order.none-hint")}
              action={isFiltered && <Button onClick={() => setFilters({ status: "", channel: "", search: "", since: "", until: "" })}>{t("filter.clear")}</Button>}
            />
          }
        />
      </Card>
      {filters.new && may(place_order) && <NewOrder conversation_id={filters.new === "1" ? null : filters.new} onClose={() => setFilters({ new: undefined })} />}
    </Page>
  );
}
