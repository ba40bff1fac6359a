import { Banknote, ChevronDown, Copy, FileText, Link2, MessageSquare, PackageCheck, TimerOff, Undo2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Link } from "wouter";
import { useApi, usePages } from "../api/hooks";
import {
  cancel_order,
  fulfil_order,
  issue_order_invoice,
  list_order_timeline,
  mark_order_paid,
  type OrderFact,
  type Order as OrderShape,
  refund_order,
  release_order,
  release_order_dispute,
  request_payment_link,
  show_order,
} from "../api/operations";
import { asProblem } from "../api/problem";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { Waiting } from "../app/waiting";
import { useMembers } from "../inbox/people";
import { customerName } from "../lib/customers";
import { Button, buttonClass } from "../parts/button";
import { Card, Facts, Written } from "../parts/card";
import { ChannelMark } from "../parts/channel";
import { Menu, MenuItem } from "../parts/menu";
import { Page } from "../parts/page";
import { ErrorState, SkeletonRows } from "../parts/states";
import { More } from "../parts/table";
import { Timeline, type TimelineEntry } from "../parts/timeline";
import { tell, tellProblem } from "../parts/toast";
import { useOrderWords } from "../words/orders";
import { AskRefund } from "./ask_refund";
import { ChangeDialog } from "./order_change";
import { DisputeBanner } from "./order_dispute";
import { OrderStatus } from "./order_status";
import { DisputedBadge, PaymentStatus } from "./payment_status";
import { wishKeys } from "./wish_keys";

type Asked = "cancel" | "paid" | "fulfil" | "refund" | "release-dispute" | null;

