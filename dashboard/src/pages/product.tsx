import { Archive, ArchiveRestore, Trash2 } from "lucide-react";
import { useState } from "react";
import { useApi, usePages } from "../api/hooks";
import {
  adjust_product_stock,
  archive_product,
  change_product,
  delete_product_image,
  list_stock_movements,
  type Product as ProductShape,
  restore_product,
  set_product_stock,
  show_product,
  upload_product_image,
} from "../api/operations";
import { ApiProblem, asProblem } from "../api/problem";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { Waiting } from "../app/waiting";
import { useMembers } from "../inbox/people";
import { useForm } from "../lib/form";
import { minorDigits, parseMoney } from "../lib/format";
import { Badge } from "../parts/badge";
import { Button, IconButton } from "../parts/button";
import { Card } from "../parts/card";
import { ConfirmDialog } from "../parts/dialog";
import { Field, Select, TextArea, TextInput } from "../parts/field";
import { FileDrop } from "../parts/file_drop";
import { FormButtons } from "../parts/form_buttons";
import { Page } from "../parts/page";
import { ProductImage } from "../parts/private_image";
import { Spinner } from "../parts/spinner";
import { ErrorState, ProblemBanner, SkeletonRows } from "../parts/states";
import { More } from "../parts/table";
import { tell, tellProblem } from "../parts/toast";
import { useProductWords } from "../words/products";
import { changed } from "./edits";
import { EditsBanner, useEdits } from "./meanwhile";
import { Stock } from "./products";
import { wishKeys } from "./wish_keys";

const mostImages = 10;

export default function Product({ product_id }: { product_id: string }) {
  const { t } = useProductWords();
  const { business_id, at, may } = useHere();
  const { call, queries } = useServices();
  const found = useApi(show_product, { business_id, product_id });
  const [isAsked, setAsked] = useState(false);
  if (found.error && !found.data) return <ErrorState isPage error={found.error} onRetry={found.refetch} />;
  if (!found.data) return <Waiting />;
  const product = found.data;
  const keep = (next: ProductShape) => {
    queries.setQueryData(["show_product", { business_id, product_id }], next);
    void queries.invalidateQueries({ queryKey: ["list_products", { business_id }] });
  };
  const mayChange = may(change_product);
  return (
    <Page
      title={product.name}
      back={{ to: at("products"), label: t("nav.products") }}
      hint={
        <span className="flex flex-wrap items-center gap-3">
          <span className="font-mono text-sm">{product.sku}</span>
          <Badge tone={product.active ? "good" : "neutral"}>{t(product.active ? "product.active" : "product.archived")}</Badge>
        </span>
      }
      actions={
        mayChange &&
        (product.active ? (
          <Button icon={<Archive aria-hidden className="size-4" />} onClick={() => setAsked(true)}>
            {t("product.archive")}
          </Button>
        ) : (
          <Button
            icon={<ArchiveRestore aria-hidden className="size-4" />}
            onClick={() =>
              call(restore_product, { business_id, product_id })
                .then(keep)
                .then(() => tell(t("product.restored")), tellProblem)
            }
          >
            {t("product.restore")}
          </Button>
        ))
      }
    >
      <div className="grid grid-cols-1 gap-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="flex min-w-0 flex-col gap-5">
          <Details product={product} onDone={keep} isReadOnly={!mayChange} />
          <Images product={product} onDone={() => found.refetch()} mayChange={mayChange} />
        </div>
        <div className="flex flex-col gap-5">
          <StockCard product={product} onDone={(stock) => keep({ ...product, stock })} mayChange={mayChange} />
          <Movements product_id={product_id} />
        </div>
      </div>
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setAsked(false)}
        title={t("product.archive-title", { name: product.name })}
        hint={t("product.archive-hint")}
        action={t("product.archive")}
        onConfirm={() => call(archive_product, { business_id, product_id }).then(keep)}
      />
    </Page>
  );
}

