// What was published, by whom and when; one of them, against what is taught now; and the way back to it.

import { Copy, History, RotateCcw } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { useApi, usePages } from "../api/hooks";
import { get_training_version, list_training_versions, restore_training_version, save_training_draft, type TrainingVersion, type TrainingVersionLine } from "../api/operations";
import { asProblem } from "../api/problem";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { useMembers } from "../inbox/people";
import { useForm } from "../lib/form";
import { Badge } from "../parts/badge";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { ConfirmDialog, Dialog } from "../parts/dialog";
import { Field, TextArea } from "../parts/field";
import { FormButtons } from "../parts/form_buttons";
import { EmptyState, ErrorState, ProblemBanner, SkeletonRows } from "../parts/states";
import { More } from "../parts/table";
import { tell } from "../parts/toast";
import { useTrainingWords } from "../words/training";
import { changesBetween } from "./training_changes";
import { type Lessons, lessonsOf } from "./training_content";
import { Differences, LessonsView } from "./training_view";

export function Versions({ now }: { now: TrainingVersion }) {
  const { t } = useTrainingWords();
  const { business_id, at } = useHere();
  const told = useTold();
  const versions = usePages(list_training_versions, { business_id, query: { limit: 20 } });
  return (
    <Card title={t("training.tab.versions")} hint={t("training.versions-hint")} isFlush>
      {versions.isPending && <SkeletonRows count={3} />}
      {versions.error && versions.rows.length === 0 ? <ErrorState error={versions.error} onRetry={versions.refetch} /> : null}
      {!versions.isPending && !versions.error && versions.rows.length === 0 && (
        <EmptyState icon={History} title={t("training.no-versions")} hint={t("training.no-versions-hint")} />
      )}
      <ul className="divide-y divide-line">
        {versions.rows.map((one) => (
          <li key={one.number} className="relative px-4 py-3 hover:bg-hover/60 sm:px-5">
            <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <Link href={`${at("training")}?tab=versions&version=${one.id}`} className="rounded font-medium after:absolute after:inset-0 hover:text-brand">
                {t("training.version", { number: one.number })}
              </Link>
              {one.number === now.number && <Badge tone="good">{t("training.now")}</Badge>}
              {one.restored_from !== null && <span className="text-sm text-ink-faint">{t("training.again", { number: one.restored_from })}</span>}
            </p>
            {one.note && (
              <p dir="auto" className="training-said line-clamp-2 break-words whitespace-pre-wrap text-ink-soft">
                {one.note}
              </p>
            )}
            <p className="text-sm text-ink-faint">{told(one)}</p>
          </li>
        ))}
      </ul>
      <More pages={versions} />
    </Card>
  );
}

/** When, and by whom. */
function useTold(): (one: TrainingVersionLine) => string {
  const { t, date } = useTrainingWords();
  const { nameOf } = useMembers();
  return ({ published_at, published_by }) =>
    [published_at && date(published_at), published_by ? (nameOf(published_by) ?? t("author.gone")) : t("training.provisioned")].filter(Boolean).join(" · ");
}

export function Version({
  version_id,
  now,
  onPublished,
  onCopy,
}: {
  version_id: string;
  now: TrainingVersion;
  onPublished(next: TrainingVersion): void;
  onCopy(lessons: Lessons): void;
}) {
  const { t } = useTrainingWords();
  const { business_id, at, may } = useHere();
  const told = useTold();
  const found = useApi(get_training_version, { business_id, training_version_id: version_id }, { staleMs: Number.POSITIVE_INFINITY });
  const [asked, setAsked] = useState<"roll-back" | "copy" | null>(null);
  if (found.error && !found.data) return <ErrorState error={found.error} onRetry={found.refetch} />;
  if (!found.data) return <SkeletonRows count={4} />;
  const one = found.data;
  const isNow = one.number === now.number;
  const changes = changesBetween(lessonsOf(now.content), lessonsOf(one.content));
  return (
    <div className="flex flex-col gap-5">
      <Card
        title={
          <span className="flex flex-wrap items-center gap-3">
            {t("training.version", { number: one.number })}
            {isNow && <Badge tone="good">{t("training.now")}</Badge>}
          </span>
        }
        hint={[told(one), ...(one.restored_from === null ? [] : [t("training.again", { number: one.restored_from })])].join(" · ")}
        actions={
          <Link href={`${at("training")}?tab=versions`} className="rounded text-sm font-medium text-brand hover:underline">
            {t("training.all-versions")}
          </Link>
        }
      >
        {one.note && (
          <p dir="auto" className="training-said mb-4 break-words whitespace-pre-wrap">
            {one.note}
          </p>
        )}
        <div className="flex flex-wrap gap-2">
          {may(restore_training_version) && changes.length > 0 && (
            <Button icon={<RotateCcw aria-hidden className="size-4" />} onClick={() => setAsked("roll-back")}>
              {t("training.roll-back")}
            </Button>
          )}
          {may(save_training_draft) && (
            <Button icon={<Copy aria-hidden className="size-4" />} onClick={() => setAsked("copy")}>
              {t("training.to-draft")}
            </Button>
          )}
        </div>
      </Card>
      {!isNow && (
        <Card title={t("training.against")} hint={t("training.against-hint")}>
          {changes.length > 0 ? <Differences of={changes} /> : <p className="text-ink-faint">{t("training.same-as-now")}</p>}
        </Card>
      )}
      <Card title={t("training.says")}>
        <LessonsView of={lessonsOf(one.content)} />
      </Card>
      {asked === "roll-back" && <RollBack one={one} now={now} onClose={() => setAsked(null)} onPublished={onPublished} />}
      <ConfirmDialog
        isOpen={asked === "copy"}
        onClose={() => setAsked(null)}
        title={t("training.to-draft-title", { number: one.number })}
        hint={t("training.to-draft-hint")}
        action={t("training.to-draft")}
        look="primary"
        onConfirm={async () => onCopy(lessonsOf(one.content))}
      />
    </div>
  );
}

function RollBack({ one, now, onClose, onPublished }: { one: TrainingVersion; now: TrainingVersion; onClose(): void; onPublished(next: TrainingVersion): void }) {
  const { t } = useTrainingWords();
  const { business_id } = useHere();
  const { call, queries } = useServices();
  const form = useForm({ note: "" }, async ({ note }) => {
    try {
      const made = await call(restore_training_version, { business_id, training_version_id: one.id ?? "", body: { note: note.trim() } });
      tell(t("training.published", { number: made.number }));
      onPublished(made);
      onClose();
    } catch (error) {
      // Somebody was first: what is taught now is another.
      if (asProblem(error).kind === "conflict") void queries.invalidateQueries({ queryKey: ["get_training", { business_id }] });
      throw error;
    }
  });
  return (
    <Dialog isOpen onClose={onClose} title={t("training.roll-back-title", { number: one.number })} hint={t("training.roll-back-hint", { next: now.number + 1 })}>
      <form onSubmit={form.onSubmit} className="flex flex-col gap-4" noValidate>
        <ProblemBanner error={form.refusal} />
        <NoteField form={form} />
        <FormButtons onClose={onClose} isBusy={form.isBusy} action={t("training.roll-back")} />
      </form>
    </Dialog>
  );
}

export function NoteField({ form }: { form: { text(name: "note"): object; errorOf(name: "note"): string | undefined } }) {
  const { t } = useTrainingWords();
  return (
    <Field label={t("training.note")} hint={t("training.note-hint")} error={form.errorOf("note")}>
      <TextArea {...form.text("note")} maxLength={500} dir="auto" />
    </Field>
  );
}