export default function Order({ order_id }: { order_id: string }) {
  const { t, money, date } = useOrderWords();
  const { business_id, at, may } = useHere();
  const { call, queries } = useServices();
  const found = useApi(show_order, { business_id, order_id });
  const [asked, setAsked] = useState<Asked>(null);
  const [isBusy, setBusy] = useState(false);
  const [keyed] = useState(wishKeys);
  if (found.error && !found.data) return <ErrorState isPage error={found.error} onRetry={found.refetch} />;
  if (!found.data) return <Waiting />;
  const order = found.data;
  const isOpen = order.status === "draft" || order.status === "awaiting_payment";
  const isFrozen = order.dispute === "open";

  /** What came of a change; somebody else's change is read and told. */
  const keep = (next: OrderShape) => {
    queries.setQueryData(["show_order", { business_id, order_id }], next);
    void queries.invalidateQueries({ queryKey: ["list_order_timeline", { business_id, order_id }] });
    void queries.invalidateQueries({ queryKey: ["list_orders", { business_id }] });
  };
  const act = async (work: () => Promise<OrderShape>, done: string) => {
    setBusy(true);
    try {
      keep(await work());
      tell(done);
    } catch (error) {
      if (asProblem(error).kind === "stale") void found.refetch();
      tellProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const ids = { business_id, order_id };
  const askLink = (replace: boolean) => {
    const body = { send: true, ...(replace ? { replace } : {}) };
    return act(() => keyed(body, (key) => call(request_payment_link, { ...ids, key, body })), t("order.link-sent"));
  };
  const invoice = () =>
    act(async () => {
      await call(issue_order_invoice, ids);
      return call(show_order, ids);
    }, t("order.invoice-issued"));

  return (
    <Page
      title={t("order.title", { number: String(order.number) })}
      back={{ to: at("orders"), label: t("nav.orders") }}
      hint={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <OrderStatus status={order.status} />
          {isFrozen && <DisputedBadge />}
          <span>{date(order.created_at)}</span>
        </span>
      }
      actions={
        <>
          <Link href={at(`inbox/${order.conversation_id}`)} className={buttonClass()}>
            <MessageSquare aria-hidden className="size-4" />
            {t("order.chat")}
          </Link>
          {order.status === "paid" && !isFrozen && may(fulfil_order) && (
            <Button look="primary" icon={<PackageCheck aria-hidden className="size-4" />} onClick={() => setAsked("fulfil")}>
              {t("order.fulfil")}
            </Button>
          )}
          {isOpen && may(request_payment_link) && (
            <Button look="primary" icon={<Link2 aria-hidden className="size-4" />} isBusy={isBusy} onClick={() => askLink(false)}>
              {t("order.send-link-now")}
            </Button>
          )}
          {may(cancel_order) && (isOpen || order.status === "paid" || order.status === "fulfilled") && (
            <Menu
              trigger={
                <Button icon={<ChevronDown aria-hidden className="size-4" />} disabled={isBusy}>
                  {t("action.more-actions")}
                </Button>
              }
            >
              {isOpen && may(mark_order_paid) && (
                <MenuItem icon={<Banknote aria-hidden className="size-4" />} onSelect={() => setAsked("paid")}>
                  {t("order.mark-paid")}
                </MenuItem>
              )}
              {order.status !== "draft" && order.invoices.length === 0 && (
                <MenuItem icon={<FileText aria-hidden className="size-4" />} onSelect={invoice}>
                  {t("order.issue-invoice")}
                </MenuItem>
              )}
              {isOpen && order.payment_url && (
                <MenuItem icon={<Link2 aria-hidden className="size-4" />} onSelect={() => askLink(true)}>
                  {t("order.replace-link")}
                </MenuItem>
              )}
              {isOpen && (
                <MenuItem
                  icon={<TimerOff aria-hidden className="size-4" />}
                  onSelect={() => act(() => call(release_order, { ...ids, version: order.version }), t("order.released"))}
                >
                  {t("order.release")}
                </MenuItem>
              )}
              {order.received_minor > order.refunded_minor && !isFrozen && may(refund_order) && (
                <MenuItem icon={<Undo2 aria-hidden className="size-4" />} onSelect={() => setAsked("refund")}>
                  {t("refund.ask")}
                </MenuItem>
              )}
              {isOpen && (
                <MenuItem isDanger onSelect={() => setAsked("cancel")}>
                  {t("order.cancel")}
                </MenuItem>
              )}
            </Menu>
          )}
        </>
      }
    >
      <div className="grid grid-cols-1 gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="flex min-w-0 flex-col gap-5">
          {isFrozen && <DisputeBanner order={order} onRelease={() => setAsked("release-dispute")} />}
          <Items order={order} />
          <Payments order={order} />
          <History order_id={order_id} />
        </div>
        <div className="flex flex-col gap-5">
          <Card title={t("order.customer")}>
            <Facts
              of={[
                [
                  t("field.name"),
                  <Link key="name" href={at(`customers/${order.customer_id}`)} className="rounded font-medium text-brand hover:underline">
                    <bdi>{customerName(t, order.customer_name, order.customer_id)}</bdi>
                  </Link>,
                ],
                [
                  t("order.channel"),
                  <span key="channel" className="inline-flex items-center gap-2">
                    <ChannelMark channel={order.channel} />
                    {t(`channel.${order.channel}`)}
                  </span>,
                ],
              ]}
            />
          </Card>
          <Card title={t("order.details")}>
            <Facts
              of={[
                ...(order.reserved_until ? [[t("order.reserved-until"), date(order.reserved_until)] as [string, string]] : []),
                ...(order.paid_at ? [[t("order.paid-at"), date(order.paid_at)] as [string, string]] : []),
                ...(order.refunded_minor > 0 ? [[t("fact.refunded"), money(order.refunded_minor, order.currency)] as [string, string]] : []),
                ...(order.tracking ? [[t("order.tracking"), <Written key="tracking" text={order.tracking} />] as [string, ReactNode]] : []),
                [t("order.note"), <Written key="note" text={order.note} />],
                ...order.invoices.map(
                  (one) =>
                    [
                      t(one.kind === "invoice" ? "order.invoice" : "order.credit-note"),
                      <Link key={one.id} href={`${at("invoices")}?invoice=${one.id}`} className="rounded font-mono text-sm text-brand hover:underline">
                        {one.number}
                      </Link>,
                    ] as [string, ReactNode],
                ),
              ]}
            />
          </Card>
          {order.payment_url && isOpen && <PaymentLink url={order.payment_url} />}
        </div>
      </div>
      {asked === "cancel" && (
        <ChangeDialog
          order={order}
          onClose={() => setAsked(null)}
          onDone={keep}
          title={t("order.cancel")}
          hint={() => t("order.cancel-hint")}
          action={t("order.cancel")}
          isDanger
          field={{ name: "reason", label: t("order.reason"), isRequired: true }}
          what={cancel_order}
        />
      )}
      {asked === "release-dispute" && (
        <ChangeDialog
          order={order}
          onClose={() => setAsked(null)}
          onDone={keep}
          title={t("dispute.release")}
          hint={() => t("dispute.release-hint")}
          action={t("dispute.release")}
          field={{ name: "note", label: t("order.note"), isRequired: true }}
          isSilent
          what={release_order_dispute}
        />
      )}
      {asked === "refund" && <AskRefund order={order} onClose={() => setAsked(null)} />}
      {asked === "fulfil" && (
        <ChangeDialog
          order={order}
          onClose={() => setAsked(null)}
          onDone={keep}
          title={t("order.fulfil")}
          hint={() => t("order.fulfil-hint")}
          action={t("order.fulfil")}
          field={{ name: "tracking", label: t("order.tracking"), isRequired: false }}
          what={fulfil_order}
        />
      )}
      {asked === "paid" && (
        <ChangeDialog
          order={order}
          onClose={() => setAsked(null)}
          onDone={keep}
          title={t("order.mark-paid")}
          hint={({ total_minor, currency }) => t("order.mark-paid-hint", { total: money(total_minor, currency) })}
          action={t("order.mark-paid")}
          field={{ name: "note", label: t("order.slip"), isRequired: false }}
          hasMethod
          what={mark_order_paid}
        />
      )}
    </Page>
  );
}

function Items({ order }: { order: OrderShape }) {
  const { t, money } = useOrderWords();
  const { at } = useHere();
  return (
    <Card title={t("order.items")} isFlush>
      <ul className="divide-y divide-line border-t border-line">
        {order.items.map((item) => (
          <li key={item.product_id} className="flex items-baseline gap-4 px-4 py-3 sm:px-5">
            <div className="min-w-0 flex-1">
              <Link href={at(`products/${item.product_id}`)} className="rounded font-medium hover:text-brand">
                {item.name}
              </Link>
              <p className="text-sm text-ink-faint">
                <bdi>{item.sku}</bdi> · <span dir="ltr">{t("order.times", { count: item.quantity, price: money(item.unit_price_minor, order.currency) })}</span>
              </p>
            </div>
            <span className="tabular-nums">{money(item.total_minor, order.currency)}</span>
          </li>
        ))}
        <li className="flex items-baseline justify-between px-4 py-3 text-lg font-semibold sm:px-5">
          {t("order.total")}
          <span className="tabular-nums">{money(order.total_minor, order.currency)}</span>
        </li>
      </ul>
    </Card>
  );
}

function Payments({ order }: { order: OrderShape }) {
  const { t, word, money, date } = useOrderWords();
  return (
    <Card title={t("order.payments")} isFlush>
      {order.payments.length === 0 ? (
        <p className="px-4 pb-5 text-base text-ink-faint sm:px-5">{t("order.no-payments")}</p>
      ) : (
        <ul className="divide-y divide-line border-t border-line">
          {order.payments.map((one) => (
            <li key={one.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 sm:px-5">
              <PaymentStatus status={one.status} />
              <span className="font-medium">{word("provider", one.provider)}</span>
              {one.mode === "test" && <span className="text-sm text-ink-faint">{t("payment.test")}</span>}
              <span className="font-mono text-xs text-ink-faint">{one.reference}</span>
              <span className="ms-auto text-sm text-ink-faint">{date(one.settled_at ?? one.created_at)}</span>
              <span className="tabular-nums">{money(one.amount_minor, one.currency)}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function PaymentLink({ url }: { url: string }) {
  const { t } = useOrderWords();
  const copy = () => navigator.clipboard.writeText(url).then(() => tell(t("action.copied")), tellProblem);
  return (
    <Card title={t("order.payment-link")}>
      <div className="flex items-center gap-2">
        <a href={url} target="_blank" rel="noopener noreferrer" className="min-w-0 flex-1 truncate rounded text-brand hover:underline">
          {url}
        </a>
        <Button size="small" icon={<Copy aria-hidden className="size-4" />} onClick={copy}>
          {t("action.copy")}
        </Button>
      </div>
    </Card>
  );
}

const tones: Record<string, TimelineEntry["tone"]> = { placed: "brand", paid: "good", fulfilled: "good", cancelled: "bad", expired: "bad" };

function History({ order_id }: { order_id: string }) {
  const { t, word, date } = useOrderWords();
  const { business_id } = useHere();
  const { nameOf } = useMembers();
  const facts = usePages(list_order_timeline, { business_id, order_id, query: { limit: 50 } });
  const who = (one: OrderFact) => (one.actor === "person" ? (nameOf(one.account_id) ?? t("author.gone")) : word("actor", one.actor));
  return (
    <Card title={t("order.history")}>
      {facts.isPending && <SkeletonRows count={3} />}
      {facts.error && facts.rows.length === 0 ? <ErrorState error={facts.error} onRetry={facts.refetch} /> : null}
      <Timeline
        entries={facts.rows.map((one, index) => ({
          id: String(index),
          tone: one.actor === "ai" && !tones[one.kind] ? "ai" : (tones[one.kind] ?? "neutral"),
          title: `${word("fact", one.kind)} · ${who(one)}`,
          detail: [one.kind === "payment_review" ? word("review-reason", one.detail) : one.detail, one.noticed_by && t(`noticed.${one.noticed_by}`)].filter(Boolean).join(" · "),
          at: date(one.at),
        }))}
      />
      <More pages={facts} />
    </Card>
  );
}
