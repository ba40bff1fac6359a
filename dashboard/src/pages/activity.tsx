import { Download, FileSearch } from "lucide-react";
import { useState } from "react";
import { useApi, usePages } from "../api/hooks";
import { type Activity as ActivityShape, export_activity, list_activity, show_activity_head } from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { useMembers } from "../inbox/people";
import { saveFile } from "../lib/files";
import { useFilters } from "../lib/query";
import { instantOf } from "../lib/zone";
import { Badge } from "../parts/badge";
import { Button } from "../parts/button";
import { Card, Facts } from "../parts/card";
import { Drawer } from "../parts/dialog";
import { Field, Select, TextInput } from "../parts/field";
import { Page } from "../parts/page";
import { EmptyState, ErrorState, SkeletonRows } from "../parts/states";
import { More } from "../parts/table";
import { tell, tellProblem } from "../parts/toast";
import { useActionWords, useWords } from "../words/provider";

export default function Activity() {
  const { t, date, zone } = useWords();
  const actionWord = useActionWords();
  const { business_id } = useHere();
  const { call } = useServices();
  const { all: members } = useMembers();
  const [filters, setFilters] = useFilters("account", "since", "until", "subject");
  const [shown, setShown] = useState<ActivityShape | null>(null);
  const [isExporting, setExporting] = useState(false);
  const day = (text: string, plus: number) => new Date(instantOf(Date.parse(`${text}T00:00:00Z`) + plus * 86_400_000, zone)).toISOString();
  const query = {
    limit: 50,
    ...(filters.account ? { account_id: filters.account } : {}),
    ...(filters.subject ? { subject_id: filters.subject } : {}),
    ...(filters.since ? { since: day(filters.since, 0) } : {}),
    ...(filters.until ? { until: day(filters.until, 1) } : {}),
  };
  const entries = usePages(list_activity, { business_id, query }, { keepsOld: true });
  // Pages follow one another until one is empty: the whole chain, as verify-audit reads it.
  const exportAll = async () => {
    setExporting(true);
    try {
      const parts: string[] = [];
      for (let after = 0; ; ) {
        const page = await ((await call(export_activity, { business_id, query: { after } })) as Blob).text();
        if (!page) break;
        parts.push(page);
        after = (JSON.parse(page.trimEnd().split("\n").at(-1) ?? "{}") as { position: number }).position;
      }
      saveFile(new Blob(parts, { type: "application/x-ndjson" }), "activity.jsonl");
    } catch (error) {
      tellProblem(error);
    } finally {
      setExporting(false);
    }
  };
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <Page
      title={t("nav.activity")}
      hint={t("activity.hint")}
      actions={
        <Button icon={<Download aria-hidden className="size-4" />} isBusy={isExporting} onClick={exportAll}>
          {t("action.export")}
        </Button>
      }
    >
      <Head />
      <div className="my-4 grid gap-2 sm:grid-cols-[1fr_auto_auto_auto]">
        <Select aria-label={t("activity.who")} value={filters.account ?? ""} onChange={(event) => setFilters({ account: event.target.value })}>
          <option value="">{t("activity.everybody")}</option>
          {members.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name || one.email}
            </option>
          ))}
        </Select>
        <Field label={t("filter.since")} isLabelHidden>
          <TextInput type="date" title={t("filter.since")} value={filters.since ?? ""} onChange={(event) => setFilters({ since: event.target.value })} />
        </Field>
        <Field label={t("filter.until")} isLabelHidden>
          <TextInput type="date" title={t("filter.until")} value={filters.until ?? ""} onChange={(event) => setFilters({ until: event.target.value })} />
        </Field>
        {isFiltered && (
          <Button look="quiet" onClick={() => setFilters({ account: "", since: "", until: "", subject: "" })}>
            {t("filter.clear")}
          </Button>
        )}
      </div>
      <Card isFlush className="[&>div]:pt-0">
        {entries.isPending && <SkeletonRows count={8} />}
        {entries.error && entries.rows.length === 0 ? <ErrorState error={entries.error} onRetry={entries.refetch} /> : null}
        {!entries.isPending && !entries.error && entries.rows.length === 0 && (
          <EmptyState icon={FileSearch} title={t("activity.none")} hint={isFiltered ? t("filter.none-hint") : undefined} />
        )}
        <ul className="divide-y divide-line">
          {entries.rows.map((one) => (
            <li key={one.id}>
              <button type="button" onClick={() => setShown(one)} className="flex w-full flex-wrap items-baseline gap-x-4 gap-y-0.5 px-4 py-2.5 text-start hover:bg-hover sm:px-5">
                <span className="min-w-40 flex-1 font-medium">{actionWord(one.action)}</span>
                <span className="text-ink-soft">{one.account_name || t("author.gone")}</span>
                <span className="text-sm text-ink-faint tabular-nums sm:w-44 sm:text-end">{date(one.at)}</span>
              </button>
            </li>
          ))}
        </ul>
        <More pages={entries} />
      </Card>
      {shown && (
        <Drawer isOpen onClose={() => setShown(null)} title={actionWord(shown.action)}>
          <Facts
            of={[
              [t("activity.who"), shown.account_name || t("author.gone")],
              [t("activity.when"), date(shown.at)],
              [
                t("activity.from"),
                <span key="from" className="font-mono text-sm">
                  {shown.address}
                </span>,
              ],
              [
                t("activity.subject"),
                <span key="subject" className="font-mono text-xs break-all">
                  {shown.subject_id}
                </span>,
              ],
              [
                t("activity.request"),
                <span key="request" className="font-mono text-xs break-all">
                  {shown.request_id}
                </span>,
              ],
              [t("activity.position"), shown.position === null ? <Badge key="position">{t("activity.not-chained")}</Badge> : String(shown.position)],
            ]}
          />
          <Fields title={t("activity.before")} text={shown.before} />
          <Fields title={t("activity.after")} text={shown.after} />
        </Drawer>
      )}
    </Page>
  );
}

function Fields({ title, text }: { title: string; text: string | null }) {
  if (!text) return null;
  let shown = text;
  try {
    shown = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // Shown as it is.
  }
  return (
    <section className="mt-5">
      <h3 className="mb-1 text-sm font-medium text-ink-soft">{title}</h3>
      <pre className="scroll-quiet max-h-72 overflow-auto rounded-lg bg-sunken p-3 font-mono text-xs break-words whitespace-pre-wrap">{shown}</pre>
    </section>
  );
}

/** Whoever keeps it can tell later that nothing was changed. */
function Head() {
  const { t } = useWords();
  const { business_id } = useHere();
  const head = useApi(show_activity_head, { business_id }, { staleMs: 5000 });
  if (!head.data) return null;
  const { head: text } = head.data;
  const copy = () => navigator.clipboard.writeText(text).then(() => tell(t("action.copied")), tellProblem);
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border border-line bg-surface px-4 py-3">
      <p className="min-w-0 flex-1 basis-64 text-sm text-ink-soft">
        {t("activity.head-hint")} <span className="font-mono text-xs break-all text-ink">{text}</span>
      </p>
      <Button size="small" onClick={copy}>
        {t("action.copy")}
      </Button>
    </div>
  );
}
