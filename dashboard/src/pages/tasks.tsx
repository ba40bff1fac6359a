// What waits for a person: what happened, what to do next, and where. For admins also what failed without anybody there.

import { Banknote, Cable, Check, CircleCheckBig, CreditCard, Hand, type LucideIcon, MailWarning, MessageSquare, ShoppingBag, Undo2, Webhook } from "lucide-react";
import { type ReactNode, useId, useRef } from "react";
import { Link } from "wouter";
import { type LoadedPages, useChange, usePages } from "../api/hooks";
import { finish_task, list_dead_jobs, list_parked_deliveries, list_tasks, type Task } from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { useMembers } from "../inbox/people";
import { names } from "../lib/names";
import { useNow } from "../lib/now";
import { useFilters } from "../lib/query";
import { placeOf, type TaskPlace, taskKinds } from "../lib/tasks";
import { Button, buttonClass } from "../parts/button";
import { Card } from "../parts/card";
import { Select } from "../parts/field";
import { Page } from "../parts/page";
import { EmptyState, ErrorState, SkeletonRows } from "../parts/states";
import { More } from "../parts/table";
import { TabLinks } from "../parts/tabs";
import { tell, tellProblem } from "../parts/toast";
import { useTaskWords } from "../words/tasks";
import { FailedWork, ParkedDeliveries } from "./tasks_failed";

export default function Tasks() {
  const { t } = useTaskWords();
  const { at, may } = useHere();
  const [{ tab }] = useFilters("tab");
  const tabs: Array<{ id: string; label: string; page: ReactNode }> = [
    { id: "", label: t("nav.tasks"), page: <OpenTasks /> },
    ...(may(list_parked_deliveries) ? [{ id: "parked", label: t("parked.title"), page: <ParkedDeliveries /> }] : []),
    ...(may(list_dead_jobs) ? [{ id: "work", label: t("job.title"), page: <FailedWork /> }] : []),
  ];
  const current = tabs.find(({ id }) => id === tab) ?? tabs[0];
  return (
    <Page title={t("nav.tasks")} hint={current?.id ? undefined : t("task.hint")}>
      {tabs.length > 1 && (
        <TabLinks label={t("task.tabs")} current={current?.id ?? ""} tabs={tabs.map(({ id, label }) => ({ id, label, to: id ? `${at("tasks")}?tab=${id}` : at("tasks") }))} />
      )}
      {current?.page}
    </Page>
  );
}

function OpenTasks() {
  const { t, word } = useTaskWords();
  const { business_id } = useHere();
  const [filters, setFilters] = useFilters("kind", "sort");
  const kind = taskKinds.find((one) => one === filters.kind);
  const isNewestFirst = filters.sort === "newest";
  const query = { limit: 50, ...(kind ? { kind } : {}), ...(isNewestFirst ? { sort: "newest" as const } : {}) };
  const tasks = usePages(list_tasks, { business_id, query }, { keepsOld: true });
  const now = useNow();
  const list = useRef<HTMLDivElement>(null);
  const isEmpty = !tasks.isPending && !tasks.error && tasks.rows.length === 0 && !tasks.hasMore;
  return (
    <>
      <div className="mb-4 grid gap-2 sm:grid-cols-[2fr_1fr]">
        <Select aria-label={t("task.kind")} value={kind ?? ""} onChange={(event) => setFilters({ kind: event.target.value })}>
          <option value="">{t("task.all-kinds")}</option>
          {taskKinds.map((one) => (
            <option key={one} value={one}>
              {word("task-what", one)}
            </option>
          ))}
        </Select>
        <Select aria-label={t("filter.sort")} value={isNewestFirst ? "newest" : ""} onChange={(event) => setFilters({ sort: event.target.value })}>
          <option value="">{t("sort.oldest")}</option>
          <option value="newest">{t("sort.newest")}</option>
        </Select>
      </div>
      <Card isFlush className="[&>div]:pt-0">
        {tasks.isPending && <SkeletonRows count={6} className="h-24" />}
        {tasks.error && tasks.rows.length === 0 ? <ErrorState error={tasks.error} onRetry={tasks.refetch} /> : null}
        {isEmpty && (
          <EmptyState
            icon={CircleCheckBig}
            title={t(kind ? "task.none-found" : "task.none")}
            hint={kind ? undefined : t("task.none-hint")}
            action={kind && <Button onClick={() => setFilters({ kind: undefined })}>{t("filter.clear")}</Button>}
          />
        )}
        {/* Whoever marked one as done goes on from here: its button is gone. */}
        <div ref={list} tabIndex={-1} className="focus:outline-none">
          {tasks.rows.length > 0 && (
            <ul aria-label={t("nav.tasks")} className="divide-y divide-line">
              {tasks.rows.map((one) => (
                <Row key={one.id} task={one} now={now} onDone={() => list.current?.focus()} />
              ))}
            </ul>
          )}
        </div>
        <More pages={tasks} />
      </Card>
    </>
  );
}

