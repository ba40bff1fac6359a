import { useState } from "react";
import { type Order, refund_order } from "../api/operations";
import { ApiProblem } from "../api/problem";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { useForm } from "../lib/form";
import { parseMoney } from "../lib/format";
import { Dialog } from "../parts/dialog";
import { Checkbox, Field, TextArea, TextInput } from "../parts/field";
import { FormButtons } from "../parts/form_buttons";
import { ProblemBanner } from "../parts/states";
import { tell } from "../parts/toast";
import { useOrderWords } from "../words/orders";
import { useMoneyMoved } from "./use_money_moved";
import { wishKeys } from "./wish_keys";

/** Gives back money of an order: all that is left, or a part. */
export function AskRefund({ order, onClose }: { order: Order; onClose(): void }) {
  const { t, money } = useOrderWords();
  const { business_id } = useHere();
  const { call } = useServices();
  const moved = useMoneyMoved();
  const [keyed] = useState(wishKeys);
  const form = useForm({ amount_minor: "", reason: "", restock: false }, async ({ amount_minor, reason, restock }) => {
    const amount = amount_minor.trim() === "" ? undefined : parseMoney(amount_minor, order.currency);
    if (amount === null) throw new ApiProblem({ kind: "invalid-fields", fields: { "/amount_minor": t("product.price-wrong") } });
    const body = { reason: reason.trim(), ...(amount === undefined ? {} : { amount_minor: amount }), ...(restock ? { restock: true } : {}) };
    const made = await keyed(body, (key) => call(refund_order, { business_id, order_id: order.id, key, body }));
    void moved();
    tell(t(made.state === "awaiting_approval" ? "refund.awaits" : "refund.begun"));
    onClose();
  });
  return (
    <Dialog isOpen onClose={onClose} title={t("refund.ask")} hint={t("refund.ask-hint", { left: money(order.received_minor - order.refunded_minor, order.currency) })}>
      <form onSubmit={form.onSubmit} className="flex flex-col gap-4">
        <ProblemBanner error={form.refusal} />
        <Field label={t("refund.amount-in", { currency: order.currency })} hint={t("refund.amount-hint")} error={form.errorOf("amount_minor")}>
          <TextInput {...form.text("amount_minor")} inputMode="decimal" className="max-w-56 tabular-nums" />
        </Field>
        <Field label={t("refund.reason")} error={form.errorOf("reason")}>
          <TextArea {...form.text("reason")} required maxLength={400} />
        </Field>
        <Checkbox label={t("refund.restock")} hint={t("refund.restock-hint")} checked={form.fields.restock} onChange={(event) => form.set("restock", event.target.checked)} />
        <FormButtons onClose={onClose} isBusy={form.isBusy} action={t("refund.ask")} look="danger" />
      </form>
    </Dialog>
  );
}
