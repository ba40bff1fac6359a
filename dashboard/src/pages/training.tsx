// Where the shop teaches its AI: one draft that the team edits and tries, and the versions that were published of it.

import { type Dispatch, type FormEvent, type SetStateAction, useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import { useApi } from "../api/hooks";
import { get_training, get_training_draft, publish_training_draft, save_training_draft, type TrainingDraft, type TrainingVersion, try_training_draft } from "../api/operations";
import { ApiProblem, asProblem } from "../api/problem";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { Waiting } from "../app/waiting";
import { useMembers } from "../inbox/people";
import { useForm } from "../lib/form";
import { useFilters } from "../lib/query";
import { Badge } from "../parts/badge";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { ConfirmDialog, Dialog } from "../parts/dialog";
import { FormButtons } from "../parts/form_buttons";
import { Meter } from "../parts/meter";
import { Page } from "../parts/page";
import { Banner, ErrorState, ProblemBanner } from "../parts/states";
import { TabLinks } from "../parts/tabs";
import { tell } from "../parts/toast";
import { useTrainingWords } from "../words/training";
import { differing } from "./edits";
import { useEdits } from "./meanwhile";
import { Playground, type Trial } from "./playground";
import { changesBetween, type PartChanges } from "./training_changes";
import { cleaned, type Lessons, lessonsOf, merged, misfitsOf, mostTokens, tokensOf, trainingOf, at as valueAt } from "./training_content";
import { LessonsEditor, misfitText } from "./training_editor";
import { Leaving } from "./training_leaving";
import "./training.css";
import { NoteField, Version, Versions } from "./training_versions";
import { Differences, LessonsView } from "./training_view";

export default function Training() {
  const { t } = useTrainingWords();
  const { business_id } = useHere();
  const draft = useApi(get_training_draft, { business_id }, { staleMs: 0 });
  const published = useApi(get_training, { business_id }, { staleMs: 0 });
  const [trials, setTrials] = useState<Trial[]>([]);
  // Another one begins from the draft as it is by now.
  const [round, setRound] = useState(0);
  const failed = [draft, published].find(({ error, data }) => error && !data);
  if (draft.data && published.data)
    return <Workshop key={round} draft={draft.data} published={published.data} trials={trials} setTrials={setTrials} onUndo={() => setRound(round + 1)} />;
  if (!failed) return <Waiting />;
  return (
    <Page title={t("nav.training")} isNarrow>
      <ErrorState error={failed.error} onRetry={() => void Promise.all([draft.refetch(), published.refetch()])} />
    </Page>
  );
}

function Workshop({
  draft,
  published,
  trials,
  setTrials,
  onUndo,
}: {
  draft: TrainingDraft;
  published: TrainingVersion;
  trials: Trial[];
  setTrials: Dispatch<SetStateAction<Trial[]>>;
  onUndo(): void;
}) {
  const words = useTrainingWords();
  const { t } = words;
  const { business_id, at, may } = useHere();
  const { call, queries } = useServices();
  const [, go] = useLocation();
  const [{ tab = "draft", version }] = useFilters("tab", "version");
  const [isPublishing, setPublishing] = useState(false);
  const mayEdit = may(save_training_draft);
  // Of the last try to save: what was sent, and from which state.
  const sent = useRef<{ lessons: Lessons; base: Lessons }>(null);
  const edits = useEdits<TrainingDraft, Lessons>({
    state: draft,
    fieldsOf: ({ content }) => lessonsOf(content),
    reread: () => call(get_training_draft, { business_id }),
    save: async (fields, from) => {
      const lessons = cleaned(fields);
      sent.current = { lessons, base: lessonsOf(from.content) };
      edits.setFields(lessons);
      const misfits = Object.entries(misfitsOf(lessons)).map(([path, misfit]) => [path, misfitText(words, misfit)]);
      if (misfits.length > 0) throw new ApiProblem({ kind: "invalid-fields", fields: Object.fromEntries(misfits) });
      const saved = await call(save_training_draft, { business_id, version: from.version, body: trainingOf(lessons) });
      tell(t("training.saved"));
      return saved;
    },
    keep: (now) => queries.setQueryData(["get_training_draft", { business_id }], now),
  });
  const { fields, meanwhile } = edits;
  const typed = useMemo(() => cleaned(fields), [fields]);
  const isDirty = differing<Lessons>(cleaned(lessonsOf(draft.content)), typed).length > 0;
  const changes = useMemo(() => changesBetween(lessonsOf(published.content), typed), [published, typed]);
  const refused = edits.problem?.kind === "invalid-fields" ? edits.problem.fields : {};
  const errorAt = (path: string) => (sent.current && valueAt(sent.current.lessons, path) === valueAt(fields, path) ? refused[path] : undefined);
  const show = (where: string) => go(`${at("training")}?tab=${where}`);

  // Whether the draft is saved now.
  const save = async (): Promise<boolean> => {
    if (!isDirty || (await edits.onSubmit())) return true;
    show("draft");
    return false;
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save();
  };
  const onPublished = (made: TrainingVersion) => {
    queries.setQueryData(["get_training", { business_id }], made);
    void queries.invalidateQueries({ queryKey: ["get_training_draft", { business_id }] });
    void queries.invalidateQueries({ queryKey: ["list_training_versions", { business_id }] });
  };
  const mayTry = may(try_training_draft);
  const tabs = [
    { id: "draft", label: t("training.tab.draft") },
    { id: "changes", label: t("training.tab.changes"), ...(changes.length > 0 ? { count: words.number(countOf(changes)) } : {}) },
    ...(mayTry ? [{ id: "try", label: t("training.tab.try") }] : []),
    { id: "versions", label: t("training.tab.versions") },
  ];
  const current = tabs.find(({ id }) => id === tab)?.id ?? "draft";
  // A refusal is where the person looks: at the field that it names, else above the form.
  const { problem } = edits;
  const told = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!problem || current !== "draft") return;
    const field = problem.kind === "invalid-fields" && document.querySelector<HTMLElement>("[aria-invalid=true]");
    (field || told.current)?.focus();
  }, [problem, current]);
  // Whose words stay comes before what is done about the draft.
  const bar = mayEdit && !meanwhile && current !== "versions" && (
    <Bar
      lessons={typed}
      draft={draft}
      isDirty={isDirty}
      isBusy={edits.isBusy}
      isTaught={changes.length === 0}
      onUndo={onUndo}
      onPublish={async () => (await save()) && setPublishing(true)}
    />
  );
  const isOld = draft.version > 0 && draft.based_on < published.number && changes.length > 0;
  return (
    <Page
      title={t("nav.training")}
      hint={
        <>
          {t("training.hint")}
          <span className="mt-2 flex flex-wrap gap-2">
            <Badge tone={published.number > 0 ? "good" : "neutral"}>
              {published.number > 0 ? t("training.taught-now", { number: published.number }) : t("training.nothing-taught")}
            </Badge>
            {!mayEdit && <Badge>{t("training.read-only")}</Badge>}
          </span>
        </>
      }
      isNarrow
    >
      <TabLinks label={t("nav.training")} current={current} tabs={tabs.map((one) => ({ ...one, to: `${at("training")}?tab=${one.id}` }))} />
      <form onSubmit={submit} noValidate className="flex flex-col gap-5">
        {current === "draft" && (
          <>
            {(meanwhile || problem) && (
              <div ref={told} tabIndex={-1} className="focus:outline-none">
                {meanwhile ? (
                  <Meanwhile
                    by={meanwhile.newer.edited_by}
                    changes={changesBetween(sent.current?.base ?? lessonsOf(draft.content), meanwhile.fields)}
                    onTake={meanwhile.take}
                    onKeep={() => {
                      meanwhile.keep();
                      if (sent.current) edits.setFields(merged(sent.current.base, fields, meanwhile.fields));
                    }}
                  />
                ) : problem?.kind === "invalid-fields" ? (
                  <Banner tone="bad">
                    <strong className="font-semibold">{t("problem.invalid-fields")}</strong> {errorAt("") ?? t("training.look-again")}
                  </Banner>
                ) : (
                  <ProblemBanner error={edits.refusal} />
                )}
              </div>
            )}
            {isOld && mayEdit && !meanwhile && (
              <Banner
                tone="info"
                action={
                  <Button size="small" onClick={() => show("changes")}>
                    {t("training.tab.changes")}
                  </Button>
                }
              >
                {t("training.newer")}
              </Banner>
            )}
            {mayEdit ? (
              <LessonsEditor lessons={fields} onChange={edits.set} errorAt={errorAt} />
            ) : (
              <Card title={t("training.tab.draft")}>
                <LessonsView of={lessonsOf(draft.content)} />
              </Card>
            )}
          </>
        )}
        {current === "changes" && (
          <Card title={t("training.tab.changes")} hint={t("training.changes-hint")}>
            {changes.length > 0 ? <Differences of={changes} /> : <p className="text-ink-faint">{t("training.same")}</p>}
          </Card>
        )}
        {current !== "try" && bar}
      </form>
      {current === "try" && (
        <div className="flex flex-col gap-5">
          <Playground trials={trials} setTrials={setTrials} suggestions={draft.content.faqs.slice(0, 3).map(({ question }) => question)} isDirty={isDirty} />
          <form onSubmit={submit}>{isDirty && bar}</form>
        </div>
      )}
      {current === "versions" &&
        (version ? (
          <Version
            key={version}
            version_id={version}
            now={published}
            onPublished={onPublished}
            onCopy={(lessons) => {
              edits.setFields(lessons);
              show("draft");
            }}
          />
        ) : (
          <Versions now={published} />
        ))}
      {isPublishing && <Publish draft={draft} published={published} changes={changes} onClose={() => setPublishing(false)} onPublished={onPublished} />}
      <Leaving isHeld={isDirty && mayEdit} />
    </Page>
  );
}

