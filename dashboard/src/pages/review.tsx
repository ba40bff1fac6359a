// One payment that waits for a person: what is known of it, and what becomes of it.

import { type ReactNode, useState } from "react";
import { Link } from "wouter";
import { useApi } from "../api/hooks";
import { list_orders, type OrderSummary, type PaymentReviewDetail, resolve_payment_review, show_payment_review } from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { useMembers } from "../inbox/people";
import { customerName } from "../lib/customers";
import { useForm } from "../lib/form";
import { names } from "../lib/names";
import { Button } from "../parts/button";
import { Facts } from "../parts/card";
import { Drawer } from "../parts/dialog";
import { Field, TextArea } from "../parts/field";
import { SearchInput } from "../parts/search_input";
import { Banner, ErrorState, ProblemBanner, SkeletonRows } from "../parts/states";
import { useOrderWords } from "../words/orders";
import { OrderStatus } from "./order_status";
import { RefundState } from "./refund_state";
import { needsNote, type Resolution, resolutionsOf } from "./review_rules";
import { useDecision } from "./use_decision";

export function ReviewDrawer({ review_id, onClose }: { review_id: string; onClose(): void }) {
  const { t, word, money, date } = useOrderWords();
  const { business_id, business, at, may } = useHere();
  const { nameOf } = useMembers();
  const found = useApi(show_payment_review, { business_id, review_id }, { staleMs: 0 });
  const review = found.data;
  if (!review)
    return (
      <Drawer isOpen onClose={onClose} title={t("review.one")}>
        {found.error ? <ErrorState error={found.error} onRetry={found.refetch} /> : <SkeletonRows count={5} />}
      </Drawer>
    );
  const { payment, order } = review;
  const ways = resolutionsOf(review, business.currency);
  return (
    <Drawer isOpen onClose={onClose} title={t("review.one")} hint={word("review-reason", review.reason)}>
      <div className="flex flex-col gap-6">
        <Facts
          of={[
            [t("review.state"), word("review-state", review.state)],
            [t("money.received"), payment ? money(payment.received_minor, payment.currency) : t("review.not-known")],
            ...(payment && payment.returned_minor > 0 ? [[t("fact.refunded"), money(payment.returned_minor, payment.currency)] as [string, string]] : []),
            [t("money.provider"), review.provider ? [word("provider", review.provider), ...(review.mode === "test" ? [t("payment.test")] : [])].join(" · ") : t("value.unknown")],
            [
              t("order.number"),
              order ? (
                <span key="order" className="flex flex-wrap items-center gap-2">
                  <Link href={at(`orders/${order.id}`)} className="rounded font-medium text-brand hover:underline">
                    #{order.number}
                  </Link>
                  <OrderStatus status={order.status} />
                  {money(order.total_minor, order.currency)}
                </span>
              ) : (
                t("value.none")
              ),
            ],
            ...(order ? [[t("order.customer"), <bdi key="customer">{customerName(t, order.customer_name, order.customer_id)}</bdi>] as [string, ReactNode]] : []),
            [
              t("money.reference"),
              <span key="reference" className="font-mono text-xs break-all">
                {[review.reference, payment?.transaction].filter(Boolean).join(" · ")}
              </span>,
            ],
            [t("review.since"), date(review.opened_at)],
            ...(review.resolved_at
              ? [
                  [t("review.resolved"), [date(review.resolved_at), ...(review.resolved_by ? [nameOf(review.resolved_by) ?? t("author.gone")] : [])].join(" · ")] as [
                    string,
                    string,
                  ],
                ]
              : []),
            ...(review.note ? [[t("order.note"), review.note] as [string, string]] : []),
          ]}
        />
        {review.refunds.length > 0 && (
          <ul aria-label={t("money.refunds")} className="divide-y divide-line rounded-lg border border-line">
            {review.refunds.map((one) => (
              <li key={one.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
                <RefundState state={one.state} />
                <span className="min-w-0 flex-1 truncate text-sm text-ink-faint">{one.reason}</span>
                <span className="tabular-nums">{money(one.amount_minor, one.currency)}</span>
              </li>
            ))}
          </ul>
        )}
        {review.state === "refunding" && <Banner tone="info">{t("review.refunding-hint")}</Banner>}
        {ways.length > 0 &&
          (may(resolve_payment_review) ? <Decision key={review.state} review={review} ways={ways} onDone={onClose} /> : <Banner tone="info">{t("review.admins-decide")}</Banner>)}
      </div>
    </Drawer>
  );
}

function Decision({ review, ways, onDone }: { review: PaymentReviewDetail; ways: Resolution[]; onDone(): void }) {
  const { t } = useOrderWords();
  const { business_id } = useHere();
  const { call } = useServices();
  const ids = { business_id, review_id: review.id };
  const decide = useDecision(show_payment_review, ids);
  const [target, setTarget] = useState<OrderSummary | null>(null);
  const form = useForm({ how: "" as Resolution | "", note: "" }, async ({ how, note }) => {
    if (!how) return;
    const body = { resolution: how, ...(how === "attach" && target ? { order_id: target.id } : {}), ...(note.trim() ? { note: note.trim() } : {}) };
    if (await decide(body, `review.done.${how}`, (key) => call(resolve_payment_review, { ...ids, key, body }))) onDone();
  });
  const { how, note } = form.fields;
  const isReady = how !== "" && (how !== "attach" || target !== null) && (!needsNote(how) || note.trim() !== "");
  return (
    <form onSubmit={form.onSubmit} className="flex flex-col gap-4">
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-2 font-semibold">{t("review.decide")}</legend>
        {ways.map((way) => (
          <label
            key={way}
            className={names(
              "flex cursor-pointer items-start gap-2.5 rounded-lg border p-3 has-focus-visible:outline-2 has-focus-visible:outline-brand",
              how === way ? "border-brand bg-brand-soft" : "border-line hover:bg-hover",
            )}
          >
            <input type="radio" name="how" value={way} checked={how === way} onChange={() => form.set("how", way)} className="mt-0.5 size-4.5 shrink-0 accent-brand" />
            <span className="min-w-0">
              <span className="block font-medium">{t(`review.${way}`, { number: String(review.order?.number ?? "") })}</span>
              <span className="block text-sm text-ink-soft">{t(`review.${way}-hint`)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {how === "attach" && <ChooseOrder named={review.order?.id} chosen={target} onChoose={setTarget} />}
      {how !== "" && (
        <Field label={t("order.note")} hint={needsNote(how) ? t("review.note-hint") : undefined} error={form.errorOf("note")}>
          <TextArea {...form.text("note")} required={needsNote(how)} maxLength={400} />
        </Field>
      )}
      <ProblemBanner error={form.refusal} />
      <Button type="submit" look={how === "refund" ? "danger" : "primary"} isBusy={form.isBusy} disabled={!isReady}>
        {t("review.confirm")}
      </Button>
    </form>
  );
}

const mostOffered = 20;

/** An open order that the money was not sent for. */
function ChooseOrder({ named, chosen, onChoose }: { named: string | undefined; chosen: OrderSummary | null; onChoose(order: OrderSummary): void }) {
  const { t, money } = useOrderWords();
  const { business_id } = useHere();
  const [search, setSearch] = useState("");
  const query = { limit: mostOffered, ...(search ? { search } : {}) };
  const awaiting = useApi(list_orders, { business_id, query: { ...query, status: "awaiting_payment" } }, { keepsOld: true });
  const drafts = useApi(list_orders, { business_id, query: { ...query, status: "draft" } }, { keepsOld: true });
  const both = [awaiting, drafts];
  const open = both.flatMap(({ data }) => data?.items ?? []).filter(({ id }) => id !== named);
  const failed = both.find(({ error, data }) => error && !data);
  const isPending = both.some((one) => one.isPending);
  return (
    <div className="flex flex-col gap-2">
      <SearchInput label={t("order.search")} value={search} onSearch={setSearch} />
      {isPending && <SkeletonRows count={3} />}
      {failed && <ErrorState error={failed.error} onRetry={failed.refetch} />}
      {!isPending && !failed && open.length === 0 && <p className="text-ink-faint">{t("review.no-open-order")}</p>}
      {both.some(({ data }) => data?.next_cursor) && <p className="text-sm text-ink-faint">{t("review.more-orders")}</p>}
      <ul className="flex flex-col gap-1">
        {open.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              aria-pressed={chosen?.id === one.id}
              onClick={() => onChoose(one)}
              className={names("flex min-h-11 w-full items-center gap-3 rounded-lg px-3 text-start hover:bg-hover", chosen?.id === one.id && "bg-brand-soft")}
            >
              <span className="font-medium tabular-nums">#{one.number}</span>
              <bdi className="min-w-0 flex-1 truncate text-ink-soft">{customerName(t, one.customer_name, one.customer_id)}</bdi>
              <span className="tabular-nums">{money(one.total_minor, one.currency)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
