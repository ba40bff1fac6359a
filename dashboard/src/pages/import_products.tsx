// A sheet of products: which column is what, what it would do row by row, then the job and its result.

import { CircleCheck, Download } from "lucide-react";
import { useEffect, useRef, useState } from "react";
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
import { newKey } from "../lib/ids";
import { Badge, type Tone } from "../parts/badge";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { Checkbox, Field, Select } from "../parts/field";
import { FileDrop } from "../parts/file_drop";
import { Meter } from "../parts/meter";
import { Banner, ErrorState, ProblemBanner } from "../parts/states";
import { tellProblem } from "../parts/toast";
import { useWords } from "../words/provider";

const sheetFields = ["sku", "name", "description", "price", "stock", "active"] as const;
type SheetField = (typeof sheetFields)[number];
const mostShown = 100;
const outcomeTones: Record<string, Tone> = { created: "good", updated: "info", unchanged: "neutral", refused: "bad" };

export function ImportDialog({ onClose }: { onClose(): void }) {
  const { t } = useWords();
  const { business_id } = useHere();
  const { call } = useServices();
  const [sheet, setSheet] = useState<Blob | null>(null);
  const [columns, setColumns] = useState<Partial<Record<SheetField, string>>>({});
  const [setsStock, setSetsStock] = useState(false);
  const [preview, setPreview] = useState<ProductImportPreview | null>(null);
  const [job, setJob] = useState<ProductImport | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const key = useRef(newKey());

  const queryOf = (wanted: Partial<Record<SheetField, string>>, stock: boolean) => ({
    stock: stock ? ("set" as const) : ("keep" as const),
    ...Object.fromEntries(
      Object.entries(wanted)
        .filter(([, column]) => column)
        .map(([field, column]) => [`${field}_column`, column]),
    ),
  });
  const look = async (bytes: Blob, wanted = columns, stock = setsStock) => {
    setBusy(true);
    setError(null);
    key.current = newKey();
    try {
      setPreview(await call(preview_product_import, { business_id, query: queryOf(wanted, stock), body: bytes }));
      setSheet(bytes);
    } catch (refused) {
      setError(refused);
    } finally {
      setBusy(false);
    }
  };
  const begin = async () => {
    if (!sheet) return;
    setBusy(true);
    setError(null);
    try {
      setJob(await call(import_products, { business_id, key: key.current, query: queryOf(columns, setsStock), body: sheet }));
    } catch (refused) {
      if (!asProblem(refused).isPassing) key.current = newKey();
      setError(refused);
    } finally {
      setBusy(false);
    }
  };

  if (job) return <Job first={job} onClose={onClose} />;
  const reason = asProblem(error).fields[""];
  return (
    <Dialog isOpen onClose={onClose} title={t("import.title")} hint={t("import.hint")} isWide>
      <div className="flex flex-col gap-4">
        {error ? reason ? <Banner tone="bad">{reason}</Banner> : <ProblemBanner error={error} /> : null}
        {!preview ? (
          <FileDrop
            label={t("import.drop")}
            hint={t("import.limits")}
            accept=".csv,text/csv"
            disabled={isBusy}
            onFiles={([file]) => file && void look(new Blob([file], { type: "text/csv" }))}
          />
        ) : (
          <>
            <fieldset className="rounded-lg border border-line p-4">
              <legend className="px-1 text-sm font-medium">{t("import.columns")}</legend>
              <div className="grid gap-3 sm:grid-cols-2">
                {sheetFields.map((field) => {
                  const found = preview.columns.find((one) => one.field === field)?.column ?? "";
                  const change = (column: string) => {
                    const next = { ...columns, [field]: column };
                    setColumns(next);
                    if (sheet) void look(sheet, next);
                  };
                  return (
                    <Field key={field} label={t(`import.field.${field}`)}>
                      <Select value={columns[field] || found} disabled={isBusy} onChange={(event) => change(event.target.value)}>
                        <option value="">{t("import.no-column")}</option>
                        {preview.columns.map(({ column }) => (
                          <option key={column}>{column}</option>
                        ))}
                      </Select>
                    </Field>
                  );
                })}
              </div>
              <div className="mt-4">
                <Checkbox
                  label={t("import.stock")}
                  hint={t("import.stock-hint")}
                  checked={setsStock}
                  onChange={(event) => {
                    setSetsStock(event.target.checked);
                    if (sheet) void look(sheet, columns, event.target.checked);
                  }}
                />
              </div>
            </fieldset>
            <Counts of={preview} />
            <Rows preview={preview} />
            <div className="flex flex-wrap justify-end gap-2">
              <Button onClick={() => setPreview(null)}>{t("import.other")}</Button>
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

function Counts({ of }: { of: Pick<ProductImport, "created" | "updated" | "unchanged" | "refused"> }) {
  const { t, number } = useWords();
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
  const { t } = useWords();
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

function Job({ first, onClose }: { first: ProductImport; onClose(): void }) {
  const { t } = useWords();
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
            <Button icon={<Download aria-hidden className="size-4" />} onClick={save}>
              {t("import.result")}
            </Button>
          )}
          <Button look="primary" onClick={onClose}>
            {t("action.close")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
