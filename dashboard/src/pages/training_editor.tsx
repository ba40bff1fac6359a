// What the AI is taught, each part in its own form. A row that is too long says so at once; what the server refused is
// said where it stands as long as nobody changed it.

import { Plus, Trash2 } from "lucide-react";
import { type ReactNode, type RefObject, useEffect, useRef } from "react";
import { names } from "../lib/names";
import { Button, IconButton } from "../parts/button";
import { Card } from "../parts/card";
import { Field, TextArea, TextInput } from "../parts/field";
import { type TrainingWords, useTrainingWords } from "../words/training";
import { type Faq, type Lessons, type ListPart, limits, lineLimits, type Misfit, misfitOf, most, pathOf } from "./training_content";

export const misfitText = ({ t }: TrainingWords, { why, count }: Misfit): string => t(`training.misfit.${why}`, { count });

interface Given {
  lessons: Lessons;
  onChange<Part extends keyof Lessons>(part: Part, value: Lessons[Part]): void;
  /** What was refused, by the server's path. */
  errorAt(path: string): string | undefined;
}

export function LessonsEditor({ lessons, onChange, errorAt }: Given) {
  const { t } = useTrainingWords();
  return (
    <>
      <Card title={t("training.part.tone")} hint={t("training.about.tone")}>
        <Text
          label={t("training.part.tone")}
          hint={t("training.most-characters", { characters: limits.tone.characters })}
          value={lessons.tone}
          onChange={(tone) => onChange("tone", tone)}
          error={errorAt("/tone")}
          limit={limits.tone}
          className="min-h-24"
        />
      </Card>
      <Lines part="facts" value={lessons.facts} onChange={(next) => onChange("facts", next)} errorAt={errorAt} />
      <Faqs value={lessons.faqs} onChange={(next) => onChange("faqs", next)} errorAt={errorAt} />
      <Lines part="rules" value={lessons.rules} onChange={(next) => onChange("rules", next)} errorAt={errorAt} />
      <Lines part="forbidden_topics" isShort value={lessons.forbidden_topics} onChange={(next) => onChange("forbidden_topics", next)} errorAt={errorAt} />
      <Lines part="topics" isShort value={lessons.topics} onChange={(next) => onChange("topics", next)} errorAt={errorAt} />
      <Lines part="keywords" isShort value={lessons.keywords} onChange={(next) => onChange("keywords", next)} errorAt={errorAt} />
    </>
  );
}

/** A text with its limit: how much of it is used is told when it comes near. */
function Text({
  label,
  hint,
  value,
  onChange,
  error,
  limit,
  isHidden = true,
  isShort,
  onEnter,
  className,
}: {
  label: string;
  hint?: string;
  value: string;
  onChange(value: string): void;
  error: string | undefined;
  limit: { characters: number; bytes: number };
  isHidden?: boolean;
  isShort?: boolean;
  onEnter?(): void;
  className?: string;
}) {
  const words = useTrainingWords();
  const misfit = misfitOf(value, limit);
  const length = [...value].length;
  const used = length >= 0.8 * limit.characters ? words.t("plan.used-of", { used: length, allowed: limit.characters }) : hint;
  const given = { value, dir: "auto" as const, onChange: (event: { target: { value: string } }) => onChange(event.target.value) };
  return (
    <Field label={label} isLabelHidden={isHidden} hint={used} error={misfit ? misfitText(words, misfit) : error}>
      {isShort ? (
        <TextInput
          {...given}
          autoComplete="off"
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
            event.preventDefault();
            onEnter?.();
          }}
        />
      ) : (
        <TextArea {...given} rows={1} className={names("training-grows", className)} />
      )}
    </Field>
  );
}

/** Rows that come and go; the focus goes there once they are drawn. */
function useRows<One>(value: One[], onChange: (value: One[]) => void) {
  const list = useRef<HTMLUListElement>(null);
  const wanted = useRef<number | null>(null);
  useEffect(() => {
    if (wanted.current === null) return;
    const rows = list.current?.children ?? [];
    const row = rows[Math.min(wanted.current, rows.length - 1)];
    wanted.current = null;
    const next = row?.querySelector<HTMLElement>("input, textarea") ?? list.current?.parentElement?.querySelector<HTMLElement>(":scope > div > button");
    next?.focus();
  });
  const focus = (row: number) => {
    wanted.current = row;
  };
  return {
    list,
    focus,
    insert: (row: number, one: One) => {
      focus(row);
      onChange(value.toSpliced(row, 0, one));
    },
    remove: (row: number) => {
      focus(row);
      onChange(value.toSpliced(row, 1));
    },
  };
}

