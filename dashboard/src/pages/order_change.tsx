// A transition of an order: what it is, a word about it, and whether the customer is told. It is of the order that was
// there when the dialog opened; one that became another meanwhile is shown first.

import { useState } from "react";
import type { Input, Operation, Shape } from "../api/operation";
import { type cancel_order, type fulfil_order, type mark_order_paid, type Order, type release_order_dispute, show_order } from "../api/operations";
import { asProblem } from "../api/problem";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { useForm } from "../lib/form";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { Checkbox, Field, Select, TextInput } from "../parts/field";
import { FormButtons } from "../parts/form_buttons";
import { Banner, ProblemBanner } from "../parts/states";
import { type OrderKey, useOrderWords } from "../words/orders";
import type { Key } from "../words/words";
import { saveFrom } from "./edits";
import { changesOf, type LookedAt, lookedAt } from "./order_changes";

interface Change {
  order: Order;
  onClose(): void;
  onDone(order: Order): void;
  title: string;
  hint(order: Order): string;
  action: string;
  isDanger?: boolean;
  hasMethod?: boolean;
  /** The customer hears nothing of it. */
  isSilent?: boolean;
  field: { name: string; label: string; isRequired: boolean };
  what: typeof cancel_order | typeof fulfil_order | typeof mark_order_paid | typeof release_order_dispute;
}

export function ChangeDialog({ order, onClose, onDone, title, hint, action, isDanger, hasMethod, isSilent, field, what }: Change) {
  const { t } = useOrderWords();
  const { business_id } = useHere();
  const { call } = useServices();
  const [base, setBase] = useState(order);
  const ids = { business_id, order_id: order.id };
  const form = useForm({ text: "", method: "cash", tells: true }, async ({ text, method, tells }) => {
    const body = { ...(text.trim() ? { [field.name]: text.trim() } : {}), ...(hasMethod ? { method } : {}), ...(isSilent ? {} : { tell_customer: tells }) };
    const done = await saveFrom(base, {
      fieldsOf: lookedAt,
      save: ({ version }) => call(what as Operation<Shape>, { ...ids, version, body } as unknown as Input<Shape>) as Promise<Order>,
      reread: async () => {
        const now = await call(show_order, ids);
        onDone(now);
        return now;
      },
      isStale: (error) => asProblem(error).kind === "stale",
      meanwhile: () => {},
    });
    onDone(done);
    onClose();
  });
  // While it is sent the event of one's own change may be faster than its answer.
  const changes = form.isBusy ? [] : changesOf(base, order);
  return (
    <Dialog isOpen onClose={onClose} title={title} hint={hint(base)}>
      <form onSubmit={form.onSubmit} className="flex flex-col gap-4">
        {changes.length > 0 ? (
          <Meanwhile order={order} changes={changes} onTake={() => setBase(order)} />
        ) : (
          <ProblemBanner error={form.problem?.kind === "stale" ? null : form.problem} />
        )}
        {hasMethod && (
          <Field label={t("order.method")}>
            <Select {...form.text("method")}>
              <option value="cash">{t("order.cash")}</option>
              <option value="transfer">{t("order.transfer")}</option>
            </Select>
          </Field>
        )}
        <Field label={field.label} error={form.problem?.fields[`/${field.name}`]}>
          <TextInput {...form.text("text")} required={field.isRequired} maxLength={200} />
        </Field>
        {!isSilent && <Checkbox label={t("order.tell")} checked={form.fields.tells} onChange={(event) => form.set("tells", event.target.checked)} />}
        <FormButtons onClose={onClose} isBusy={form.isBusy} action={action} look={isDanger ? "danger" : "primary"} />
      </form>
    </Dialog>
  );
}

const labels: Record<LookedAt, OrderKey | Key> = {
  status: "order.status",
  dispute: "dispute.one",
  total_minor: "order.total",
  received_minor: "money.received",
  refunded_minor: "fact.refunded",
  items: "order.items",
  tracking: "order.tracking",
  note: "order.note",
};

function Meanwhile({ order, changes, onTake }: { order: Order; changes: LookedAt[]; onTake(): void }) {
  const { t, word, money, number } = useOrderWords();
  const shown = (what: LookedAt): string => {
    switch (what) {
      case "status":
        return word("order-status", order.status);
      case "dispute":
        return word("dispute-state", order.dispute);
      case "items":
        return order.items.map(({ quantity, name }) => `${number(quantity)} × ${name}`).join(", ");
      case "tracking":
      case "note":
        return order[what] || t("value.none");
      default:
        return money(order[what], order.currency);
    }
  };
  return (
    <Banner
      tone="warn"
      action={
        <Button size="small" onClick={onTake}>
          {t("order.go-on")}
        </Button>
      }
    >
      <strong className="font-semibold">{t("problem.stale")}</strong>
      {changes.map((what) => (
        <span key={what} className="block break-words">
          {t(labels[what])}: <bdi className="font-semibold">{shown(what)}</bdi>
        </span>
      ))}
      <span className="block">{t("meanwhile.kept")}</span>
    </Banner>
  );
}
