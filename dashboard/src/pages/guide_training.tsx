// The smallest lesson: a tone and a few facts, on top of whatever the draft says already.

import { type ReactNode, useMemo } from "react";
import { Link } from "wouter";
import { useApi } from "../api/hooks";
import { get_training, get_training_draft, publish_training_draft, save_training_draft, type TrainingDraft, type TrainingVersion } from "../api/operations";
import { ApiProblem, asProblem } from "../api/problem";
import { useHere } from "../app/business";
import { linkClass } from "../app/door";
import { useServices } from "../app/services";
import { useForm } from "../lib/form";
import { Button } from "../parts/button";
import { Field, TextArea } from "../parts/field";
import { Banner, ErrorState, ProblemBanner, SkeletonRows } from "../parts/states";
import { useGuideWords } from "../words/guide";
import { useTrainingWords } from "../words/training";
import { GuideButtons } from "./guide_buttons";
import { changesBetween } from "./training_changes";
import { cleaned, type Lessons, lessonsOf, misfitsOf, trainingOf } from "./training_content";
import { misfitText } from "./training_editor";

export default function GuideTraining({ goOn, onDone }: { goOn: ReactNode; onDone(): void }) {
  const { t } = useGuideWords();
  const { business_id, at } = useHere();
  const draft = useApi(get_training_draft, { business_id }, { staleMs: 0 });
  const published = useApi(get_training, { business_id });
  const failed = [draft, published].find(({ error, data }) => error && !data);
  if (failed) return <ErrorState error={failed.error} onRetry={() => void Promise.all([draft.refetch(), published.refetch()])} />;
  if (!draft.data || !published.data) return <SkeletonRows count={2} />;
  if (published.data.number === 0) return <Teach draft={draft.data} published={published.data} onDone={onDone} />;
  return (
    <>
      <p>{t("guide-training.there", { number: published.data.number })}</p>
      <GuideButtons goOn={goOn}>
        <Link href={at("training")} className={linkClass}>
          {t("guide-training.more")}
        </Link>
      </GuideButtons>
    </>
  );
}

/** What of the draft is not written here. */
const isElsewhere = ({ part }: { part: keyof Lessons }) => part !== "tone" && part !== "facts";

function Teach({ draft, published, onDone }: { draft: TrainingDraft; published: TrainingVersion; onDone(): void }) {
  const { t } = useGuideWords();
  const training = useTrainingWords();
  const { business_id, at } = useHere();
  const { call, queries } = useServices();
  const was = useMemo(() => lessonsOf(draft.content), [draft]);
  const now = useMemo(() => lessonsOf(published.content), [published]);
  const others = changesBetween(now, was).filter(isElsewhere);
  // An untouched tone is the draft's, whoever changes it meanwhile; facts are added to those that are there.
  const typed = ({ tone, facts }: { tone: string | null; facts: string }): Lessons => cleaned({ ...was, tone: tone ?? was.tone, facts: [...was.facts, ...facts.split("\n")] });
  const form = useForm<{ tone: string | null; facts: string }>({ tone: null, facts: "" }, async (fields) => {
    const lessons = typed(fields);
    const misfits = Object.entries(misfitsOf(lessons)).map(([path, misfit]) => [path.replace(/^\/facts\/\d+$/, "/facts"), misfitText(training, misfit)]);
    if (misfits.length > 0) throw new ApiProblem({ kind: "invalid-fields", fields: Object.fromEntries(misfits) });
    try {
      let { version } = draft;
      if (changesBetween(was, lessons).length > 0) {
        const saved = await call(save_training_draft, { business_id, version, body: trainingOf(lessons) });
        queries.setQueryData(["get_training_draft", { business_id }], saved);
        // It is in the draft: should publishing be refused, it is not added once more.
        form.setFields({ tone: null, facts: "" });
        version = saved.version;
      }
      const made = await call(publish_training_draft, { business_id, version, body: { note: "" } });
      queries.setQueryData(["get_training", { business_id }], made);
    } catch (error) {
      // Somebody else saved or published: the next try goes on from there.
      if (["stale", "conflict"].includes(asProblem(error).kind))
        for (const name of ["get_training_draft", "get_training"]) void queries.invalidateQueries({ queryKey: [name, { business_id }] });
      throw error;
    }
    for (const name of ["get_training_draft", "list_training_versions"]) void queries.invalidateQueries({ queryKey: [name, { business_id }] });
    onDone();
  });
  const isNothing = changesBetween(now, typed(form.fields)).length === 0;
  // The server names one fact; here they share a field.
  const errors = form.problem?.fields ?? {};
  const factError = Object.entries(errors).find(([field]) => field.startsWith("/facts"))?.[1];
  return (
    <form onSubmit={form.onSubmit} noValidate className="flex flex-col gap-4">
      <p>{t("guide-training.hint")}</p>
      {!errors["/tone"] && !factError && <ProblemBanner error={form.problem} />}
      {others.length > 0 && (
        <Banner
          tone="info"
          action={
            <Link href={`${at("training")}?tab=changes`} className={linkClass}>
              {t("guide-training.look")}
            </Link>
          }
        >
          {t("guide-training.others")}
        </Banner>
      )}
      <Field label={training.t("training.part.tone")} hint={training.t("training.about.tone")} error={errors["/tone"]}>
        <TextArea
          value={form.fields.tone ?? was.tone}
          dir={(form.fields.tone ?? was.tone) ? "auto" : undefined}
          rows={2}
          placeholder={t("guide-training.tone-example")}
          onChange={(event) => form.set("tone", event.target.value)}
        />
      </Field>
      {was.facts.length > 0 && (
        <div>
          <h3 className="mb-1 text-sm font-medium">{t("guide-training.known")}</h3>
          <ul className="list-disc ps-5 text-ink-soft">
            {was.facts.map((fact) => (
              <li key={fact} dir="auto" className="break-words">
                {fact}
              </li>
            ))}
          </ul>
        </div>
      )}
      <Field label={t(was.facts.length > 0 ? "guide-training.more-facts" : "guide-training.facts")} hint={training.t("training.about.facts")} error={factError}>
        <TextArea {...form.text("facts")} dir={form.fields.facts ? "auto" : undefined} rows={3} placeholder={t("guide-training.facts-example")} />
      </Field>
      <GuideButtons
        goOn={
          <Button type="submit" look="primary" isBusy={form.isBusy} disabled={isNothing}>
            {t("guide-training.publish")}
          </Button>
        }
      />
    </form>
  );
}
