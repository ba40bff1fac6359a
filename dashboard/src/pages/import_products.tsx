// A sheet of products: which column is what, what it would do row by row, then the job and its result.

import { CircleCheck, Download } from "lucide-react";
import { useEffect, useState } from "react";
import { useApi } from "../api/hooks";
import {
  cancel_product_import,
  get_product_import,
  get_product_import_result,
  import_products,
  type ProductImport,
  type ProductImportPreview,
  preview_product_import,
} from "../api/operations";
import { asProblem } from "../api/problem";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { saveFile } from "../lib/files";
import { Badge, type Tone } from "../parts/badge";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { Checkbox, Field, Select } from "../parts/field";
import { FileDrop } from "../parts/file_drop";
import { Meter } from "../parts/meter";
import { Banner, ErrorState, ProblemBanner } from "../parts/states";
import { tellProblem } from "../parts/toast";
import { useProductWords } from "../words/products";
import { headerOf, type Mapping, mapped, withoutUnused } from "./sheet_columns";
import { wishKeys } from "./wish_keys";

const sheetFields = ["sku", "name", "description", "price", "stock", "active"] as const;
type SheetField = (typeof sheetFields)[number];
const mostShown = 100;
const outcomeTones: Record<string, Tone> = { created: "good", updated: "info", unchanged: "neutral", refused: "bad" };

type Columns = Mapping<SheetField>;

/** A sheet as it was given, and how its first look understood it. */
interface Sheet {
  bytes: Blob;
  header: string[];
}

const columnsOf = ({ columns }: ProductImportPreview): Columns => Object.fromEntries(columns.flatMap(({ column, field }) => (field ? [[field, column]] : [])));

/** A sheet that is right but for the name of that column (protocol/catalogue/product_sheet). */
const lacksSku = (refused: unknown) => asProblem(refused).kind === "invalid-fields" && /\bsku$/.test(asProblem(refused).fields[""] ?? "");

export function ImportDialog({ onClose }: { onClose(): void }) {
  // Another file begins with nothing of the one before.
  const [turn, setTurn] = useState(0);
  return <OneImport key={turn} onClose={onClose} onOther={() => setTurn(turn + 1)} />;
}

