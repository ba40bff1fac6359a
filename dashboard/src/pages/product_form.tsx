import type { ReactNode } from "react";
import { create_product, type Product } from "../api/operations";
import { ApiProblem } from "../api/problem";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { useForm } from "../lib/form";
import { parseMoney } from "../lib/format";
import { Field, TextArea, TextInput } from "../parts/field";
import { ProblemBanner } from "../parts/states";
import { useProductWords } from "../words/products";

/** A product by hand. `onMade` is waited for. `pieces`: how many there are, unless it is said otherwise. */
export function ProductForm({ onMade, buttons, pieces = "" }: { onMade(made: Product): unknown; buttons(isBusy: boolean): ReactNode; pieces?: string }) {
  const { t } = useProductWords();
  const { business_id, business } = useHere();
  const { call, queries } = useServices();
  const form = useForm({ name: "", sku: "", price_minor: "", stock: pieces, description: "" }, async ({ name, sku, price_minor, stock, description }) => {
    const price = parseMoney(price_minor, business.currency);
    if (price === null) throw new ApiProblem({ kind: "invalid-fields", fields: { "/price_minor": t("product.price-wrong") } });
    const count = Number(stock.trim() || Number.NaN);
    if (!Number.isSafeInteger(count) || count < 0) throw new ApiProblem({ kind: "invalid-fields", fields: { "/stock": t("stock.wrong") } });
    const made = await call(create_product, {
      business_id,
      body: { name: name.trim(), sku: sku.trim(), price_minor: price, stock: count, ...(description.trim() ? { description: description.trim() } : {}) },
    });
    queries.setQueryData(["show_product", { business_id, product_id: made.id }], made);
    await onMade(made);
  });
  return (
    <form onSubmit={form.onSubmit} className="flex flex-col gap-4" noValidate>
      <ProblemBanner error={form.refusal} />
      <Field label={t("product.name")} error={form.errorOf("name")}>
        <TextInput {...form.text("name")} required />
      </Field>
      <div className="grid grid-cols-2 gap-3">
        <Field label={t("product.price-in", { currency: business.currency })} error={form.errorOf("price_minor")}>
          <TextInput {...form.text("price_minor")} inputMode="decimal" required />
        </Field>
        <Field label={t("product.stock")} error={form.errorOf("stock")}>
          <TextInput {...form.text("stock")} inputMode="numeric" required />
        </Field>
      </div>
      <Field label={t("product.sku")} hint={t("product.sku-hint")} error={form.errorOf("sku")}>
        <TextInput {...form.text("sku")} required className="font-mono" autoCapitalize="characters" />
      </Field>
      <Field label={t("product.description")} hint={t("product.description-hint")} error={form.errorOf("description")}>
        <TextArea {...form.text("description")} />
      </Field>
      {buttons(form.isBusy)}
    </form>
  );
}
