// Money that came: first what waits for a person, then all of it.

import { BadgeCheck, Banknote } from "lucide-react";
import { usePages } from "../api/hooks";
import { list_payment_reviews, list_payments, type PaymentReview, type ReceivedPayment } from "../api/operations";
import { useHere } from "../app/business";
import { customerName } from "../lib/customers";
import { useFilters } from "../lib/query";
import { Badge, type Tone } from "../parts/badge";
import { Card } from "../parts/card";
import { Select } from "../parts/field";
import { Page } from "../parts/page";
import { EmptyState } from "../parts/states";
import { type Column, DataTable } from "../parts/table";
import { useOrderWords } from "../words/orders";
import { OrderTabs } from "./order_tabs";
import { DisputedBadge } from "./payment_status";
import { ReviewDrawer } from "./review";

const stateTones: Record<PaymentReview["state"], Tone> = {
  open: "warn",
  refunding: "info",
  accepted: "good",
  attached: "good",
  refunded: "info",
  dismissed: "neutral",
  answered: "neutral",
};
const placeTones: Record<ReceivedPayment["place"], Tone> = { on_order: "good", in_review: "warn", dismissed: "neutral" };
const states: Array<PaymentReview["state"]> = ["accepted", "attached", "refunded", "dismissed", "answered"];
const places: Array<ReceivedPayment["place"]> = ["on_order", "in_review", "dismissed"];

export default function Payments() {
  const { t } = useOrderWords();
  const [{ review }, setFilters] = useFilters("review");
  return (
    <Page title={t("order.payments")} hint={t("money.payments-hint")}>
      <OrderTabs current="payments" />
      <div className="flex flex-col gap-5">
        <Reviews />
        <Received />
      </div>
      {review && <ReviewDrawer key={review} review_id={review} onClose={() => setFilters({ review: undefined })} />}
    </Page>
  );
}

function Reviews() {
  const { t, word, money, date } = useOrderWords();
  const { business_id } = useHere();
  const [{ reviews: state }, setFilters, to] = useFilters("reviews", "review");
  const query = { limit: 50, ...(state ? { state: state as PaymentReview["state"], sort: "newest" as const } : {}) };
  const reviews = usePages(list_payment_reviews, { business_id, query }, { keepsOld: true });
  const columns: Array<Column<PaymentReview>> = [
    { name: t("review.reason"), cell: (one) => word("review-reason", one.reason) },
    { name: t("order.number"), cell: (one) => (one.order_number ? <span className="tabular-nums">#{one.order_number}</span> : t("value.none")) },
    { name: t("review.state"), cell: (one) => <Badge tone={stateTones[one.state]}>{word("review-state", one.state)}</Badge> },
    { name: t("money.provider"), cell: (one) => (one.provider ? word("provider", one.provider) : t("value.unknown")), isWideOnly: true },
    {
      name: t("money.received"),
      cell: (one) => <span className="font-medium text-ink">{one.received_minor !== null && one.currency ? money(one.received_minor, one.currency) : t("value.unknown")}</span>,
      isNumber: true,
    },
    { name: t("review.since"), cell: (one) => date(one.opened_at), isNumber: true },
  ];
  return (
    <Card
      title={t("review.title")}
      isFlush
      actions={
        <Select aria-label={t("review.state")} value={state ?? ""} onChange={(event) => setFilters({ reviews: event.target.value })} className="w-48">
          <option value="">{t("review.waiting")}</option>
          {states.map((one) => (
            <option key={one} value={one}>
              {word("review-state", one)}
            </option>
          ))}
        </Select>
      }
    >
      <DataTable
        caption={t("review.title")}
        columns={columns}
        pages={reviews}
        linkOf={(one) => to({ review: one.id })}
        empty={<EmptyState icon={BadgeCheck} title={t(state ? "review.none-found" : "review.none")} hint={state ? undefined : t("review.none-hint")} />}
      />
    </Card>
  );
}

function Received() {
  const { t, word, money, date } = useOrderWords();
  const { business_id, at } = useHere();
  const [{ place }, setFilters] = useFilters("place");
  const query = { limit: 50, ...(place ? { place: place as ReceivedPayment["place"] } : {}) };
  const payments = usePages(list_payments, { business_id, query }, { keepsOld: true });
  const columns: Array<Column<ReceivedPayment>> = [
    {
      name: t("order.number"),
      cell: (one) => (one.order_number ? <span className="tabular-nums">#{one.order_number}</span> : <span className="font-mono text-xs break-all">{one.reference}</span>),
    },
    { name: t("order.customer"), cell: (one) => (one.customer_id ? <bdi>{customerName(t, one.customer_name, one.customer_id)}</bdi> : t("value.none")) },
    {
      name: t("money.place"),
      cell: (one) => (
        <span className="flex flex-wrap gap-1">
          <Badge tone={placeTones[one.place]}>{word("payment-place", one.place)}</Badge>
          {one.is_disputed && <DisputedBadge />}
          {one.mode === "test" && <Badge>{t("payment.test")}</Badge>}
        </span>
      ),
    },
    { name: t("money.provider"), cell: (one) => word("provider", one.provider), isWideOnly: true },
    {
      name: t("money.received"),
      cell: (one) => (
        <span className="font-medium text-ink">
          {money(one.received_minor, one.currency)}
          {one.returned_minor > 0 && <span className="block text-sm font-normal text-ink-faint">{t("money.returned", { amount: money(one.returned_minor, one.currency) })}</span>}
        </span>
      ),
      isNumber: true,
    },
    { name: t("money.when"), cell: (one) => date(one.received_at), isNumber: true },
  ];
  return (
    <Card
      title={t("money.all-payments")}
      isFlush
      actions={
        <Select aria-label={t("money.place")} value={place ?? ""} onChange={(event) => setFilters({ place: event.target.value })} className="w-48">
          <option value="">{t("filter.all-states")}</option>
          {places.map((one) => (
            <option key={one} value={one}>
              {word("payment-place", one)}
            </option>
          ))}
        </Select>
      }
    >
      <DataTable
        caption={t("money.all-payments")}
        columns={columns}
        pages={payments}
        linkOf={(one) => (one.order_id ? at(`orders/${one.order_id}`) : null)}
        empty={<EmptyState icon={Banknote} title={t(place ? "money.none-found" : "money.none")} hint={t(place ? "filter.none-hint" : "money.none-hint")} />}
      />
    </Card>
  );
}