function OneImport({ onClose, onOther }: { onClose(): void; onOther(): void }) {
  const { t } = useProductWords();
  const { business_id } = useHere();
  const { call } = useServices();
  const [sheet, setSheet] = useState<Sheet | null>(null);
  const [columns, setColumns] = useState<Columns | null>(null);
  const [setsStock, setSetsStock] = useState(false);
  const [preview, setPreview] = useState<ProductImportPreview | null>(null);
  const [job, setJob] = useState<ProductImport | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const [keyed] = useState(wishKeys);

  /** What is asked: by the usual names, or as a person said which column is what. */
  const wishOf = async ({ bytes, header }: Sheet, wanted: Columns | null, stock: boolean) => {
    const query = { stock: stock ? ("set" as const) : ("keep" as const) };
    if (!wanted) return { query, body: bytes };
    const chosen = Object.entries(wanted).filter(([, column]) => column);
    const text = withoutUnused(
      await bytes.text(),
      header,
      chosen.map(([, column]) => column),
    );
    return { query: { ...query, ...Object.fromEntries(chosen.map(([field, column]) => [`${field}_column`, column])) }, body: new Blob([text], { type: bytes.type }) };
  };
  const work = async (doing: () => Promise<unknown>) => {
    setBusy(true);
    setError(null);
    try {
      await doing();
    } catch (refused) {
      setError(refused);
    } finally {
      setBusy(false);
    }
  };
  /** The other columns are found by their usual names, also where a person had to say which one is the SKU. */
  const open = (bytes: Blob, sku_column?: string) =>
    work(async () => {
      try {
        const found = await call(preview_product_import, { business_id, query: { stock: "keep", ...(sku_column ? { sku_column } : {}) }, body: bytes });
        setSheet({ bytes, header: found.columns.map(({ column }) => column) });
        if (sku_column) setColumns(columnsOf(found));
        setPreview(found);
      } catch (refused) {
        if (!lacksSku(refused)) throw refused;
        setSheet({ bytes, header: headerOf(await bytes.text()) });
      }
    });
  const look = (wanted: Columns | null, stock: boolean) =>
    work(async () => {
      setColumns(wanted);
      setSetsStock(stock);
      if (sheet) setPreview(await call(preview_product_import, { business_id, ...(await wishOf(sheet, wanted, stock)) }));
    });
  const begin = () =>
    work(async () => {
      if (!sheet) return;
      const wish = await wishOf(sheet, columns, setsStock);
      setJob(await keyed(wish.query, (key) => call(import_products, { business_id, key, ...wish })));
    });

  if (job) return <Job first={job} onClose={onClose} onOther={onOther} />;
  const shown = columns ?? (preview ? columnsOf(preview) : {});
  const reason = asProblem(error).fields[""];
  return (
    <Dialog isOpen onClose={onClose} title={t("import.title")} hint={t("import.hint")} isWide>
      <div className="flex flex-col gap-4">
        {error ? reason ? <Banner tone="bad">{reason}</Banner> : <ProblemBanner error={error} /> : null}
        {!preview && sheet ? (
          <>
            <Banner tone="info">{t("import.no-sku")}</Banner>
            <Field label={t("import.field.sku")}>
              <Select value="" disabled={isBusy} onChange={(event) => open(sheet.bytes, event.target.value)}>
                <option value="">{t("import.choose")}</option>
                <Names of={sheet.header} />
              </Select>
            </Field>
            <div className="flex justify-end">
              <Button onClick={onOther}>{t("import.other")}</Button>
            </div>
          </>
        ) : !preview ? (
          <FileDrop
            label={t("import.drop")}
            hint={t("import.limits")}
            accept=".csv,text/csv"
            disabled={isBusy}
            onFiles={([file]) => file && void open(new Blob([file], { type: "text/csv" }))}
          />
        ) : (
          <>
            <fieldset className="rounded-lg border border-line p-4">
              <legend className="px-1 text-sm font-medium">{t("import.columns")}</legend>
              <div className="grid gap-3 sm:grid-cols-2">
                {sheetFields.map((field) => (
                  <Field key={field} label={t(`import.field.${field}`)}>
                    <Select value={shown[field] ?? ""} disabled={isBusy} onChange={(event) => look(mapped(shown, field, event.target.value), setsStock)}>
                      {/* Without a SKU a row is no product. */}
                      {(field !== "sku" || !shown.sku) && <option value="">{t("import.no-column")}</option>}
                      <Names of={sheet?.header} />
                    </Select>
                  </Field>
                ))}
              </div>
              <div className="mt-4">
                <Checkbox label={t("import.stock")} hint={t("import.stock-hint")} checked={setsStock} disabled={isBusy} onChange={(event) => look(columns, event.target.checked)} />
              </div>
            </fieldset>
            <Counts of={preview} />
            <Rows preview={preview} />
            <div className="flex flex-wrap justify-end gap-2">
              <Button onClick={onOther}>{t("import.other")}</Button>
              <Button look="primary" isBusy={isBusy} disabled={preview.created + preview.updated === 0} onClick={begin}>
                {t("import.begin", { count: preview.created + preview.updated })}
              </Button>
            </div>
          </>
        )}
      </div>
    </Dialog>
  );
}

function Names({ of }: { of: string[] | undefined }) {
  return [...new Set(of)].filter(Boolean).map((column) => <option key={column}>{column}</option>);
}

function Counts({ of }: { of: Pick<ProductImport, "created" | "updated" | "unchanged" | "refused"> }) {
  const { t, number } = useProductWords();
  return (
    <dl className="grid grid-cols-2 gap-2 sm:grid-cols-4">
      {(["created", "updated", "unchanged", "refused"] as const).map((outcome) => (
        <div key={outcome} className="rounded-lg bg-sunken px-3 py-2">
          <dt className="text-sm text-ink-faint">{t(`import.${outcome}`)}</dt>
          <dd className="text-xl font-semibold tabular-nums">{number(of[outcome])}</dd>
        </div>
      ))}
    </dl>
  );
}

