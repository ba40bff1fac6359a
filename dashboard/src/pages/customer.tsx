import { Ban, ChevronDown, Merge, Pencil } from "lucide-react";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { useApi, usePages } from "../api/hooks";
import {
  block_customer,
  type CustomerProfile,
  change_customer,
  list_customers,
  list_orders,
  merge_customer,
  type OrderSummary,
  show_customer,
  unblock_customer,
} from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { Waiting } from "../app/waiting";
import { customerName } from "../lib/customers";
import { Avatar } from "../parts/avatar";
import { Badge } from "../parts/badge";
import { Button } from "../parts/button";
import { Card, Facts } from "../parts/card";
import { ChannelMark } from "../parts/channel";
import { ConfirmDialog, Dialog } from "../parts/dialog";
import { Field, TextArea, TextInput } from "../parts/field";
import { FormButtons } from "../parts/form_buttons";
import { Menu, MenuItem } from "../parts/menu";
import { Page } from "../parts/page";
import { SearchInput } from "../parts/search_input";
import { EmptyState, ErrorState, SkeletonRows } from "../parts/states";
import { type Column, DataTable } from "../parts/table";
import { tell, tellProblem } from "../parts/toast";
import { useWords } from "../words/provider";
import { changed } from "./edits";
import { EditsBanner, useEdits } from "./meanwhile";
import { OrderStatus } from "./order_status";

export default function Customer({ customer_id }: { customer_id: string }) {
  const { t, money, date } = useWords();
  const { business_id, at, may } = useHere();
  const { call, queries } = useServices();
  const [, go] = useLocation();
  const found = useApi(show_customer, { business_id, customer_id });
  const orders = usePages(list_orders, { business_id, query: { customer: customer_id, limit: 20 } });
  const [asked, setAsked] = useState<"edit" | "merge" | "block" | null>(null);
  if (found.error && !found.data) return <ErrorState isPage error={found.error} onRetry={found.refetch} />;
  if (!found.data) return <Waiting />;
  const customer = found.data;
  const name = customerName(t, customer.name, customer.id);
  const keep = (next: CustomerProfile) => {
    queries.setQueryData(["show_customer", { business_id, customer_id }], next);
    void queries.invalidateQueries({ queryKey: ["list_customers", { business_id }] });
    void queries.invalidateQueries({ queryKey: ["list_conversations", { business_id }] });
  };
  const columns: Array<Column<OrderSummary>> = [
    { name: t("order.number"), cell: (one) => <span className="tabular-nums">#{one.number}</span> },
    { name: t("order.status"), cell: (one) => <OrderStatus status={one.status} /> },
    { name: t("order.placed"), cell: (one) => date(one.created_at, "date"), isNumber: true },
    { name: t("order.total"), cell: (one) => <span className="font-medium text-ink">{money(one.total_minor, one.currency)}</span>, isNumber: true },
  ];
  return (
    <Page
      title={name}
      back={{ to: at("customers"), label: t("nav.customers") }}
      hint={customer.is_blocked ? <Badge tone="bad">{t("customer.blocked")}</Badge> : undefined}
      actions={
        may(change_customer) && (
          <>
            <Button icon={<Pencil aria-hidden className="size-4" />} onClick={() => setAsked("edit")}>
              {t("action.edit")}
            </Button>
            <Menu trigger={<Button icon={<ChevronDown aria-hidden className="size-4" />}>{t("action.more-actions")}</Button>}>
              <MenuItem icon={<Merge aria-hidden className="size-4" />} onSelect={() => setAsked("merge")}>
                {t("customer.merge")}
              </MenuItem>
              {customer.is_blocked ? (
                <MenuItem
                  onSelect={() =>
                    call(unblock_customer, { business_id, customer_id })
                      .then(keep)
                      .then(() => tell(t("customer.unblocked")), tellProblem)
                  }
                >
                  {t("customer.unblock")}
                </MenuItem>
              ) : (
                <MenuItem isDanger icon={<Ban aria-hidden className="size-4" />} onSelect={() => setAsked("block")}>
                  {t("customer.block")}
                </MenuItem>
              )}
            </Menu>
          </>
        )
      }
    >
      <div className="grid grid-cols-1 gap-5 lg:grid-cols-[20rem_minmax(0,1fr)]">
        <div className="flex flex-col gap-5">
          <Card>
            <div className="mb-4 flex items-center gap-3">
              <Avatar name={name} id={customer.id} size="large" />
              <div className="min-w-0">
                <p className="truncate text-lg font-semibold">
                  <bdi>{name}</bdi>
                </p>
                {customer.last_seen_at && <p className="text-sm text-ink-faint">{t("customer.last-seen", { at: date(customer.last_seen_at) })}</p>}
              </div>
            </div>
            <Facts
              of={[
                [t("field.phone"), <bdi key="phone">{customer.phone || t("value.none")}</bdi>],
                [t("field.email"), customer.email || t("value.none")],
                [t("field.address"), customer.address || t("value.none")],
                [t("customer.since"), date(customer.created_at, "date")],
              ]}
            />
          </Card>
          <Card title={t("customer.chats")}>
            <ul className="flex flex-col gap-1">
              {customer.channels.map((one) => (
                <li key={one.conversation_id}>
                  <Link href={at(`inbox/${one.conversation_id}`)} className="-mx-2 flex min-h-11 items-center gap-3 rounded-md px-2 hover:bg-hover">
                    <ChannelMark channel={one.channel} />
                    <span className="flex-1 font-medium">{t(`channel.${one.channel}`)}</span>
                    {one.unreachable_since ? (
                      <Badge tone="warn">{t("customer.unreachable")}</Badge>
                    ) : (
                      one.last_customer_at && <span className="text-sm text-ink-faint">{date(one.last_customer_at, "date")}</span>
                    )}
                  </Link>
                </li>
              ))}
            </ul>
          </Card>
        </div>
        <Card title={t("nav.orders")} hint={customer.orders > 0 ? t("customer.order-count", { count: customer.orders }) : undefined} isFlush>
          <DataTable caption={t("nav.orders")} columns={columns} pages={orders} linkOf={(one) => at(`orders/${one.id}`)} empty={<EmptyState title={t("side.no-orders")} />} />
        </Card>
      </div>
      {asked === "edit" && <Edit customer={customer} onClose={() => setAsked(null)} onDone={keep} />}
      {asked === "merge" && (
        <MergeDialog
          customer={customer}
          onClose={() => setAsked(null)}
          onDone={(into) => {
            void queries.invalidateQueries({ queryKey: ["list_customers", { business_id }] });
            tell(t("customer.merged"));
            go(at(`customers/${into}`));
          }}
        />
      )}
      <ConfirmDialog
        isOpen={asked === "block"}
        onClose={() => setAsked(null)}
        title={t("customer.block-title", { name })}
        hint={t("customer.block-hint")}
        action={t("customer.block")}
        onConfirm={() => call(block_customer, { business_id, customer_id }).then(keep)}
      />
    </Page>
  );
}

function Edit({ customer, onClose, onDone }: { customer: CustomerProfile; onClose(): void; onDone(next: CustomerProfile): void }) {
  const { t } = useWords();
  const { business_id } = useHere();
  const { call } = useServices();
  const fieldsOf = ({ name, phone, email, address }: CustomerProfile) => ({ name, phone, email, address });
  const ids = { business_id, customer_id: customer.id };
  const edits = useEdits({
    state: customer,
    fieldsOf,
    reread: () => call(show_customer, ids),
    save: async (fields, base) => {
      // Only what was changed: what the AI recorded meanwhile stays.
      const body = changed(fieldsOf(base), trimmed(fields));
      const saved = Object.keys(body).length > 0 ? await call(change_customer, { ...ids, version: base.version, body }) : base;
      onClose();
      return saved;
    },
    keep: onDone,
  });
  const labels = { name: t("field.name"), phone: t("field.phone"), email: t("field.email"), address: t("field.address") };
  return (
    <Dialog isOpen onClose={onClose} title={t("customer.edit")}>
      <form onSubmit={edits.onSubmit} className="flex flex-col gap-4" noValidate>
        <EditsBanner edits={edits} subject_id={customer.id} labels={labels} />
        <Field label={labels.name} error={edits.errorOf("name")}>
          <TextInput {...edits.text("name")} />
        </Field>
        <Field label={labels.phone} error={edits.errorOf("phone")}>
          <TextInput {...edits.text("phone")} type="tel" />
        </Field>
        <Field label={labels.email} error={edits.errorOf("email")}>
          <TextInput {...edits.text("email")} type="email" />
        </Field>
        <Field label={labels.address} error={edits.errorOf("address")}>
          <TextArea {...edits.text("address")} />
        </Field>
        <FormButtons onClose={onClose} isBusy={edits.isBusy} />
      </form>
    </Dialog>
  );
}

const trimmed = <F extends Record<string, string>>(fields: F): F => Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value.trim()])) as F;

