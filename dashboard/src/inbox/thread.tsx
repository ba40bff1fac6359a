// The middle pane: what was written, oldest above. It stays where it is read: at the end while one reads the end, and
// at the same message while older ones come in above.

import { AlarmClock, Bot, Check, CheckCheck, CircleAlert, CircleHelp, FileText, Image, Info, RotateCw, StickyNote, Trash2 } from "lucide-react";
import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef } from "react";
import { useChange, usePages } from "../api/hooks";
import { list_messages, list_notes, type Message, type Note, remove_note } from "../api/operations";
import { ApiProblem } from "../api/problem";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { dayOf } from "../lib/format";
import { names } from "../lib/names";
import { useNow } from "../lib/now";
import { useIsAnswering } from "../live/provider";
import { IconButton } from "../parts/button";
import { RichText } from "../parts/rich_text";
import { Spinner } from "../parts/spinner";
import { EmptyState, ErrorState, problemText, Skeleton } from "../parts/states";
import { tellProblem } from "../parts/toast";
import { useWords } from "../words/provider";
import { type Entry, entriesOf, lacksNotes } from "./entries";
import type { Waiting } from "./outbox";
import { useOutbox, useWaiting } from "./outbox_provider";
import { useMembers } from "./people";

/** Pixels within which one counts as reading the end. */
const nearEnd = 80;

interface ThreadGiven {
  conversation_id: string;
  /** Up to when the customer has read. */
  readAt: string | null;
  onNewest(message_id: string): void;
}