const icons: Record<TaskPlace, LucideIcon> = {
  chat: MessageSquare,
  connections: Cable,
  orders: ShoppingBag,
  parked: MailWarning,
  payments: Banknote,
  plan: CreditCard,
  refunds: Undo2,
  webhooks: Webhook,
};
const touched = "pointer-coarse:min-h-11";

function Row({ task, now, onDone }: { task: Task; now: number; onDone(): void }) {
  const { t, word, ago, date } = useTaskWords();
  const { business_id, at, may } = useHere();
  const finish = useFinish(onDone);
  const what = useId();
  const to = placeOf(task, may);
  const Icon = to ? icons[to.place] : Hand;
  // Some of the reasons why the AI hands a chat over have a text.
  const reason = task.kind === "handover" ? word("handover", task.reason) : task.reason;
  return (
    <li className="flex flex-wrap items-start gap-x-3 gap-y-3 px-4 py-4 sm:px-5">
      <Icon aria-hidden className="mt-0.5 size-5 shrink-0 text-ink-faint" strokeWidth={1.8} />
      <div className="min-w-0 flex-1 basis-60">
        <h2 id={what} className="text-base font-semibold text-ink">
          {word("task-what", task.kind)}
        </h2>
        <p className="mt-0.5 text-base text-pretty text-ink-soft">{word("task-todo", task.kind)}</p>
        {reason && (
          <p className="mt-1.5 text-sm break-words text-ink-faint">
            <bdi>{reason}</bdi>
          </p>
        )}
        <time dateTime={task.created_at} className="mt-1.5 block text-sm text-ink-faint">
          {ago(task.created_at, now)} · {date(task.created_at)}
        </time>
      </div>
      <div className="flex flex-wrap justify-end gap-2 max-sm:w-full">
        {to && (
          <Link href={at(to.path)} aria-describedby={what} className={names(buttonClass(), touched)}>
            {word("task-open", to.place)}
          </Link>
        )}
        {may(finish_task) && (
          <Button
            aria-describedby={what}
            className={touched}
            icon={<Check aria-hidden className="size-4" />}
            isBusy={finish.isPending}
            onClick={() => finish.mutate({ business_id, task_id: task.id }, { onError: tellProblem })}
          >
            {t("task.done")}
          </Button>
        )}
      </div>
    </li>
  );
}

/** Nothing on the stream tells that somebody else has done one: who comes second is told here. */
function useFinish(onDone: () => void) {
  const { t, ago } = useTaskWords();
  const { business_id, me } = useHere();
  const { queries } = useServices();
  const { nameOf } = useMembers();
  const lists = { queryKey: ["list_tasks", { business_id }] };
  return useChange(finish_task, (task) => {
    const without = (pages: LoadedPages<Task> | undefined) =>
      pages?.pages && { ...pages, pages: pages.pages.map((page) => ({ ...page, items: page.items.filter(({ id }) => id !== task.id) })) };
    queries.setQueriesData<LoadedPages<Task>>(lists, without);
    void queries.invalidateQueries(lists);
    if (task.done_by === me.id) tell(t("task.is-done"));
    else if (!task.done_by) tell(t("task.done-meanwhile"));
    else tell(t("task.done-by", { name: nameOf(task.done_by) ?? t("author.gone"), when: ago(task.done_at ?? Date.now(), Date.now()) }));
    onDone();
  });
}