function Rows({ preview }: { preview: ProductImportPreview }) {
  const { t } = useProductWords();
  const refused = preview.rows.filter((row) => row.outcome === "refused");
  const shown = (refused.length > 0 ? refused : preview.rows).slice(0, mostShown);
  const left = (refused.length > 0 ? refused : preview.rows).length - shown.length;
  return (
    <section aria-label={t("import.rows")} className="scroll-quiet max-h-64 overflow-auto rounded-lg border border-line">
      <table className="w-full text-base">
        <thead className="sticky top-0 bg-surface text-xs text-ink-faint">
          <tr>
            {(["import.row", "product.sku", "import.outcome", "import.reason"] as const).map((name) => (
              <th key={name} scope="col" className="px-3 py-2 text-start font-medium">
                {t(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.row} className="border-t border-line">
              <td className="px-3 py-1.5 tabular-nums">{row.row}</td>
              <td className="px-3 py-1.5 font-mono text-sm">{row.sku}</td>
              <td className="px-3 py-1.5">
                <Badge tone={outcomeTones[row.outcome] ?? "neutral"}>{t(`import.${row.outcome}`)}</Badge>
              </td>
              <td className="px-3 py-1.5 text-ink-soft">{row.reason && `${row.column}: ${row.reason}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {left > 0 && <p className="border-t border-line px-3 py-2 text-sm text-ink-faint">{t("import.more-rows", { count: left })}</p>}
    </section>
  );
}

function Job({ first, onClose, onOther }: { first: ProductImport; onClose(): void; onOther(): void }) {
  const { t } = useProductWords();
  const { business_id } = useHere();
  const { call, queries } = useServices();
  const ids = { business_id, import_id: first.id };
  const found = useApi(get_product_import, ids, { staleMs: 0 });
  const job = found.data ?? first;
  const isOpen = job.finished_at === null;
  const { refetch } = found;
  useEffect(() => {
    if (!isOpen) {
      void queries.invalidateQueries({ queryKey: ["list_products", { business_id }] });
      return;
    }
    const timer = setInterval(refetch, 1000);
    return () => clearInterval(timer);
  }, [isOpen, refetch, queries, business_id]);
  const save = () => call(get_product_import_result, ids).then((bytes) => saveFile(bytes as Blob, "import.csv"), tellProblem);
  return (
    <Dialog isOpen onClose={onClose} title={t(isOpen ? "import.running" : "import.ended")} isWide>
      <div className="flex flex-col gap-4">
        {found.error && <ErrorState error={found.error} onRetry={refetch} />}
        {isOpen ? (
          <div>
            <p className="mb-2 text-base text-ink-soft">{t("import.progress", { done: job.rows_done, count: job.rows })}</p>
            <Meter label={t("import.running")} value={job.rows_done} most={job.rows} />
          </div>
        ) : job.state === "failed" ? (
          <Banner tone="bad">{job.problem}</Banner>
        ) : (
          <p className="flex items-center gap-2 text-base">
            <CircleCheck aria-hidden className="size-5 text-good" />
            {t(job.state === "cancelled" ? "import.cancelled" : "import.done")}
          </p>
        )}
        <Counts of={job} />
        <div className="flex flex-wrap justify-end gap-2">
          {isOpen ? (
            <Button disabled={job.cancel_wanted} onClick={() => call(cancel_product_import, ids).then(() => refetch(), tellProblem)}>
              {t("import.cancel")}
            </Button>
          ) : (
            <>
              <Button onClick={onOther}>{t("import.other")}</Button>
              <Button icon={<Download aria-hidden className="size-4" />} onClick={save}>
                {t("import.result")}
              </Button>
            </>
          )}
          <Button look="primary" onClick={onClose}>
            {t("action.close")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
