// What failed with nobody there, for admins: messages that could not be handled, and work in the background.

import { CircleCheckBig } from "lucide-react";
import { useState } from "react";
import { useChange, usePages, whole } from "../api/hooks";
import { type DeadJob, drop_dead_job, list_connections, list_dead_jobs, list_parked_deliveries, type ParkedDelivery, retry_dead_job } from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { ChannelMark } from "../parts/channel";
import { ConfirmDialog } from "../parts/dialog";
import { EmptyState } from "../parts/states";
import { type Column, DataTable } from "../parts/table";
import { tell, tellProblem } from "../parts/toast";
import { useTaskWords } from "../words/tasks";

export function ParkedDeliveries() {
  const { t, date } = useTaskWords();
  const { business_id } = useHere();
  const parked = usePages(list_parked_deliveries, { business_id, query: { limit: 50 } });
  const connections = usePages(list_connections, { business_id, query: whole });
  const columns: Array<Column<ParkedDelivery>> = [
    { name: t("parked.reason"), cell: (one) => <bdi className="break-words [text-align:-webkit-match-parent] [text-align:match-parent]">{one.reason || t("value.unknown")}</bdi> },
    {
      name: t("parked.channel"),
      cell: ({ connection_id }) => {
        const channel = connections.rows.find(({ id }) => id === connection_id);
        if (!channel) return t("value.unknown");
        return (
          <span className="flex items-center gap-2">
            <ChannelMark channel={channel.channel} />
            <bdi>{channel.name || channel.external_id}</bdi>
          </span>
        );
      },
    },
    { name: t("parked.came"), cell: (one) => date(one.accepted_at), isNumber: true, isNamed: true },
    { name: t("parked.gave-up"), cell: (one) => date(one.parked_at), isNumber: true, isWideOnly: true },
  ];
  return (
    <Card title={t("parked.title")} hint={t("parked.hint")} isFlush>
      <DataTable caption={t("parked.title")} columns={columns} pages={parked} empty={<EmptyState icon={CircleCheckBig} title={t("parked.none")} />} />
    </Card>
  );
}

export function FailedWork() {
  const { t, word, date } = useTaskWords();
  const { business_id } = useHere();
  const { call, queries } = useServices();
  const [dropped, setDropped] = useState<DeadJob | null>(null);
  const jobs = usePages(list_dead_jobs, { business_id, query: { limit: 50 } });
  const again = () => queries.invalidateQueries({ queryKey: ["list_dead_jobs", { business_id }] });
  const retry = useChange(retry_dead_job, () => tell(t("job.retried")));
  const columns: Array<Column<DeadJob>> = [
    { name: t("job.kind"), cell: (one) => word("job-kind", one.kind) },
    {
      name: t("job.error"),
      cell: ({ errors, attempts }) => (
        <>
          <bdi className="font-mono text-sm break-all">{errors.at(-1)?.code ?? t("value.unknown")}</bdi>
          <span className="block text-sm text-ink-faint">{t("job.attempts", { count: attempts })}</span>
        </>
      ),
    },
    { name: t("job.died"), cell: (one) => date(one.died_at), isNumber: true },
  ];
  const actions = (one: DeadJob) => (
    <span className="flex justify-end gap-2">
      <Button
        size="small"
        className="pointer-coarse:min-h-11"
        isBusy={retry.isPending && retry.variables.dead_job_id === one.id}
        onClick={() => retry.mutate({ business_id, dead_job_id: one.id }, { onError: tellProblem, onSettled: again })}
      >
        {t("job.retry")}
      </Button>
      <Button size="small" look="quiet" className="pointer-coarse:min-h-11" onClick={() => setDropped(one)}>
        {t("job.drop")}
      </Button>
    </span>
  );
  return (
    <Card title={t("job.title")} hint={t("job.hint")} isFlush>
      <DataTable caption={t("job.title")} columns={columns} pages={jobs} actions={actions} empty={<EmptyState icon={CircleCheckBig} title={t("job.none")} />} />
      {dropped && (
        <ConfirmDialog
          isOpen
          onClose={() => setDropped(null)}
          title={t("job.drop-title")}
          hint={t("job.drop-hint", { kind: word("job-kind", dropped.kind) })}
          action={t("job.drop")}
          onConfirm={() =>
            call(drop_dead_job, { business_id, dead_job_id: dropped.id })
              .then(() => tell(t("job.dropped")))
              .finally(again)
          }
        />
      )}
    </Card>
  );
}