function Rows({
  part,
  count,
  hint,
  error,
  isShort,
  list,
  onAdd,
  children,
}: {
  part: ListPart | "faqs";
  count: number;
  hint: string;
  error: string | undefined;
  isShort?: boolean;
  list: RefObject<HTMLUListElement | null>;
  onAdd(): void;
  children: ReactNode;
}) {
  const { t } = useTrainingWords();
  return (
    <Card title={t(`training.part.${part}`)} hint={t(`training.about.${part}`)}>
      {count === 0 && <p className="mb-3 text-ink-faint">{t("training.none")}</p>}
      {error && (
        <p role="alert" className="mb-3 text-sm text-bad">
          {error}
        </p>
      )}
      <ul ref={list} className={names("mb-3", isShort ? "grid gap-x-4 gap-y-2 sm:grid-cols-2" : "flex flex-col gap-2")}>
        {children}
      </ul>
      <div className="flex items-center justify-between gap-4">
        {count < most[part] && (
          <Button size="small" icon={<Plus aria-hidden className="size-4" />} onClick={onAdd}>
            {t(`training.add.${part}`)}
          </Button>
        )}
        <span className="ms-auto text-sm text-ink-faint tabular-nums">{t("plan.used-of", { used: count, allowed: most[part] })}</span>
      </div>
      <p className="mt-3 text-sm text-ink-faint">{hint}</p>
    </Card>
  );
}

function Remove({ name, onRemove }: { name: string; onRemove(): void }) {
  const { t } = useTrainingWords();
  return (
    <IconButton label={t("action.remove-name", { name })} onClick={onRemove}>
      <Trash2 aria-hidden className="size-4" />
    </IconButton>
  );
}

function Lines({
  part,
  value,
  onChange,
  errorAt,
  isShort,
}: {
  part: ListPart;
  value: string[];
  onChange(value: string[]): void;
  errorAt(path: string): string | undefined;
  isShort?: boolean;
}) {
  const { t } = useTrainingWords();
  const rows = useRows(value, onChange);
  const limit = lineLimits[part];
  const add = (behind: number) => (value.length < most[part] ? rows.insert(behind + 1, "") : rows.focus(behind + 1));
  return (
    <Rows
      part={part}
      count={value.length}
      hint={t("training.most", { most: most[part], characters: limit.characters })}
      error={errorAt(pathOf(part))}
      isShort={isShort ?? false}
      list={rows.list}
      onAdd={() => add(value.length - 1)}
    >
      {value.map((line, index) => {
        const name = t(`training.item.${part}`, { number: index + 1 });
        return (
          <li key={index} className="flex items-start gap-1.5">
            <div className="min-w-0 flex-1">
              <Text
                label={name}
                value={line}
                onChange={(next) => onChange(value.with(index, next))}
                error={errorAt(`${pathOf(part)}/${index}`)}
                limit={limit}
                isShort={isShort ?? false}
                onEnter={() => add(index)}
              />
            </div>
            <Remove name={name} onRemove={() => rows.remove(index)} />
          </li>
        );
      })}
    </Rows>
  );
}

function Faqs({ value, onChange, errorAt }: { value: Faq[]; onChange(value: Faq[]): void; errorAt(path: string): string | undefined }) {
  const { t } = useTrainingWords();
  const rows = useRows(value, onChange);
  return (
    <Rows
      part="faqs"
      count={value.length}
      hint={t("training.most-faqs", { most: most.faqs, question: limits.question.characters, answer: limits.answer.characters })}
      error={errorAt("/faqs")}
      list={rows.list}
      onAdd={() => rows.insert(value.length, { question: "", answer: "" })}
    >
      {value.map((faq, index) => {
        const name = t("training.item.question", { number: index + 1 });
        const set = (change: Partial<Faq>) => onChange(value.with(index, { ...faq, ...change }));
        return (
          <li key={index} className="flex items-start gap-1.5 rounded-lg border border-line p-3">
            <div className="flex min-w-0 flex-1 flex-col gap-2.5">
              <Text
                label={name}
                isHidden={false}
                value={faq.question}
                onChange={(question) => set({ question })}
                error={errorAt(`/faqs/${index}/question`)}
                limit={limits.question}
              />
              <Text
                label={t("training.item.answer", { number: index + 1 })}
                isHidden={false}
                value={faq.answer}
                onChange={(answer) => set({ answer })}
                error={errorAt(`/faqs/${index}/answer`)}
                limit={limits.answer}
              />
            </div>
            <Remove name={name} onRemove={() => rows.remove(index)} />
          </li>
        );
      })}
    </Rows>
  );
}