export function Thread({ conversation_id, readAt, onNewest }: ThreadGiven) {
  const { t, zone, date } = useWords();
  const { business_id, me } = useHere();
  const { nameOf } = useMembers();
  const messages = usePages(list_messages, { business_id, conversation_id, query: { limit: 50 } });
  const notes = usePages(list_notes, { business_id, conversation_id, query: { limit: 100 } });
  const waiting = useWaiting(conversation_id);
  const isAnswering = useIsAnswering(conversation_id);
  const scroller = useRef<HTMLDivElement>(null);

  const read = { rows: messages.rows, hasMore: messages.hasMore };
  const noted = { rows: notes.rows, hasMore: notes.hasMore };
  // biome-ignore lint/correctness/useExhaustiveDependencies: those are what they are made of.
  const entries = useMemo(() => entriesOf(read, noted), [messages.rows, messages.hasMore, notes.rows]);
  // Asked for once for each page of either: what could not be had is asked for again with the next one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: not with every drawing.
  useEffect(() => {
    if (!messages.isPending && lacksNotes(read, noted)) notes.loadMore();
  }, [messages.isPending, messages.rows.length, notes.rows.length]);

  const newest = messages.rows[0]?.id;
  useEffect(() => {
    if (newest) onNewest(newest);
  }, [newest, onNewest]);

  // What is read stays where it is, whatever comes in above or settles its height when it comes into sight: the first row in
  // sight is put back to where it was. Who reads the end stays at the end.
  const content = useRef<HTMLDivElement>(null);
  const fromEnd = useRef(0);
  const held = useRef<{ row: Element; top: number } | null>(null);
  const place = useCallback(() => {
    const [pane, inner] = [scroller.current, content.current];
    if (!pane || !inner) return;
    fromEnd.current = pane.scrollHeight - pane.scrollTop - pane.clientHeight;
    const row = firstBelow(inner.children, pane.getBoundingClientRect().top);
    held.current = row ? { row, top: row.getBoundingClientRect().top } : null;
  }, []);
  const hold = useCallback(() => {
    const pane = scroller.current;
    if (!pane) return;
    if (fromEnd.current < nearEnd) {
      pane.scrollTop = pane.scrollHeight;
      return;
    }
    if (held.current?.row.isConnected) pane.scrollTop += held.current.row.getBoundingClientRect().top - held.current.top;
    place();
  }, [place]);
  const isThere = !messages.isPending;
  useEffect(() => {
    const [pane, inner] = [scroller.current, content.current];
    if (!isThere || !pane || !inner) return;
    const watcher = new ResizeObserver(hold);
    watcher.observe(inner);
    watcher.observe(pane);
    return () => watcher.disconnect();
  }, [isThere, hold]);
  const rows = `${entries[0]?.id}/${entries.at(-1)?.id}/${entries.length}/${waiting.length}/${isAnswering}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever rows came or went.
  useLayoutEffect(hold, [rows, hold]);

  const onScroll = () => {
    place();
    const pane = scroller.current;
    if (pane && pane.scrollTop < 400 && messages.hasMore && !messages.isLoadingMore) messages.loadMore();
  };

  if (messages.isPending) return <ThreadSkeleton />;
  if (messages.error && entries.length === 0) return <ErrorState error={messages.error} onRetry={messages.refetch} />;
  let day = "";
  return (
    <div
      ref={scroller}
      onScroll={onScroll}
      role="log"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is read on by the keys that scroll.
      tabIndex={0}
      aria-label={t("thread.label")}
      className="scroll-quiet flex min-h-0 flex-1 flex-col overflow-y-auto overscroll-contain px-4 py-4 sm:px-6 -outline-offset-2! [overflow-anchor:none]"
    >
      <div className="mt-auto flex h-8 shrink-0 items-center justify-center text-ink-faint">{messages.isLoadingMore && <Spinner />}</div>
      <div ref={content} className="flex flex-col">
        {entries.length === 0 && waiting.length === 0 && <EmptyState title={t("thread.empty")} />}
        {entries.map((entry, index) => {
          const own = dayOf(entry.at, zone);
          const isNewDay = own !== day;
          day = own;
          const previous = entries[index - 1];
          const isGroup = !isNewDay && previous !== undefined && groupOf(previous) === groupOf(entry) && Date.parse(entry.at) - Date.parse(previous.at) < 5 * 60_000;
          return (
            <div key={entry.id} className="[content-visibility:auto] [contain-intrinsic-size:auto_3.5rem]">
              {isNewDay && <p className="my-4 text-center text-xs font-medium text-ink-faint">{date(entry.at, "day")}</p>}
              {entry.kind === "message" ? (
                <Bubble
                  message={entry.message}
                  isGroup={isGroup}
                  isOwn={entry.message.author_id === me.id}
                  isRead={readAt !== null && entry.at <= readAt}
                  author={nameOf(entry.message.author_id)}
                />
              ) : (
                <NoteBubble note={entry.note} />
              )}
            </div>
          );
        })}
        {waiting.map((one) => (
          <WaitingBubble key={one.key} one={one} />
        ))}
        {isAnswering && (
          <div role="status" className="mt-3 flex items-center gap-2 self-end text-sm text-ai">
            <Bot aria-hidden className="size-4" />
            {t("thread.answering")}
            <span aria-hidden className="flex gap-1">
              {["", "[animation-delay:0.15s]", "[animation-delay:0.3s]"].map((delay) => (
                <span key={delay} className={names("size-1.5 animate-[bounce-dot_1.2s_infinite] rounded-full bg-ai", delay)} />
              ))}
            </span>
          </div>
        )}
      </div>
    </div>
  );
}

/** Of rows from top to bottom. */
function firstBelow(rows: HTMLCollection, top: number): Element | undefined {
  let [from, to] = [0, rows.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((rows[middle]?.getBoundingClientRect().top ?? 0) < top) from = middle + 1;
    else to = middle;
  }
  return rows[from] ?? rows[rows.length - 1];
}

const groupOf = (entry: Entry) => (entry.kind === "note" ? `note ${entry.id}` : `${entry.message.origin} ${entry.message.author_id}`);

interface BubbleGiven {
  message: Message;
  isGroup: boolean;
  isOwn: boolean;
  isRead: boolean;
  author: string | null;
}

const Bubble = memo(function Bubble({ message, isGroup, isOwn, isRead, author }: BubbleGiven) {
  const { t, date } = useWords();
  const isIn = message.direction === "in";
  const who =
    message.origin === "person"
      ? isOwn
        ? t("author.me")
        : (author ?? t("author.app"))
      : message.origin === "ai"
        ? t("author.ai")
        : message.origin === "system"
          ? t("author.system")
          : null;
  const isLost = message.state === "overtaken" || message.state === "unsent";
  return (
    <div className={names("flex flex-col", isIn ? "items-start" : "items-end", isGroup ? "mt-1" : "mt-4")}>
      {!isGroup && who && (
        <p className={names("mb-1 flex items-center gap-1.5 text-xs font-medium", message.origin === "ai" ? "text-ai" : "text-ink-soft")}>
          {message.origin === "ai" && <Bot aria-hidden className="size-3.5" />}
          {who}
        </p>
      )}
      <div
        className={names(
          "max-w-[min(34rem,86%)] rounded-2xl px-3.5 py-2 text-base leading-relaxed",
          isIn
            ? "rounded-es-md bg-bubble-in"
            : message.origin === "ai"
              ? "rounded-ee-md bg-ai-soft"
              : message.origin === "system"
                ? "rounded-ee-md border border-line bg-surface"
                : "rounded-ee-md bg-bubble-out",
          isLost && "opacity-60",
        )}
      >
        {message.attachments.map((one, index) => (
          <AttachmentLine key={`${one.url}${index}`} one={one} />
        ))}
        {message.text ? (
          <RichText text={message.text} />
        ) : (
          message.attachments.length === 0 && <span className="text-ink-faint italic">{t(message.state === "unsent" ? "message.unsent" : "message.no-text")}</span>
        )}
      </div>
      <p className="mt-0.5 flex items-center gap-1.5 text-xs text-ink-faint">
        <time dateTime={message.at}>{date(message.at, "time")}</time>
        {!isIn && <MessageState state={message.state === "delivered" && isRead ? "read" : message.state} />}
      </p>
      {(message.state === "dead" || message.state === "unconfirmed") && (
        <p className="max-w-[min(34rem,86%)] text-end text-xs text-pretty text-ink-soft">{t(`message.${message.state}-hint`)}</p>
      )}
    </div>
  );
});

function MessageState({ state }: { state: Message["state"] | "read" }) {
  const { word } = useWords();
  const label = word("message-state", state);
  const icon = "size-3.5";
  switch (state) {
    case "read":
      return <CheckCheck role="img" aria-label={label} strokeWidth={3} className={names(icon, "text-brand")} />;
    case "delivered":
      return <CheckCheck role="img" aria-label={label} className={icon} />;
    case "ready":
    case "sending":
      return <Check role="img" aria-label={label} className={icon} />;
    case "backoff":
    case "unknown":
      return (
        <span className="inline-flex items-center gap-1">
          <AlarmClock aria-hidden className={icon} />
          {label}
        </span>
      );
    case "dead":
    case "unconfirmed":
      return (
        <span className="inline-flex items-center gap-1 font-medium text-bad">
          <CircleAlert aria-hidden className={icon} />
          {label}
        </span>
      );
    default:
      return (
        <span className="inline-flex items-center gap-1">
          <Info aria-hidden className={icon} />
          {label}
        </span>
      );
  }
}

function AttachmentLine({ one }: { one: Message["attachments"][number] }) {
  const { word } = useWords();
  const kind = word("attachment", one.type || "file");
  const isOurs = one.url.startsWith("/media/") || one.url.startsWith(`${location.origin}/media/`);
  const isLink = /^https?:\/\//.test(one.url) || isOurs;
  if (isOurs && one.type === "image") {
    return (
      <a href={one.url} target="_blank" rel="noopener noreferrer" className="mb-1 block overflow-hidden rounded-lg">
        <img src={one.url} alt={one.title || kind} loading="lazy" className="max-h-64 min-h-16 w-auto" />
      </a>
    );
  }
  const Icon = one.type === "image" ? Image : one.type === "file" || one.type === "document" ? FileText : CircleHelp;
  const line = (
    <>
      <Icon aria-hidden className="size-4 shrink-0" />
      <span className="min-w-0 truncate">{one.title || kind}</span>
    </>
  );
  const look = "mb-1 flex max-w-full items-center gap-2 rounded-lg bg-surface/70 px-2.5 py-1.5 text-sm font-medium";
  return isLink ? (
    <a href={one.url} target="_blank" rel="noopener noreferrer nofollow ugc" className={names(look, "hover:text-brand")}>
      {line}
    </a>
  ) : (
    <span className={look}>{line}</span>
  );
}

function NoteBubble({ note }: { note: Note }) {
  const { t, date } = useWords();
  const { business_id, me, may, role } = useHere();
  const { nameOf } = useMembers();
  const { queries } = useServices();
  const remove = useChange(remove_note, () => queries.invalidateQueries({ queryKey: ["list_notes", { conversation_id: note.conversation_id }] }));
  const mayRemove = may(remove_note) && (note.author_id === me.id || role === "admin" || role === "owner");
  return (
    <div className="group mt-4 flex flex-col items-end">
      <p className="mb-1 flex items-center gap-1.5 text-xs font-medium text-warn">
        <StickyNote aria-hidden className="size-3.5" />
        {t("note.by", { name: note.author_id === me.id ? t("author.me") : (nameOf(note.author_id) ?? t("author.gone")) })}
      </p>
      <div className="max-w-[min(34rem,86%)] rounded-2xl rounded-ee-md border border-warn/25 bg-bubble-note px-3.5 py-2 text-base leading-relaxed">
        <RichText text={note.text} />
      </div>
      <p className="mt-0.5 flex items-center gap-1 text-xs text-ink-faint">
        {mayRemove && (
          <IconButton
            label={t("note.remove")}
            className="size-6! opacity-0 group-hover:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100"
            onClick={() => remove.mutate({ business_id, conversation_id: note.conversation_id, note_id: note.id }, { onError: tellProblem })}
          >
            <Trash2 aria-hidden className="size-3.5" />
          </IconButton>
        )}
        <time dateTime={note.created_at}>{date(note.created_at, "time")}</time>
      </p>
    </div>
  );
}

/** Written here, and not known to be sent. */
function WaitingBubble({ one }: { one: Waiting }) {
  const words = useWords();
  const { t } = words;
  const outbox = useOutbox();
  const now = useNow(1000);
  const isRefused = one.state === "refused";
  const isLate = !isRefused && now - one.at > 4000;
  const why = isRefused ? problemText(new ApiProblem({ kind: one.kind ?? "unknown", detail: one.detail ?? "" }), words) : null;
  return (
    <div className="mt-4 flex flex-col items-end">
      <div
        className={names(
          "max-w-[min(34rem,86%)] rounded-2xl rounded-ee-md px-3.5 py-2 text-base leading-relaxed",
          isRefused ? "border border-bad/40 bg-bad-soft" : "bg-bubble-out opacity-75",
        )}
      >
        {one.text ? <RichText text={one.text} /> : <span className="italic">{t("message.attachments", { count: one.attachment_ids.length })}</span>}
      </div>
      <div className="mt-0.5 flex min-h-5 flex-wrap items-center justify-end gap-x-2 text-xs">
        {why ? (
          <>
            <span role="alert" className="font-medium text-bad">
              {why.title} {why.todo}
            </span>
            <button type="button" className="inline-flex min-h-6 items-center gap-1 rounded font-medium text-ink hover:text-brand" onClick={() => outbox.sendAgain(one.key)}>
              <RotateCw aria-hidden className="size-3" />
              {t("message.again")}
            </button>
            <button type="button" className="inline-flex min-h-6 items-center gap-1 rounded font-medium text-ink-soft hover:text-bad" onClick={() => outbox.discard(one.key)}>
              <Trash2 aria-hidden className="size-3" />
              {t("message.discard")}
            </button>
          </>
        ) : (
          <span role="status" className="inline-flex items-center gap-1.5 text-ink-faint">
            {isLate && <Spinner className="size-3" />}
            {t(isLate ? "message.waiting" : "message-state.sending")}
          </span>
        )}
      </div>
    </div>
  );
}

function ThreadSkeleton() {
  const { t } = useWords();
  const widths = ["w-56", "w-72 self-end", "w-40", "w-64 self-end", "w-48"];
  return (
    <div role="status" aria-label={t("state.loading")} className="flex flex-1 flex-col justify-end gap-4 px-6 py-6">
      {widths.map((width) => (
        <Skeleton key={width} className={names("h-11 rounded-2xl", width)} />
      ))}
    </div>
  );
}