const countOf = (changes: PartChanges[]) => changes.reduce((sum, part) => sum + part.changes.length, 0);

/** A name or a date of another script leaves the sentence around it in its order. */
const isolated = (text: string) => `\u2068${text}\u2069`;

/** What is not saved, how much room is left, and what can be done about the draft: always at hand. */
function Bar({
  lessons,
  draft,
  isDirty,
  isBusy,
  isTaught,
  onUndo,
  onPublish,
}: {
  lessons: Lessons;
  draft: TrainingDraft;
  isDirty: boolean;
  isBusy: boolean;
  isTaught: boolean;
  onUndo(): void;
  onPublish(): unknown;
}) {
  const { t, date } = useTrainingWords();
  const { nameOf } = useMembers();
  const [isAsked, setAsked] = useState(false);
  const tokens = tokensOf(lessons);
  const share = Math.ceil((100 * tokens) / mostTokens);
  const isNearlyFull = share >= 80;
  const saved = draft.edited_at && t("training.saved-by", { at: isolated(date(draft.edited_at)), name: isolated(nameOf(draft.edited_by) ?? t("author.gone")) });
  return (
    <div className="training-bar flex flex-wrap items-center gap-x-4 gap-y-2 bg-surface px-4 py-3 shadow-floating">
      <div className="min-w-44 flex-1">
        <p className="mb-1 flex flex-wrap justify-between gap-x-4 text-sm text-ink-soft">
          <span>{t("training.room-share", { share })}</span>
          <span role="status">{isDirty ? t("training.unsaved") : isTaught ? t("training.same") : saved}</span>
        </p>
        <Meter label={t("training.room")} value={Math.min(tokens, mostTokens)} most={mostTokens} tone={tokens > mostTokens ? "bad" : isNearlyFull ? "warn" : "brand"} />
        {isNearlyFull && <p className="mt-1 text-sm text-ink-faint">{t("training.room-hint")}</p>}
      </div>
      <div className="ms-auto flex flex-wrap gap-2">
        {isDirty && (
          <>
            <Button look="quiet" onClick={() => setAsked(true)}>
              {t("training.undo")}
            </Button>
            <Button type="submit" isBusy={isBusy}>
              {t("training.save")}
            </Button>
          </>
        )}
        {!isTaught && (
          <Button look="primary" disabled={isBusy} onClick={onPublish}>
            {t("training.publish")}
          </Button>
        )}
      </div>
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setAsked(false)}
        title={t("training.undo-title")}
        hint={t("training.undo-hint")}
        action={t("training.undo")}
        onConfirm={async () => onUndo()}
      />
    </div>
  );
}

