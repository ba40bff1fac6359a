// The documents: what is on each of them, the PDF, and a link for the customer.

import { Copy, Download, FileText, Link2 } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { Link } from "wouter";
import { useApi, usePages } from "../api/hooks";
import { type Invoice, type InvoiceSummary, link_invoice, list_invoices, show_invoice, show_invoice_pdf } from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { customerName } from "../lib/customers";
import { saveFile } from "../lib/files";
import { useFilters } from "../lib/query";
import { Button } from "../parts/button";
import { Card, Facts } from "../parts/card";
import { Drawer } from "../parts/dialog";
import { Select } from "../parts/field";
import { Filters } from "../parts/filters";
import { Page } from "../parts/page";
import { SearchInput } from "../parts/search_input";
import { EmptyState, ErrorState, SkeletonRows } from "../parts/states";
import { type Column, DataTable } from "../parts/table";
import { tell, tellProblem } from "../parts/toast";
import { useOrderWords } from "../words/orders";
import { OrderTabs } from "./order_tabs";

const kindKeys = { invoice: "order.invoice", credit_note: "order.credit-note" } as const;

export default function Invoices() {
  const { t, money, date } = useOrderWords();
  const { business_id } = useHere();
  const [{ kind, number, invoice }, setFilters, to] = useFilters("kind", "number", "invoice");
  // Whole numbers are found; until one is typed whole the list stays.
  const whole = number && /^[a-z]+-\d+$/i.test(number) ? number.toUpperCase() : "";
  const query = { limit: 50, ...(kind ? { kind: kind as Invoice["kind"] } : {}), ...(whole ? { number: whole } : {}) };
  const invoices = usePages(list_invoices, { business_id, query }, { keepsOld: true });
  const columns: Array<Column<InvoiceSummary>> = [
    { name: t("invoice.number"), cell: (one) => <span className="font-mono text-sm">{one.number}</span> },
    { name: t("invoice.kind"), cell: (one) => t(kindKeys[one.kind]) },
    { name: t("order.customer"), cell: (one) => <bdi>{customerName(t, one.customer_name, one.customer_id)}</bdi> },
    { name: t("order.number"), cell: (one) => <span className="tabular-nums">#{one.order_number}</span>, isWideOnly: true },
    { name: t("order.total"), cell: (one) => <span className="font-medium text-ink">{money(one.total_minor, one.currency)}</span>, isNumber: true },
    { name: t("invoice.issued"), cell: (one) => date(one.issued_at, "date"), isNumber: true },
  ];
  const isFiltered = Boolean(kind || whole);
  return (
    <Page title={t("money.invoices")} hint={t("invoice.hint")}>
      <OrderTabs current="invoices" />
      <Filters
        search={<SearchInput label={t("invoice.search")} value={number ?? ""} onSearch={(wanted) => setFilters({ number: wanted })} />}
        count={kind ? 1 : 0}
        columns="sm:grid-cols-[1fr_14rem]"
      >
        <Select aria-label={t("invoice.kind")} value={kind ?? ""} onChange={(event) => setFilters({ kind: event.target.value })}>
          <option value="">{t("invoice.all-kinds")}</option>
          <option value="invoice">{t("order.invoice")}</option>
          <option value="credit_note">{t("order.credit-note")}</option>
        </Select>
      </Filters>
      <Card isFlush className="[&>div]:pt-0">
        <DataTable
          caption={t("money.invoices")}
          columns={columns}
          pages={invoices}
          linkOf={(one) => to({ invoice: one.id })}
          empty={<EmptyState icon={FileText} title={t(isFiltered ? "invoice.none-found" : "invoice.none")} hint={t(isFiltered ? "filter.none-hint" : "invoice.none-hint")} />}
        />
      </Card>
      {invoice && <InvoiceDrawer key={invoice} invoice_id={invoice} onClose={() => setFilters({ invoice: undefined })} />}
    </Page>
  );
}

function InvoiceDrawer({ invoice_id, onClose }: { invoice_id: string; onClose(): void }) {
  const { t } = useOrderWords();
  const { business_id } = useHere();
  const found = useApi(show_invoice, { business_id, invoice_id }, { staleMs: 0 });
  const { data: invoice, error } = found;
  return (
    <Drawer isOpen isWide={hasViewer} onClose={onClose} title={invoice ? `${t(kindKeys[invoice.kind])} ${invoice.number}` : t("order.invoice")}>
      {invoice ? <Document invoice={invoice} onLink={found.refetch} /> : error ? <ErrorState error={error} onRetry={found.refetch} /> : <SkeletonRows count={5} />}
    </Drawer>
  );
}

/** Phones have none: there the file is saved, and opened by what opens such files. */
const hasViewer = navigator.pdfViewerEnabled;

/** The PDF as it is, beside its lines in text. What cannot be had here can still be saved. */
function Pdf({ invoice }: { invoice: Invoice }) {
  const { t } = useOrderWords();
  const { business_id } = useHere();
  const { data } = useApi(show_invoice_pdf, { business_id, invoice_id: invoice.id }, { isOn: hasViewer, staleMs: Number.POSITIVE_INFINITY });
  const [url, setUrl] = useState("");
  useEffect(() => {
    if (!data) return;
    const made = URL.createObjectURL(data);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [data]);
  return url && <iframe title={t("invoice.pdf-of", { number: invoice.number })} src={`${url}#navpanes=0&view=FitH`} className="h-[80dvh] w-full rounded-lg border border-line" />;
}

function Document({ invoice, onLink }: { invoice: Invoice; onLink(): unknown }) {
  const { t, money, date, number } = useOrderWords();
  const { business_id, at, may } = useHere();
  const { call } = useServices();
  const [busy, setBusy] = useState<"pdf" | "link" | null>(null);
  const ids = { business_id, invoice_id: invoice.id };
  const sum = (minor: number) => money(minor, invoice.currency);
  const work = async (what: "pdf" | "link", doing: () => Promise<unknown>) => {
    setBusy(what);
    try {
      await doing();
    } catch (refused) {
      tellProblem(refused);
    } finally {
      setBusy(null);
    }
  };
  const save = () => work("pdf", async () => saveFile((await call(show_invoice_pdf, ids)) as Blob, `${invoice.number}.pdf`));
  const link = () =>
    work("link", async () => {
      await call(link_invoice, ids);
      await onLink();
    });
  const copy = (url: string) => work("link", () => navigator.clipboard.writeText(url).then(() => tell(t("action.copied"))));
  const facts: Array<[string, ReactNode]> = [
    [t("invoice.issued"), date(invoice.issued_at)],
    [
      t("order.customer"),
      <Link key="customer" href={at(`customers/${invoice.customer_id}`)} className="rounded font-medium text-brand hover:underline">
        <bdi>{customerName(t, invoice.customer_name, invoice.customer_id)}</bdi>
      </Link>,
    ],
    [
      t("order.number"),
      <Link key="order" href={at(`orders/${invoice.order_id}`)} className="rounded font-medium text-brand hover:underline">
        #{invoice.order_number}
      </Link>,
    ],
  ];
  return (
    <div className="flex flex-col gap-5">
      <Facts of={facts} />
      <ul className="divide-y divide-line rounded-lg border border-line">
        {invoice.lines.map((line, index) => (
          <li key={index} className="flex items-baseline gap-3 px-3 py-2">
            <span className="min-w-0 flex-1">
              <span className="block break-words">{line.name}</span>
              <span className="block text-sm text-ink-faint">
                <span dir="ltr">{t("order.times", { count: line.quantity, price: sum(line.unit_price_minor) })}</span>
              </span>
            </span>
            <span className="tabular-nums">{sum(line.total_minor)}</span>
          </li>
        ))}
        {invoice.taxes.length > 0 && (
          <li className="flex justify-between gap-3 px-3 py-2 text-ink-soft">
            {t("invoice.net")} <span className="tabular-nums">{sum(invoice.net_minor)}</span>
          </li>
        )}
        {invoice.taxes.map((tax, index) => (
          <li key={index} className="flex justify-between gap-3 px-3 py-2 text-ink-soft">
            <span>
              {tax.name} <bdi>{number(tax.rate_bp / 100)} %</bdi>
            </span>
            <span className="tabular-nums">{sum(tax.tax_minor)}</span>
          </li>
        ))}
        <li className="flex justify-between gap-3 px-3 py-2 font-semibold">
          {t("order.total")} <span className="tabular-nums">{sum(invoice.total_minor)}</span>
        </li>
      </ul>
      <div className="flex flex-wrap gap-2">
        <Button look="primary" icon={<Download aria-hidden className="size-4" />} isBusy={busy === "pdf"} onClick={save}>
          {t("invoice.pdf")}
        </Button>
        {invoice.public_url ? (
          <Button icon={<Copy aria-hidden className="size-4" />} onClick={() => copy(invoice.public_url ?? "")}>
            {t("invoice.copy-link")}
          </Button>
        ) : (
          may(link_invoice) && (
            <Button icon={<Link2 aria-hidden className="size-4" />} isBusy={busy === "link"} onClick={link}>
              {t("invoice.make-link")}
            </Button>
          )
        )}
      </div>
      <Pdf invoice={invoice} />
    </div>
  );
}
