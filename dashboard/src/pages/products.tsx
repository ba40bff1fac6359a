import { Download, Package, Plus, Upload } from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";
import { usePages } from "../api/hooks";
import { create_product, export_products, list_products, type Product } from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { saveFile } from "../lib/files";
import { useFilters } from "../lib/query";
import { Badge } from "../parts/badge";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Dialog } from "../parts/dialog";
import { Select } from "../parts/field";
import { Filters } from "../parts/filters";
import { FormButtons } from "../parts/form_buttons";
import { Page } from "../parts/page";
import { ProductImage } from "../parts/private_image";
import { SearchInput } from "../parts/search_input";
import { EmptyState } from "../parts/states";
import { type Column, DataTable } from "../parts/table";
import { tellProblem } from "../parts/toast";
import { useProductWords } from "../words/products";
import { ImportDialog } from "./import_products";
import { ProductForm } from "./product_form";

const few = 5;

export default function Products() {
  const { t, money } = useProductWords();
  const { business_id, at, may } = useHere();
  const { call } = useServices();
  const [filters, setFilters] = useFilters("search", "state", "sort");
  const [asked, setAsked] = useState<"new" | "import" | null>(null);
  const [isExporting, setExporting] = useState(false);
  const query = {
    limit: 50,
    ...(filters.search ? { search: filters.search } : {}),
    ...(filters.state === "all" ? {} : { active: filters.state !== "archived" }),
    ...(filters.sort === "newest" ? { sort: "newest" as const } : {}),
  };
  const products = usePages(list_products, { business_id, query }, { keepsOld: true });
  const columns: Array<Column<Product>> = [
    {
      name: t("product.name"),
      cell: (one) => (
        <span className="flex min-w-0 items-center gap-3">
          {one.images[0] ? (
            <ProductImage product_id={one.id} image_id={one.images[0].id} alt="" className="size-10 rounded-md" />
          ) : (
            <span aria-hidden className="inline-flex size-10 shrink-0 items-center justify-center rounded-md bg-sunken text-ink-faint">
              <Package className="size-5" strokeWidth={1.5} />
            </span>
          )}
          <span className="min-w-0">
            <span className="block truncate">{one.name}</span>
            <span className="block truncate font-mono text-xs font-normal text-ink-faint">{[one.sku, ...(one.variant?.values ?? [])].join(" · ")}</span>
          </span>
        </span>
      ),
    },
    { name: t("product.state"), cell: (one) => <Badge tone={one.active ? "good" : "neutral"}>{t(one.active ? "product.active" : "product.archived")}</Badge> },
    { name: t("product.stock"), cell: (one) => <Stock stock={one.stock} />, isNumber: true, isNamed: true },
    { name: t("product.price"), cell: (one) => <span className="font-medium text-ink">{money(one.price_minor, one.currency)}</span>, isNumber: true },
  ];
  const exportAll = async () => {
    setExporting(true);
    try {
      saveFile((await call(export_products, { business_id })) as Blob, "products.csv");
    } catch (error) {
      tellProblem(error);
    } finally {
      setExporting(false);
    }
  };
  const isFiltered = Boolean(filters.search || filters.state);
  return (
    <Page
      title={t("nav.products")}
      hint={t("product.hint")}
      actions={
        <>
          {may(export_products) && (
            <Button icon={<Download aria-hidden className="size-4" />} isBusy={isExporting} onClick={exportAll}>
              {t("action.export")}
            </Button>
          )}
          {may(create_product) && (
            <>
              <Button icon={<Upload aria-hidden className="size-4" />} onClick={() => setAsked("import")}>
                {t("product.import")}
              </Button>
              <Button look="primary" icon={<Plus aria-hidden className="size-4" />} onClick={() => setAsked("new")}>
                {t("product.new")}
              </Button>
            </>
          )}
        </>
      }
    >
      <Filters
        search={<SearchInput label={t("product.search")} value={filters.search ?? ""} onSearch={(search) => setFilters({ search })} />}
        count={filters.state ? 1 : 0}
        columns="sm:grid-cols-[1fr_12rem_12rem]"
      >
        <Select aria-label={t("product.state")} value={filters.state ?? ""} onChange={(event) => setFilters({ state: event.target.value })}>
          <option value="">{t("product.active")}</option>
          <option value="archived">{t("product.archived")}</option>
          <option value="all">{t("filter.all-states")}</option>
        </Select>
        <Select aria-label={t("filter.sort")} value={filters.sort ?? ""} onChange={(event) => setFilters({ sort: event.target.value })}>
          <option value="">{t("sort.name")}</option>
          <option value="newest">{t("sort.newest")}</option>
        </Select>
      </Filters>
      <Card isFlush className="[&>div]:pt-0">
        <DataTable
          caption={t("nav.products")}
          columns={columns}
          pages={products}
          linkOf={(one) => at(`products/${one.id}`)}
          empty={
            <EmptyState
              icon={Package}
              title={t(isFiltered ? "product.none-found" : "product.none")}
              hint={t(isFiltered ? "filter.none-hint" : "product.none-hint")}
              action={
                !isFiltered &&
                may(create_product) && (
                  <Button look="primary" onClick={() => setAsked("new")}>
                    {t("product.new")}
                  </Button>
                )
              }
            />
          }
        />
      </Card>
      {asked === "new" && <NewProduct onClose={() => setAsked(null)} />}
      {asked === "import" && <ImportDialog onClose={() => setAsked(null)} />}
    </Page>
  );
}

export function Stock({ stock }: { stock: number }) {
  const { t, number } = useProductWords();
  if (stock <= 0) return <Badge tone="bad">{t("stock.none")}</Badge>;
  if (stock <= few) return <Badge tone="warn">{t("stock.few", { count: stock })}</Badge>;
  return <>{number(stock)}</>;
}

function NewProduct({ onClose }: { onClose(): void }) {
  const { t } = useProductWords();
  const { business_id, at } = useHere();
  const { queries } = useServices();
  const [, go] = useLocation();
  const open = ({ id }: Product) => {
    void queries.invalidateQueries({ queryKey: ["list_products", { business_id }] });
    go(at(`products/${id}`));
  };
  return (
    <Dialog isOpen onClose={onClose} title={t("product.new")} hint={t("product.new-hint")}>
      <ProductForm pieces="0" onMade={open} buttons={(isBusy) => <FormButtons onClose={onClose} isBusy={isBusy} action={t("product.add")} />} />
    </Dialog>
  );
}
