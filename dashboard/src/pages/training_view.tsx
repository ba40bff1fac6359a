// What is taught, to read; and what differs between two trainings.

import { Minus, Pencil, Plus } from "lucide-react";
import { Badge, type Tone } from "../parts/badge";
import { useTrainingWords } from "../words/training";
import { type Change, type PartChanges, type Piece, parts } from "./training_changes";
import type { Lessons } from "./training_content";

export function LessonsView({ of }: { of: Lessons }) {
  const { t } = useTrainingWords();
  const filled = parts.filter((part) => of[part].length > 0);
  if (filled.length === 0) return <p className="text-ink-faint">{t("training.none")}</p>;
  return (
    <div className="flex flex-col gap-5">
      {filled.map((part) => (
        <section key={part}>
          <h3 className="mb-1.5 font-semibold">{t(`training.part.${part}`)}</h3>
          {part === "tone" && <Text text={of.tone} />}
          {part === "faqs" && (
            <dl className="flex flex-col gap-2.5">
              {of.faqs.map(({ question, answer }, index) => (
                <div key={index}>
                  <dt dir="auto" className="training-said font-medium break-words">
                    {question}
                  </dt>
                  <dd>
                    <Text text={answer} />
                  </dd>
                </div>
              ))}
            </dl>
          )}
          {part !== "tone" && part !== "faqs" && (
            <ul className="training-lines flex flex-col gap-1 ps-5">
              {of[part].map((line, index) => (
                <li key={index}>
                  <Text text={line} />
                </li>
              ))}
            </ul>
          )}
        </section>
      ))}
    </div>
  );
}

function Text({ text }: { text: string }) {
  return (
    <span dir="auto" className="training-said block break-words whitespace-pre-wrap text-ink-soft">
      {text}
    </span>
  );
}

const looks = {
  added: { icon: Plus, tone: "good" },
  removed: { icon: Minus, tone: "bad" },
  changed: { icon: Pencil, tone: "info" },
} as const satisfies Record<Change["kind"], { icon: typeof Plus; tone: Tone }>;

export function Differences({ of }: { of: PartChanges[] }) {
  const { t } = useTrainingWords();
  return (
    <div className="flex flex-col gap-5">
      {of.map(({ part, changes }) => (
        <section key={part}>
          <h3 className="mb-1.5 flex flex-wrap items-baseline gap-x-2 font-semibold">
            {t(`training.part.${part}`)}
            <span className="text-sm font-normal text-ink-faint">{t("training.change-count", { count: changes.length })}</span>
          </h3>
          <ul className="divide-y divide-line rounded-lg border border-line">
            {changes.map((change, index) => (
              <Difference key={index} change={change} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function Difference({ change: { kind, question, text } }: { change: Change }) {
  const { t } = useTrainingWords();
  const { icon: Icon, tone } = looks[kind];
  return (
    <li className="training-change px-3 py-2.5">
      <span>
        <Badge tone={tone} icon={<Icon aria-hidden className="size-3" />}>
          {t(`training.change.${kind}`)}
        </Badge>
      </span>
      <div className="min-w-0">
        {question && (
          <p dir="auto" className="training-said font-medium break-words">
            <Pieces of={question} />
          </p>
        )}
        <p dir="auto" className="training-said break-words whitespace-pre-wrap">
          <Pieces of={text} />
        </p>
      </div>
    </li>
  );
}

function Pieces({ of }: { of: Piece[] }) {
  return of.map(({ kind, text }, index) => (kind === "same" ? <span key={index}>{text}</span> : kind === "added" ? <ins key={index}>{text}</ins> : <del key={index}>{text}</del>));
}
