// A form over a state that others may change meanwhile: what is sent names the state that the edits began from, and
// somebody else's change is told beside what was typed.

import { useState } from "react";
import { useApi } from "../api/hooks";
import { list_activity } from "../api/operations";
import { asProblem } from "../api/problem";
import { useHere } from "../app/business";
import { useForm } from "../lib/form";
import { Button } from "../parts/button";
import { Banner, ProblemBanner } from "../parts/states";
import { useWords } from "../words/provider";
import { authorOf, differing, type Fields, rebased, saveFrom, type Versioned } from "./edits";

interface Edited<S, F> {
  /** As it is known now: until something is typed the form follows it. */
  state: S;
  fieldsOf(state: S): F;
  /** Sends the fields with the version of `base`. */
  save(fields: F, base: S): Promise<S>;
  reread(): Promise<S>;
  /** What was saved or read again, for whoever shows it, too. */
  keep(state: S): unknown;
}

export function useEdits<S extends Versioned, F extends Fields>({ state, fieldsOf, save, reread, keep }: Edited<S, F>) {
  const [base, setBase] = useState(state);
  const [newer, setNewer] = useState<S | null>(null);
  const begin = (from: S, fields: F) => {
    setBase(from);
    setNewer(null);
    form.setFields(fields);
  };
  const form = useForm(fieldsOf(state), async (fields) => {
    const isStale = (error: unknown) => asProblem(error).kind === "stale";
    const again = async () => {
      const now = await reread();
      keep(now);
      return now;
    };
    const saved = await saveFrom<S, F>(base, { fieldsOf, save: (from) => save(fields, from), reread: again, isStale, meanwhile: setNewer });
    keep(saved);
    begin(saved, fieldsOf(saved));
  });
  if (state.version > base.version && newer === null && differing(fieldsOf(base), form.fields).length === 0) begin(state, fieldsOf(state));
  const isStale = form.problem?.kind === "stale";
  return {
    ...form,
    refusal: isStale ? null : form.refusal,
    meanwhile: newer && {
      newer,
      fields: fieldsOf(newer),
      names: differing(fieldsOf(base), fieldsOf(newer)),
      /** Drops what was typed. */
      take: () => begin(newer, fieldsOf(newer)),
      /** What was typed is on top of it, and can be saved. */
      keep: () => begin(newer, rebased(fieldsOf(base), form.fields, fieldsOf(newer))),
    },
  };
}

/** Above the form: why it was refused, or what somebody else made of it and what to do about that. */
export function EditsBanner<S extends Versioned>({
  edits: { meanwhile, refusal },
  subject_id,
  labels,
  shown = (_, value) => (typeof value === "string" ? value : ""),
}: {
  edits: Pick<ReturnType<typeof useEdits<S, Fields>>, "meanwhile" | "refusal">;
  /** As the activity log names it. */
  subject_id: string;
  labels: Record<string, string>;
  /** What a field is now, in words; empty: that it changed is all that is said. */
  shown?(name: string, value: unknown): string;
}) {
  const { t } = useWords();
  const { business_id, may } = useHere();
  const log = useApi(list_activity, { business_id, query: { subject_id, limit: 10 } }, { isOn: meanwhile !== null && may(list_activity), staleMs: 0 });
  if (!meanwhile) return <ProblemBanner error={refusal} />;
  const state = meanwhile.newer as unknown as Fields;
  const who = authorOf(log.data?.items ?? [], Object.fromEntries(meanwhile.names.map((name) => [name, state[name]])));
  return (
    <Banner
      tone="warn"
      action={
        <span className="flex flex-wrap gap-2">
          <Button size="small" onClick={meanwhile.take}>
            {t("meanwhile.take")}
          </Button>
          <Button size="small" onClick={meanwhile.keep}>
            {t("meanwhile.keep")}
          </Button>
        </span>
      }
    >
      <strong className="font-semibold">{who ? t("meanwhile.by", { name: who }) : t("problem.stale")}</strong>
      {meanwhile.names.map((name) => (
        <span key={name} className="block break-words">
          {labels[name] ?? name} <bdi className="font-semibold">{shown(name, meanwhile.fields[name])}</bdi>
        </span>
      ))}
      <span className="block">{t("meanwhile.kept")}</span>
    </Banner>
  );
}
