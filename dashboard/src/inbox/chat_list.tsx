// The left pane: chats of a folder, newest first. Thousands of them scroll because only those in sight are drawn.

import { Bot, Clock, UserRound } from "lucide-react";
import { type KeyboardEvent, memo, type ReactNode, useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import type { Conversation, Label } from "../api/operations";
import { customerName } from "../lib/customers";
import { names } from "../lib/names";
import { useNow } from "../lib/now";
import { Avatar } from "../parts/avatar";
import { ChannelMark } from "../parts/channel";
import { usePull } from "../parts/pull";
import { Spinner } from "../parts/spinner";
import { ErrorState, SkeletonRows } from "../parts/states";
import type { Pages } from "../parts/table";
import { useWords } from "../words/provider";
import { labelColours, useLabels, useMembers } from "./people";
import { beyond, useRowsInSight } from "./rows_in_sight";
import { sendWindow } from "./window";

const rowHeight = 84;

export function ChatList({ pages, chosen, linkOf, empty }: { pages: Pages<Conversation>; chosen: string | undefined; linkOf(id: string): string; empty: ReactNode }) {
  const { t } = useWords();
  const now = useNow(60_000);
  const { nameOf } = useMembers();
  const { all: labels } = useLabels();
  const scroller = useRef<HTMLDivElement>(null);
  const { rows, hasMore, isLoadingMore, loadMore } = pages;
  const { gestures, mark } = usePull(pages.refetch);
  const { first, last, onScroll, show } = useRowsInSight(scroller, rows.length + (hasMore ? 1 : 0), rowHeight);
  useEffect(() => {
    if (hasMore && !isLoadingMore && last >= rows.length - 3) loadMore();
  }, [hasMore, isLoadingMore, last, rows.length, loadMore]);

  // The chosen one comes into sight when the keyboard moves, and stays where it is otherwise.
  const seen = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (!chosen || seen.current === chosen) return;
    const index = rows.findIndex(({ id }) => id === chosen);
    if (index < 0) return;
    seen.current = chosen;
    show(index);
  }, [chosen, rows, show]);

  // For Tab the list is one stop, however long it is: the row where the keyboard was, else the chosen one, else the first to be
  // seen. Arrows go on from there.
  const [visited, setVisited] = useState<string>();
  const isDrawn = (id: string | undefined) => id !== undefined && rows.slice(first, last + 1).some((row) => row.id === id);
  const stop = [visited, chosen].find(isDrawn) ?? rows[Math.min(first === 0 ? 0 : first + beyond, rows.length - 1)]?.id;
  const placeOf = (target: EventTarget) => Number((target as Element).closest("li")?.ariaPosInSet);
  const move = (event: KeyboardEvent<HTMLUListElement>) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const next = by && event.currentTarget.querySelector<HTMLElement>(`[aria-posinset="${placeOf(event.target) + by}"] a`);
    if (!next) return;
    event.preventDefault();
    next.focus();
  };

  if (pages.isPending) return <SkeletonRows count={8} className="h-[84px]" />;
  if (pages.error && rows.length === 0) return <ErrorState error={pages.error} onRetry={pages.refetch} />;
  if (rows.length === 0 && !hasMore) return empty;
  const height = { height: (rows.length + (hasMore ? 1 : 0)) * rowHeight };
  const inSight = Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
  return (
    <div ref={scroller} onScroll={onScroll} {...gestures} className="scroll-quiet min-h-0 flex-1 overflow-y-auto overscroll-contain">
      {mark}
      <ul aria-label={t("inbox.chats")} className="relative" style={height} onKeyDown={move} onFocus={(event) => setVisited(rows[placeOf(event.target) - 1]?.id)}>
        {inSight.map((index) => {
          const chat = rows[index];
          const place = { transform: `translateY(${index * rowHeight}px)`, height: rowHeight };
          return (
            <li key={chat?.id ?? "more"} aria-setsize={hasMore ? -1 : rows.length} aria-posinset={index + 1} className="absolute inset-x-0 top-0" style={place}>
              {chat ? (
                <Row chat={chat} isChosen={chat.id === chosen} isStop={chat.id === stop} to={linkOf(chat.id)} now={now} assignee={nameOf(chat.assignee_id)} all={labels} />
              ) : (
                <div className="flex h-full items-center justify-center text-ink-faint">
                  <Spinner />
                </div>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

interface RowGiven {
  chat: Conversation;
  isChosen: boolean;
  /** Where Tab comes in. */
  isStop: boolean;
  to: string;
  now: number;
  assignee: string | null;
  /** Every label there is. */
  all: Label[];
}

const Row = memo(function Row({ chat, isChosen, isStop, to, now, assignee, all }: RowGiven) {
  const { t, short, left } = useWords();
  const labels = all.filter(({ id }) => chat.label_ids.includes(id));
  const name = customerName(t, chat.customer_name, chat.customer_id);
  const window = sendWindow(chat.channel, chat.last_customer_at, now);
  const isEnding = chat.owner === "person" && window.state === "open" && window.closesAt - now < 4 * 3_600_000;
  return (
    <Link
      href={to}
      tabIndex={isStop ? 0 : -1}
      aria-current={isChosen ? "true" : undefined}
      className={names("flex h-full gap-3 border-b border-line px-4 py-3", isChosen ? "bg-brand-soft" : "hover:bg-hover/70")}
    >
      <span className="relative h-fit">
        <Avatar name={name} id={chat.customer_id} />
        <ChannelMark channel={chat.channel} className="absolute -end-1 -bottom-1 ring-2 ring-surface" />
      </span>
      <span className="flex min-w-0 flex-1 flex-col">
        <span className="flex items-baseline gap-2">
          <bdi
            className={names(
              "min-w-0 flex-1 truncate [text-align:-webkit-match-parent] [text-align:match-parent]",
              chat.is_unread ? "font-semibold text-ink" : "font-medium text-ink",
            )}
          >
            {name}
          </bdi>
          {chat.last_message_at && (
            <span className={names("shrink-0 text-xs tabular-nums", chat.is_unread ? "font-semibold text-brand" : "text-ink-faint")}>{short(chat.last_message_at, now)}</span>
          )}
        </span>
        <span className="flex items-center gap-2">
          <bdi className={names("min-w-0 flex-1 truncate text-sm [text-align:-webkit-match-parent] [text-align:match-parent]", chat.is_unread ? "text-ink" : "text-ink-soft")}>
            {chat.preview || t("inbox.no-text")}
          </bdi>
          {chat.is_unread && <span role="img" aria-label={t("inbox.unread")} className="size-2.5 shrink-0 rounded-full bg-brand" />}
        </span>
        <span className="mt-auto flex items-center gap-1.5 overflow-hidden text-xs text-ink-faint">
          <span className={names("inline-flex shrink-0 items-center gap-1", chat.owner === "ai" ? "text-ai" : "text-ink-soft")}>
            {chat.owner === "ai" ? <Bot aria-hidden className="size-3.5" /> : <UserRound aria-hidden className="size-3.5" />}
            {chat.owner === "ai" ? t("owner.ai") : (assignee ?? t("owner.person"))}
          </span>
          {isEnding && (
            <span className="inline-flex shrink-0 items-center gap-1 rounded-full bg-warn-soft px-1.5 text-warn" title={t("window.ends")}>
              <Clock aria-hidden className="size-3" />
              {left(window.closesAt - now)}
            </span>
          )}
          {labels.slice(0, 2).map((label) => (
            <span key={label.id} className={names("max-w-24 truncate rounded-full px-1.5", labelColours[label.colour])}>
              {label.name}
            </span>
          ))}
          {labels.length > 2 && <span>+{labels.length - 2}</span>}
        </span>
      </span>
    </Link>
  );
});