/** Somebody else saved the draft: what they made of it, and whose words stay. */
function Meanwhile({ by, changes, onTake, onKeep }: { by: string | null; changes: PartChanges[]; onTake(): void; onKeep(): void }) {
  const { t } = useTrainingWords();
  const { nameOf } = useMembers();
  const name = nameOf(by);
  return (
    <section role="alert" className="flex flex-col gap-3 rounded-lg border border-warn/40 bg-surface p-4">
      <div className="rounded-md bg-warn-soft px-3.5 py-2.5 text-warn">
        <strong className="font-semibold">{name ? t("meanwhile.by", { name: isolated(name) }) : t("problem.stale")}</strong> {t("meanwhile.kept")}
      </div>
      <Differences of={changes} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onTake}>{t("meanwhile.take")}</Button>
        <Button look="primary" onClick={onKeep}>
          {t("meanwhile.keep")}
        </Button>
      </div>
    </section>
  );
}

function Publish({
  draft,
  published,
  changes,
  onClose,
  onPublished,
}: {
  draft: TrainingDraft;
  published: TrainingVersion;
  changes: PartChanges[];
  onClose(): void;
  onPublished(made: TrainingVersion): void;
}) {
  const { t } = useTrainingWords();
  const { business_id } = useHere();
  const { call, queries } = useServices();
  const form = useForm({ note: "" }, async ({ note }) => {
    try {
      const made = await call(publish_training_draft, { business_id, version: draft.version, body: { note: note.trim() } });
      tell(t("training.published", { number: made.number }));
      onPublished(made);
      onClose();
    } catch (error) {
      // Somebody saved or published meanwhile: what would be published now is shown behind the refusal.
      if (["stale", "conflict"].includes(asProblem(error).kind))
        for (const name of ["get_training_draft", "get_training"]) void queries.invalidateQueries({ queryKey: [name, { business_id }] });
      throw error;
    }
  });
  return (
    <Dialog isOpen onClose={onClose} title={t("training.publish-title")} hint={t("training.publish-hint", { number: published.number + 1 })}>
      <form onSubmit={form.onSubmit} className="flex flex-col gap-4" noValidate>
        <ProblemBanner error={form.refusal} />
        <ul aria-label={t("training.changed")} className="flex flex-wrap gap-2">
          {changes.map((one) => (
            <li key={one.part}>
              <Badge tone="info">{`${t(`training.part.${one.part}`)}: ${t("training.change-count", { count: one.changes.length })}`}</Badge>
            </li>
          ))}
        </ul>
        <NoteField form={form} />
        <FormButtons onClose={onClose} isBusy={form.isBusy} action={t("training.publish")} />
      </form>
    </Dialog>
  );
}
