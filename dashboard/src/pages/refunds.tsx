// Money on its way back. Above the business's limit another person agrees: never the one who asked.

import { Undo2 } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { useApi, usePages } from "../api/hooks";
import { approve_refund, list_refunds, type Refund, reject_refund, resolve_refund, show_refund } from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { useMembers } from "../inbox/people";
import { useForm } from "../lib/form";
import { useFilters } from "../lib/query";
import { Button } from "../parts/button";
import { Card, Facts, Written } from "../parts/card";
import { Drawer } from "../parts/dialog";
import { Field, Select, TextArea } from "../parts/field";
import { Page } from "../parts/page";
import { Banner, EmptyState, ErrorState, ProblemBanner, SkeletonRows } from "../parts/states";
import { type Column, DataTable } from "../parts/table";
import { useOrderWords } from "../words/orders";
import { OrderTabs } from "./order_tabs";
import { RefundState } from "./refund_state";
import { useDecision } from "./use_decision";

const states: Array<Refund["state"]> = ["awaiting_approval", "approved", "sending", "pending", "needs_attention", "unproved", "succeeded", "failed", "rejected"];

export default function Refunds() {
  const { t, word, money, date } = useOrderWords();
  const { business_id } = useHere();
  const [{ state, refund }, setFilters, to] = useFilters("state", "refund");
  const query = { limit: 50, ...(state ? { state: state as Refund["state"] } : {}) };
  const refunds = usePages(list_refunds, { business_id, query }, { keepsOld: true });
  const columns: Array<Column<Refund>> = [
    {
      name: t("refund.reason"),
      cell: (one) => <bdi className="line-clamp-2 break-words [text-align:-webkit-match-parent] [text-align:match-parent]">{one.reason || t("value.none")}</bdi>,
    },
    { name: t("refund.state"), cell: (one) => <RefundState state={one.state} /> },
    { name: t("order.number"), cell: (one) => (one.order_number ? <span className="tabular-nums">#{one.order_number}</span> : t("value.none")) },
    { name: t("money.provider"), cell: (one) => word("provider", one.provider), isWideOnly: true },
    { name: t("refund.amount"), cell: (one) => <span className="font-medium text-ink">{money(one.amount_minor, one.currency)}</span>, isNumber: true },
    { name: t("refund.asked"), cell: (one) => date(one.requested_at), isNumber: true },
  ];
  return (
    <Page title={t("money.refunds")} hint={t("refund.hint")}>
      <OrderTabs current="refunds" />
      <Card
        isFlush
        actions={
          <Select aria-label={t("refund.state")} value={state ?? ""} onChange={(event) => setFilters({ state: event.target.value })} className="w-56">
            <option value="">{t("filter.all-states")}</option>
            {states.map((one) => (
              <option key={one} value={one}>
                {word("refund-state", one)}
              </option>
            ))}
          </Select>
        }
      >
        <DataTable
          caption={t("money.refunds")}
          columns={columns}
          pages={refunds}
          linkOf={(one) => to({ refund: one.id })}
          empty={<EmptyState icon={Undo2} title={t(state ? "refund.none-found" : "refund.none")} hint={t(state ? "filter.none-hint" : "refund.none-hint")} />}
        />
      </Card>
      {refund && <RefundDrawer key={refund} refund_id={refund} onClose={() => setFilters({ refund: undefined })} />}
    </Page>
  );
}

function RefundDrawer({ refund_id, onClose }: { refund_id: string; onClose(): void }) {
  const { t, word, money, date } = useOrderWords();
  const { business_id, at } = useHere();
  const { nameOf } = useMembers();
  const found = useApi(show_refund, { business_id, refund_id }, { staleMs: 0 });
  const refund = found.data;
  if (!refund)
    return (
      <Drawer isOpen onClose={onClose} title={t("refund.one")}>
        {found.error ? <ErrorState error={found.error} onRetry={found.refetch} /> : <SkeletonRows count={5} />}
      </Drawer>
    );
  const person = (id: string) => nameOf(id) ?? t("author.gone");
  const facts: Array<[string, ReactNode]> = [
    [t("refund.state"), <RefundState key="state" state={refund.state} />],
    [t("refund.amount"), money(refund.amount_minor, refund.currency)],
    [t("refund.reason"), <Written key="reason" text={refund.reason} />],
    [t("money.provider"), [word("provider", refund.provider), ...(refund.mode === "test" ? [t("payment.test")] : [])].join(" · ")],
  ];
  if (refund.order_id)
    facts.push([
      t("order.number"),
      <Link key="order" href={at(`orders/${refund.order_id}`)} className="rounded font-medium text-brand hover:underline">
        #{refund.order_number}
      </Link>,
    ]);
  facts.push([t("refund.asked"), [date(refund.requested_at), refund.requested_by ? person(refund.requested_by) : t("refund.elsewhere")].join(" · ")]);
  if (refund.decided_by) facts.push([t("refund.decided"), person(refund.decided_by)]);
  if (refund.restock) facts.push([t("refund.restock"), t("value.yes")]);
  if (refund.note) facts.push([t("order.note"), <Written key="note" text={refund.note} />]);
  if (refund.provider_refund_id)
    facts.push([
      t("money.reference"),
      <span key="reference" className="font-mono text-xs break-all">
        {refund.provider_refund_id}
      </span>,
    ]);
  return (
    <Drawer isOpen onClose={onClose} title={t("refund.one")}>
      <div className="flex flex-col gap-6">
        {refund.is_contradicted && <Banner tone="warn">{t("refund.contradicted")}</Banner>}
        {refund.state === "needs_attention" && <Banner tone="warn">{t("refund.at-provider")}</Banner>}
        <Facts of={facts} />
        {refund.state === "awaiting_approval" && <Approval refund={refund} />}
        {refund.state === "unproved" && <Outcome refund={refund} />}
      </div>
    </Drawer>
  );
}

function Approval({ refund }: { refund: Refund }) {
  const { t } = useOrderWords();
  const { business_id, me, may } = useHere();
  const { call } = useServices();
  const ids = { business_id, refund_id: refund.id };
  const decide = useDecision(show_refund, ids);
  const approve = useForm({}, () => decide("approve", "refund.approved-now", (key) => call(approve_refund, { ...ids, key })));
  const reject = useForm({ note: "" }, ({ note }) => {
    const body = note.trim() ? { note: note.trim() } : {};
    return decide({ reject: body }, "refund.rejected-now", (key) => call(reject_refund, { ...ids, key, body }));
  });
  if (!may(approve_refund)) return <Banner tone="info">{t("refund.admins-decide")}</Banner>;
  const isOwn = refund.requested_by === me.id;
  return (
    <form onSubmit={reject.onSubmit} className="flex flex-col gap-4">
      {isOwn && <Banner tone="info">{t("refund.four-eyes")}</Banner>}
      <Field label={t("order.note")} hint={isOwn ? undefined : t("refund.note-hint")} error={reject.errorOf("note")}>
        <TextArea {...reject.text("note")} maxLength={400} />
      </Field>
      <ProblemBanner error={approve.problem ?? reject.refusal} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button type="submit" isBusy={reject.isBusy} disabled={approve.isBusy}>
          {t(isOwn ? "refund.take-back" : "refund.reject")}
        </Button>
        {!isOwn && (
          <Button look="primary" isBusy={approve.isBusy} disabled={reject.isBusy} onClick={() => approve.onSubmit()}>
            {t("refund.approve")}
          </Button>
        )}
      </div>
    </form>
  );
}

function Outcome({ refund }: { refund: Refund }) {
  const { t } = useOrderWords();
  const { business_id, may } = useHere();
  const { call } = useServices();
  const ids = { business_id, refund_id: refund.id };
  const decide = useDecision(show_refund, ids);
  const form = useForm({ outcome: "happened" as "happened" | "did_not_happen", note: "" }, ({ outcome, note }) => {
    const body = { outcome, note: note.trim() };
    return decide(body, "action.saved", (key) => call(resolve_refund, { ...ids, key, body }));
  });
  if (!may(resolve_refund)) return <Banner tone="info">{t("refund.admins-decide")}</Banner>;
  return (
    <form onSubmit={form.onSubmit} className="flex flex-col gap-4">
      <Banner tone="warn">{t("refund.unproved-hint")}</Banner>
      <Field label={t("refund.outcome")}>
        <Select {...form.text("outcome")}>
          <option value="happened">{t("refund.happened")}</option>
          <option value="did_not_happen">{t("refund.did-not-happen")}</option>
        </Select>
      </Field>
      <Field label={t("order.note")} hint={t("refund.seen-hint")} error={form.errorOf("note")}>
        <TextArea {...form.text("note")} required maxLength={400} />
      </Field>
      <ProblemBanner error={form.refusal} />
      <Button type="submit" look="primary" isBusy={form.isBusy}>
        {t("action.save")}
      </Button>
    </form>
  );
}
