// The draft, tried on questions: the answer that a new customer would read, what the AI wants to do, and what the server
// says to that. Nothing is sent or stored.

import { Bot, Check, RotateCcw, ShieldAlert, Users, X } from "lucide-react";
import { type Dispatch, type FormEvent, type KeyboardEvent, type ReactNode, type SetStateAction, useEffect, useRef, useState } from "react";
import { useApi, whole } from "../api/hooks";
import { list_products, type TrainingTrial, try_training_draft } from "../api/operations";
import { type ApiProblem, asProblem } from "../api/problem";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { newKey } from "../lib/ids";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Field, TextArea } from "../parts/field";
import { Spinner } from "../parts/spinner";
import { Banner, EmptyState, ProblemBanner } from "../parts/states";
import { useTrainingWords } from "../words/training";
import "./training.css";

export interface Trial {
  id: string;
  question: string;
  answer: TrainingTrial | null;
  problem: ApiProblem | null;
}

const longestQuestion = 2000;

export function Playground({
  trials,
  setTrials,
  suggestions,
  isDirty,
}: {
  trials: Trial[];
  setTrials: Dispatch<SetStateAction<Trial[]>>;
  suggestions: string[];
  isDirty: boolean;
}) {
  const { t } = useTrainingWords();
  const { business_id } = useHere();
  const { call } = useServices();
  const [text, setText] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const isBusy = trials.some(({ answer, problem }) => !answer && !problem);
  const ask = async (given: string) => {
    const question = given.trim();
    if (!question || isBusy) return;
    const id = newKey();
    setTrials((before) => [...before, { id, question, answer: null, problem: null }]);
    setText("");
    field.current?.focus();
    const settle = (end: Partial<Trial>) => setTrials((before) => before.map((one) => (one.id === id ? { ...one, ...end } : one)));
    try {
      settle({ answer: await call(try_training_draft, { business_id, body: { question } }) });
    } catch (error) {
      settle({ problem: asProblem(error) });
    }
  };
  return (
    <Card
      title={t("trial.chat")}
      actions={
        trials.length > 0 &&
        !isBusy && (
          <Button size="small" look="quiet" onClick={() => setTrials([])}>
            {t("trial.clear")}
          </Button>
        )
      }
    >
      <p className="mb-5 text-ink-soft">{t("trial.hint")}</p>
      {trials.length === 0 && (
        <EmptyState
          icon={Bot}
          title={t("trial.empty")}
          hint={t("trial.empty-hint")}
          action={
            suggestions.length > 0 && (
              <span className="flex flex-wrap justify-center gap-2">
                {suggestions.map((question) => (
                  <Button key={question} size="small" className="training-suggestion max-w-full" onClick={() => ask(question)}>
                    <bdi className="min-w-0 break-words">{question}</bdi>
                  </Button>
                ))}
              </span>
            )
          }
        />
      )}
      <div role="log" aria-label={t("trial.chat")} className="flex flex-col gap-6">
        {trials.map((one, index) => (
          <div key={one.id} className="flex flex-col gap-3">
            {isOther(trials, index) && <p className="border-t border-line pt-2 text-center text-xs text-ink-faint">{t("trial.changed")}</p>}
            <Turn one={one} onAgain={isBusy ? null : () => ask(one.question)} isLast={index === trials.length - 1} />
          </div>
        ))}
      </div>
      <div className="mt-5 flex flex-col gap-3">
        {isDirty && <Banner tone="warn">{t("trial.unsaved")}</Banner>}
        <Composer text={text} onText={setText} isBusy={isBusy} field={field} onAsk={() => ask(text)} />
      </div>
    </Card>
  );
}

/** Answered by another draft than the one before. */
function isOther(trials: Trial[], index: number): boolean {
  const version = trials[index]?.answer?.draft_version;
  const before = trials.slice(0, index).findLast(({ answer }) => answer)?.answer?.draft_version;
  return version !== undefined && before !== undefined && version !== before;
}

function Composer({
  text,
  onText,
  isBusy,
  field,
  onAsk,
}: {
  text: string;
  onText(text: string): void;
  isBusy: boolean;
  field: { current: HTMLTextAreaElement | null };
  onAsk(): void;
}) {
  const { t } = useTrainingWords();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onAsk();
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    onAsk();
  };
  return (
    <form onSubmit={submit} className="flex items-end gap-2">
      <div className="min-w-0 flex-1">
        <Field label={t("trial.question")}>
          <TextArea
            ref={field}
            value={text}
            dir="auto"
            rows={1}
            maxLength={longestQuestion}
            placeholder={t("trial.placeholder")}
            onChange={(event) => onText(event.target.value)}
            onKeyDown={press}
            className="training-grows"
          />
        </Field>
      </div>
      <Button type="submit" look="primary" isBusy={isBusy} disabled={text.trim() === ""}>
        {t("trial.ask")}
      </Button>
    </form>
  );
}