/** "15000.50" of 1500050. */
function plainMoney(minor: number, currency: string): string {
  const digits = minorDigits(currency);
  const text = String(minor).padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

function Details({ product, onDone, isReadOnly }: { product: ProductShape; onDone(next: ProductShape): void; isReadOnly: boolean }) {
  const { t } = useProductWords();
  const { business_id } = useHere();
  const { call } = useServices();
  const ids = { business_id, product_id: product.id };
  const fieldsOf = ({ name, price_minor, currency, description }: ProductShape) => ({ name, price_minor: plainMoney(price_minor, currency), description });
  const edits = useEdits({
    state: product,
    fieldsOf,
    reread: () => call(show_product, ids),
    save: async (typed, base) => {
      const { price_minor, ...texts } = changed(fieldsOf(base), { ...typed, name: typed.name.trim(), description: typed.description.trim() });
      const price = price_minor === undefined ? base.price_minor : parseMoney(price_minor, base.currency);
      if (price === null) throw new ApiProblem({ kind: "invalid-fields", fields: { "/price_minor": t("product.price-wrong") } });
      const body = { ...texts, ...(price === base.price_minor ? {} : { price_minor: price }) };
      const saved = Object.keys(body).length > 0 ? await call(change_product, { ...ids, version: base.version, body }) : base;
      tell(t("action.saved"));
      return saved;
    },
    keep: onDone,
  });
  const labels = { name: t("product.name"), price_minor: t("product.price"), description: t("product.description") };
  return (
    <Card title={t("product.details")}>
      <form onSubmit={edits.onSubmit} className="flex flex-col gap-4" noValidate>
        <EditsBanner edits={edits} subject_id={product.id} labels={labels} />
        <fieldset disabled={isReadOnly} className="flex flex-col gap-4">
          <Field label={t("product.name")} error={edits.errorOf("name")}>
            <TextInput {...edits.text("name")} required />
          </Field>
          <Field label={t("product.price-in", { currency: product.currency })} hint={t("product.price-hint")} error={edits.errorOf("price_minor")}>
            <TextInput {...edits.text("price_minor")} inputMode="decimal" required className="max-w-56 tabular-nums" />
          </Field>
          <Field label={t("product.description")} hint={t("product.description-hint")} error={edits.errorOf("description")}>
            <TextArea {...edits.text("description")} className="min-h-28" />
          </Field>
          {!isReadOnly && <FormButtons isBusy={edits.isBusy} />}
        </fieldset>
      </form>
    </Card>
  );
}

function Images({ product, onDone, mayChange }: { product: ProductShape; onDone(): void; mayChange: boolean }) {
  const { t } = useProductWords();
  const { business_id } = useHere();
  const { call } = useServices();
  const [waiting, setWaiting] = useState(0);
  const ids = { business_id, product_id: product.id };
  const upload = async (files: File[]) => {
    for (const file of files.slice(0, mostImages - product.images.length)) {
      setWaiting((count) => count + 1);
      try {
        await call(upload_product_image, { ...ids, body: file });
        onDone();
      } catch (error) {
        tellProblem(error);
      } finally {
        setWaiting((count) => count - 1);
      }
    }
  };
  const isFull = product.images.length >= mostImages;
  return (
    <Card title={t("product.images")} hint={t("product.images-hint", { count: mostImages })}>
      <ul className="mb-3 grid grid-cols-2 gap-3 sm:grid-cols-4">
        {product.images.map((image, index) => (
          <li key={image.id} className="group relative">
            <ProductImage
              product_id={product.id}
              image_id={image.id}
              alt={t("product.image-of", { name: product.name, count: index + 1 })}
              className="aspect-square w-full rounded-lg"
            />
            {mayChange && (
              <IconButton
                label={t("product.image-remove", { count: index + 1 })}
                className="absolute end-1.5 top-1.5 bg-surface/90 shadow-raised"
                onClick={() => call(delete_product_image, { ...ids, image_id: image.id }).then(onDone, tellProblem)}
              >
                <Trash2 aria-hidden className="size-4" />
              </IconButton>
            )}
          </li>
        ))}
        {Array.from({ length: waiting }, (_, index) => (
          <li key={`waiting-${index}`} className="flex aspect-square items-center justify-center rounded-lg bg-sunken text-ink-faint">
            <Spinner className="size-5" />
          </li>
        ))}
      </ul>
      {mayChange && !isFull && <FileDrop label={t("product.image-drop")} hint={t("product.image-limits")} accept="image/jpeg,image/png,image/webp" isMany onFiles={upload} />}
    </Card>
  );
}

function StockCard({ product, onDone, mayChange }: { product: ProductShape; onDone(stock: number): void; mayChange: boolean }) {
  const { t } = useProductWords();
  const { business_id } = useHere();
  const { call, queries } = useServices();
  const [keyed] = useState(wishKeys);
  const ids = { business_id, product_id: product.id };
  const adjusted = (body: { delta: number; reason: string }) => keyed(body, (key) => call(adjust_product_stock, { ...ids, key, body }));
  const form = useForm({ how: "add", pieces: "", reason: "" }, async ({ how, pieces, reason }) => {
    const count = Number(pieces);
    if (pieces.trim() === "" || !Number.isSafeInteger(count) || count < 0) throw new ApiProblem({ kind: "invalid-fields", fields: { "/pieces": t("stock.wrong") } });
    try {
      const body = { reason: reason.trim() || t(how === "set" ? "stock.counted" : how === "add" ? "stock.came" : "stock.lost") };
      const { stock } =
        how === "set"
          ? await call(set_product_stock, { ...ids, body: { ...body, stock: count, expected: product.stock } })
          : await adjusted({ ...body, delta: how === "add" ? count : -count });
      onDone(stock);
      form.setFields({ how, pieces: "", reason: "" });
      void queries.invalidateQueries({ queryKey: ["list_stock_movements", ids] });
      tell(t("stock.done", { count: stock }));
    } catch (error) {
      if (asProblem(error).kind === "conflict") void queries.invalidateQueries({ queryKey: ["show_product", ids] });
      throw error;
    }
  });
  return (
    <Card title={t("product.stock")} hint={t("stock.hint")}>
      <p className="mb-4 text-2xl font-semibold tabular-nums">
        <Stock stock={product.stock} />
      </p>
      {mayChange && (
        <form onSubmit={form.onSubmit} className="flex flex-col gap-3" noValidate>
          <ProblemBanner error={form.refusal} />
          <div className="grid grid-cols-2 gap-3">
            <Field label={t("stock.how")}>
              <Select {...form.text("how")}>
                <option value="add">{t("stock.add")}</option>
                <option value="take">{t("stock.take")}</option>
                <option value="set">{t("stock.set")}</option>
              </Select>
            </Field>
            <Field label={t("stock.pieces")} error={form.errorOf("pieces")}>
              <TextInput {...form.text("pieces")} inputMode="numeric" required />
            </Field>
          </div>
          <Field label={t("stock.reason")} error={form.errorOf("reason")}>
            <TextInput {...form.text("reason")} maxLength={200} />
          </Field>
          <Button type="submit" isBusy={form.isBusy}>
            {t("stock.action")}
          </Button>
        </form>
      )}
    </Card>
  );
}

function Movements({ product_id }: { product_id: string }) {
  const { t, date, number } = useProductWords();
  const { business_id } = useHere();
  const { nameOf } = useMembers();
  const moves = usePages(list_stock_movements, { business_id, product_id, query: { limit: 10 } });
  return (
    <Card title={t("stock.moves")} isFlush>
      {moves.isPending && <SkeletonRows count={2} />}
      {moves.error && moves.rows.length === 0 ? <ErrorState error={moves.error} onRetry={moves.refetch} /> : null}
      {!moves.isPending && !moves.error && moves.rows.length === 0 && <p className="px-5 pb-5 text-base text-ink-faint">{t("stock.no-moves")}</p>}
      <ul className="divide-y divide-line">
        {moves.rows.map((one) => (
          <li key={one.id} className="flex items-baseline gap-3 px-4 py-2.5 sm:px-5">
            <span className="w-12 shrink-0 font-semibold tabular-nums">{one.delta > 0 ? `+${number(one.delta)}` : number(one.delta)}</span>
            <span className="min-w-0 flex-1">
              <span className="block truncate">{one.reason}</span>
              <span className="block text-sm text-ink-faint">
                {nameOf(one.account_id) ?? t("author.gone")} · {date(one.at)}
              </span>
            </span>
            <span className="text-sm text-ink-faint tabular-nums">{number(one.stock_after)}</span>
          </li>
        ))}
      </ul>
      <More pages={moves} />
    </Card>
  );
}