function MergeDialog({ customer, onClose, onDone }: { customer: CustomerProfile; onClose(): void; onDone(into: string): void }) {
  const { t } = useWords();
  const { business_id } = useHere();
  const { call } = useServices();
  const [name, setName] = useState("");
  const [into, setInto] = useState<{ id: string; name: string } | null>(null);
  const others = useApi(list_customers, { business_id, query: { limit: 10, ...(name ? { name } : {}) } }, { keepsOld: true });
  return (
    <>
      <Dialog isOpen={into === null} onClose={onClose} title={t("customer.merge")} hint={t("customer.merge-hint", { name: customerName(t, customer.name, customer.id) })}>
        <SearchInput label={t("customer.search")} value={name} onSearch={setName} />
        {others.isPending && <SkeletonRows count={4} />}
        {others.error && <ErrorState error={others.error} onRetry={others.refetch} />}
        <ul className="mt-2 flex flex-col">
          {others.data?.items
            .filter(({ id }) => id !== customer.id)
            .map((one) => (
              <li key={one.id}>
                <button type="button" onClick={() => setInto(one)} className="flex min-h-13 w-full items-center gap-3 rounded-lg px-2 text-start hover:bg-hover">
                  <Avatar name={one.name} id={one.id} />
                  <bdi className="min-w-0 flex-1 truncate font-medium">{customerName(t, one.name, one.id)}</bdi>
                  <bdi className="text-sm text-ink-faint">{one.phone || one.email}</bdi>
                </button>
              </li>
            ))}
        </ul>
      </Dialog>
      <ConfirmDialog
        isOpen={into !== null}
        onClose={() => setInto(null)}
        title={t("customer.merge-title", { one: customerName(t, customer.name, customer.id), other: into ? customerName(t, into.name, into.id) : "" })}
        hint={t("customer.merge-warning")}
        action={t("customer.merge")}
        onConfirm={async () => {
          if (!into) return;
          await call(merge_customer, { business_id, customer_id: customer.id, body: { into: into.id } });
          onDone(into.id);
        }}
      />
    </>
  );
}