function Turn({ one: { question, answer, problem }, onAgain, isLast }: { one: Trial; onAgain: (() => void) | null; isLast: boolean }) {
  const { t } = useTrainingWords();
  const end = useRef<HTMLDivElement>(null);
  const isSettled = answer !== null || problem !== null;
  useEffect(() => {
    if (isLast && isSettled) end.current?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }, [isLast, isSettled]);
  return (
    <div ref={end} className="training-turn">
      <div className="max-w-[min(34rem,86%)] rounded-2xl rounded-es-md bg-bubble-in px-3.5 py-2 leading-relaxed">
        <p className="text-xs font-medium text-ink-soft">{t("trial.you")}</p>
        <Said text={question} />
      </div>
      {!isSettled && (
        <p role="status" className="flex items-center gap-2 self-end text-sm text-ink-soft">
          <Spinner className="size-3.5" />
          {t("trial.thinking")}
        </p>
      )}
      {answer && <Answer of={answer} />}
      {problem && <ProblemBanner error={problem} />}
      {isSettled && onAgain && (
        <Button size="small" look="quiet" icon={<RotateCcw aria-hidden className="size-3.5" />} onClick={onAgain}>
          {t("trial.again")}
        </Button>
      )}
    </div>
  );
}

function Said({ text }: { text: string }) {
  return (
    <span dir="auto" className="block break-words whitespace-pre-wrap">
      {text}
    </span>
  );
}

function Answer({ of: { reply, handed_over, hand_over_reason, actions, withheld, prompt_tokens } }: { of: TrainingTrial }) {
  const { t, word } = useTrainingWords();
  return (
    <div className="training-answer">
      <div className="max-w-full rounded-2xl rounded-ee-md bg-bubble-out px-3.5 py-2 leading-relaxed">
        <p className="flex items-center gap-1.5 text-xs font-medium text-ai">
          <Bot aria-hidden className="size-3.5" />
          {t("author.ai")}
        </p>
        {reply ? <Said text={reply} /> : <p className="text-ink-soft">{t("trial.no-reply")}</p>}
      </div>
      <div className="flex w-full flex-col gap-3 rounded-lg border border-line p-3">
        {(actions.length > 0 || !handed_over) && (
          <section>
            <h3 className="mb-1 text-sm font-medium text-ink-soft">{t("trial.actions")}</h3>
            {actions.length === 0 && <p className="text-ink-soft">{t("trial.no-actions")}</p>}
            <ul className="flex flex-col gap-2">
              {actions.map((action, index) => (
                <Action key={index} of={action} />
              ))}
            </ul>
          </section>
        )}
        {handed_over && (
          <Note icon={<Users aria-hidden className="size-4 shrink-0 text-info" />} title={t("trial.handed-over")}>
            <bdi>{hand_over_reason}</bdi>
            {prompt_tokens === 0 && <span className="block">{t("trial.by-word")}</span>}
          </Note>
        )}
        {withheld.length > 0 && (
          <Note icon={<ShieldAlert aria-hidden className="size-4 shrink-0 text-warn" />} title={t("trial.withheld")}>
            {[...new Set(withheld)].map((why) => (
              <span key={why} className="block">
                {word("trial-withheld", why)}
              </span>
            ))}
          </Note>
        )}
      </div>
    </div>
  );
}

function Note({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <div className="flex gap-2">
      <span className="mt-0.5">{icon}</span>
      <div className="min-w-0">
        <p className="font-medium">{title}</p>
        <p className="text-sm break-words text-ink-soft">{children}</p>
      </div>
    </div>
  );
}

function Action({ of: { name, accepted, refusal, arguments: given } }: { of: TrainingTrial["actions"][number] }) {
  const { t, word } = useTrainingWords();
  const { items, others } = argumentsOf(given);
  return (
    <li className="flex gap-2">
      {accepted ? <Check aria-hidden className="mt-0.5 size-4 shrink-0 text-good" /> : <X aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />}
      <div className="min-w-0">
        <p className="font-medium">{word("trial-action", name)}</p>
        {items.length > 0 && <Items of={items} />}
        {others.map(([argument, value]) => (
          <p key={argument} className="text-sm break-words text-ink-soft">
            {word("trial-argument", argument)} <bdi className="text-ink">{value}</bdi>
          </p>
        ))}
        <p className={accepted ? "text-sm text-good" : "text-sm text-bad"}>{accepted ? t("trial.accepted") : `${t("trial.refused")}: ${word("trial-refusal", refusal)}`}</p>
      </div>
    </li>
  );
}

interface Item {
  sku: string;
  quantity: number;
}

/** As JSON has them: the articles, and whatever else was said. */
function argumentsOf(json: string): { items: Item[]; others: Array<[string, string]> } {
  const given = JSON.parse(json) as Record<string, unknown> & { items?: Item[] };
  const { items = [], ...others } = given;
  return { items, others: Object.entries(others).flatMap(([name, value]) => (value === "" || value === null ? [] : [[name, String(value)] as [string, string]])) };
}

function Items({ of }: { of: Item[] }) {
  const { t } = useTrainingWords();
  const { business_id } = useHere();
  const products = useApi(list_products, { business_id, query: whole });
  return (
    <ul className="text-sm text-ink-soft">
      {of.map(({ sku, quantity }) => (
        <li key={sku}>
          <bdi>{t("trial.item", { count: quantity, name: products.data?.items.find((one) => one.sku === sku)?.name ?? sku })}</bdi>
        </li>
      ))}
    </ul>
  );
}
