// Three panes on a desk; one at a time on a phone.

import { MessagesSquare } from "lucide-react";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { useApi, useChange, usePages } from "../api/hooks";
import { assign_conversation, type Conversation, list_conversations, mark_conversation_read, return_conversation_to_ai, show_conversation } from "../api/operations";
import { NothingHere } from "../app/app";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { Waiting } from "../app/waiting";
import { useKeys } from "../lib/keys";
import { useMedia } from "../lib/media";
import { names } from "../lib/names";
import { useFilters } from "../lib/query";
import { placeChat } from "../live/apply";
import { Drawer } from "../parts/dialog";
import { Select } from "../parts/field";
import { useTitle } from "../parts/page";
import { SearchInput } from "../parts/search_input";
import { EmptyState, ErrorState, SkeletonRows } from "../parts/states";
import { tell, tellProblem } from "../parts/toast";
import { useWords } from "../words/provider";
import { ChatHeader, type OpenMenu } from "./chat_header";
import { ChatList } from "./chat_list";
import { Composer, type ComposerHandle } from "./composer";
import type { ConversationFilter } from "./filter";
import { folderOf, folders } from "./folders";
import { useLabels } from "./people";
import { Thread } from "./thread";

// Beside what one came for: read behind it, before the network may be gone.
const besides = {
  side: () => import("./side").then(({ Side }) => ({ default: Side })),
  found: () => import("./found").then(({ Found }) => ({ default: Found })),
  mentions: () => import("./mentions").then(({ Mentions }) => ({ default: Mentions })),
  shortcuts: () => import("./shortcuts").then(({ ShortcutsDialog }) => ({ default: ShortcutsDialog })),
};
const Side = lazy(besides.side);
const Found = lazy(besides.found);
const Mentions = lazy(besides.mentions);
const ShortcutsDialog = lazy(besides.shortcuts);

export default function Inbox({ conversation_id }: { conversation_id: string | undefined }) {
  const { t } = useWords();
  const { business_id, at } = useHere();
  const [, go] = useLocation();
  const search = useSearch();
  const [filters, setFilters] = useFilters("folder", "channel", "label", "unread", "search");
  const labels = useLabels();
  const folder = folderOf(filters.folder);
  const query = useMemo<ConversationFilter & { limit: number }>(
    () => ({
      ...folder.filter,
      limit: 30,
      ...(filters.channel ? { channel: filters.channel as ConversationFilter["channel"] & string } : {}),
      ...(filters.label ? { label: filters.label } : {}),
      ...(filters.unread ? { unread: true } : {}),
    }),
    [folder, filters.channel, filters.label, filters.unread],
  );
  const isList = !filters.search && folder.id !== "mentions";
  const chats = usePages(list_conversations, { business_id, query }, { isOn: isList });
  const linkOf = useCallback((id: string) => `${at(`inbox/${id}`)}${search ? `?${search}` : ""}`, [at, search]);
  const [isHelpOpen, setHelpOpen] = useState(false);

  const move = (by: 1 | -1) => {
    const here = chats.rows.findIndex(({ id }) => id === conversation_id);
    const next = chats.rows[here < 0 ? 0 : here + by];
    if (next) go(linkOf(next.id));
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    "?": () => setHelpOpen(true),
    "mod+/": () => setHelpOpen(true),
    Escape: () => conversation_id && go(`${at("inbox")}${search ? `?${search}` : ""}`),
    "/": () => document.querySelector<HTMLInputElement>("[data-inbox-search] input")?.focus(),
  });

  useEffect(() => {
    for (const read of Object.values(besides)) void read().catch(() => {});
  }, []);

  return (
    <div className="flex min-h-0 flex-1 lg:h-(--pane) lg:flex-none">
      <section
        aria-label={t("nav.inbox")}
        className={names(
          "flex w-full min-w-0 flex-col border-e border-line bg-surface lg:w-88 lg:shrink-0",
          conversation_id ? "max-lg:hidden" : "max-lg:h-[calc(var(--pane)-3.5rem)]",
        )}
      >
        <div className="flex flex-col gap-2.5 border-b border-line px-3 pt-3 pb-2.5">
          {!conversation_id && <ListTitle />}
          <div className="flex gap-2" data-inbox-search>
            <SearchInput label={t("inbox.search")} value={filters.search ?? ""} onSearch={(text) => setFilters({ search: text })} />
          </div>
          <nav aria-label={t("inbox.folders")} className="scroll-quiet relative -mx-3 flex gap-0.5 overflow-x-auto px-3 [scrollbar-width:none]">
            {folders.map(({ id, label, icon: Icon }) => {
              const isHere = folder.id === id && !filters.search;
              const next = new URLSearchParams(search);
              next.delete("search");
              if (id === "all") next.delete("folder");
              else next.set("folder", id);
              const to = `${at(conversation_id ? `inbox/${conversation_id}` : "inbox")}${next.size > 0 ? `?${next}` : ""}`;
              return (
                <Link
                  key={id}
                  href={to}
                  aria-current={isHere ? "true" : undefined}
                  title={t(label)}
                  className={names(
                    "inline-flex min-h-8 shrink-0 items-center gap-1.5 rounded-full px-2 text-sm font-medium pointer-coarse:min-h-10",
                    isHere ? "bg-ink text-canvas" : "text-ink-soft hover:bg-hover hover:text-ink",
                  )}
                >
                  <Icon aria-hidden className="size-4" />
                  <span className={names(!isHere && id !== "mine" && id !== "unassigned" && "sr-only")}>{t(label)}</span>
                </Link>
              );
            })}
          </nav>
          {isList && (
            <div className="flex gap-2">
              <Select
                aria-label={t("filter.channel")}
                value={filters.channel ?? ""}
                onChange={(event) => setFilters({ channel: event.target.value })}
                className="min-w-0 flex-1 [&_select]:min-h-8 [&_select]:py-1 [&_select]:text-sm"
              >
                <option value="">{t("filter.all-channels")}</option>
                {(["messenger", "instagram", "whatsapp"] as const).map((channel) => (
                  <option key={channel} value={channel}>
                    {t(`channel.${channel}`)}
                  </option>
                ))}
              </Select>
              {labels.all.length > 0 && (
                <Select
                  aria-label={t("filter.label")}
                  value={filters.label ?? ""}
                  onChange={(event) => setFilters({ label: event.target.value })}
                  className="min-w-0 flex-1 [&_select]:min-h-8 [&_select]:py-1 [&_select]:text-sm"
                >
                  <option value="">{t("filter.all-labels")}</option>
                  {labels.all.map((label) => (
                    <option key={label.id} value={label.id}>
                      {label.name}
                    </option>
                  ))}
                </Select>
              )}
              <button
                type="button"
                aria-pressed={Boolean(filters.unread)}
                onClick={() => setFilters({ unread: filters.unread ? undefined : "1" })}
                className={names(
                  "min-h-8 shrink-0 rounded-md border px-2.5 text-sm font-medium",
                  filters.unread ? "border-brand bg-brand-soft text-brand" : "border-line-strong/60 text-ink-soft hover:bg-hover",
                )}
              >
                {t("inbox.unread")}
              </button>
            </div>
          )}
        </div>
        {filters.search ? (
          <Suspense fallback={<SkeletonRows count={6} />}>
            <Found words={filters.search} chosen={conversation_id} linkOf={linkOf} />
          </Suspense>
        ) : folder.id === "mentions" ? (
          <Suspense fallback={<SkeletonRows count={6} />}>
            <Mentions chosen={conversation_id} linkOf={linkOf} />
          </Suspense>
        ) : (
          <ChatList
            pages={chats}
            chosen={conversation_id}
            linkOf={linkOf}
            empty={<EmptyState icon={folder.icon} title={t(folder.empty)} hint={folder.id === "all" ? t("inbox.empty-hint") : undefined} />}
          />
        )}
      </section>
      {conversation_id ? (
        <OpenChat key={conversation_id} conversation_id={conversation_id} back={`${at("inbox")}${search ? `?${search}` : ""}`} />
      ) : (
        <div className="hidden flex-1 items-center justify-center lg:flex">
          <EmptyState icon={MessagesSquare} title={t("inbox.choose")} hint={t("inbox.choose-hint")} />
        </div>
      )}
      {isHelpOpen && (
        <Suspense fallback={null}>
          <ShortcutsDialog isOpen onClose={() => setHelpOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}

function ListTitle() {
  const { t } = useWords();
  useTitle(t("nav.inbox"));
  return <h1 className="sr-only">{t("nav.inbox")}</h1>;
}

const sideFlag = "sellavie.side";

function OpenChat({ conversation_id, back }: { conversation_id: string; back: string }) {
  const { t } = useWords();
  const { business_id, me, may } = useHere();
  const { queries } = useServices();
  const isWide = useMedia("(min-width: 1200px)");
  const [isSideWanted, setSideWanted] = useState(() => localStorage.getItem(sideFlag) !== "0");
  const [isDrawerOpen, setDrawerOpen] = useState(false);
  const [menu, setMenu] = useState<OpenMenu>(null);
  const composer = useRef<ComposerHandle>(null);
  const found = useApi(show_conversation, { business_id, conversation_id });
  const chat = found.data;
  useTitle(chat?.customer_name ?? "");

  const keep = useCallback((next: Conversation) => placeChat(queries, business_id, next, me.id), [queries, business_id, me.id]);
  const keepOwner = useCallback(
    ({ owner, epoch, taken_by }: Pick<Conversation, "owner" | "epoch" | "taken_by">) => {
      const before = queries.getQueryData<Conversation>(["show_conversation", { business_id, conversation_id }]);
      if (before) keep({ ...before, owner, epoch, taken_by });
    },
    [queries, business_id, conversation_id, keep],
  );

  const { mutate: markRead } = useChange(mark_conversation_read, keep);
  const [newest, setNewest] = useState<string | null>(null);
  const isUnread = chat?.is_unread ?? false;
  useEffect(() => {
    if (!newest || !isUnread) return;
    const read = () => document.visibilityState === "visible" && markRead({ business_id, conversation_id, body: { message_id: newest } });
    read();
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, [newest, isUnread, business_id, conversation_id, markRead]);

  const assign = useChange(assign_conversation, keep);
  const giveBack = useChange(return_conversation_to_ai, keepOwner);
  const mayAct = may(assign_conversation);
  useKeys(
    mayAct
      ? {
          r: () => composer.current?.focus("reply"),
          n: () => composer.current?.focus("note"),
          a: () => assign.mutate({ business_id, conversation_id, body: { assignee_id: me.id } }, { onSuccess: () => tell(t("assign.done")), onError: tellProblem }),
          e: () => chat?.owner === "person" && giveBack.mutate({ business_id, conversation_id }, { onSuccess: () => tell(t("inbox.given-back")), onError: tellProblem }),
          s: () => setMenu("snooze"),
          l: () => setMenu("labels"),
        }
      : {},
  );

  if (found.error && !chat) return <div className="flex-1">{found.error.status === 404 ? <NothingHere /> : <ErrorState error={found.error} onRetry={found.refetch} />}</div>;
  const toggleSide = () => {
    if (!isWide) return setDrawerOpen(true);
    localStorage.setItem(sideFlag, isSideWanted ? "0" : "1");
    setSideWanted(!isSideWanted);
  };
  return (
    <>
      <section aria-label={t("inbox.chat")} className="flex h-(--pane) min-w-0 flex-1 flex-col bg-canvas">
        {chat ? (
          <ChatHeader chat={chat} back={back} menu={menu} onMenu={setMenu} isSideOpen={isWide && isSideWanted} onSide={toggleSide} onChat={keep} onOwner={keepOwner} />
        ) : (
          <div className="min-h-15 border-b border-line bg-surface" />
        )}
        <Thread conversation_id={conversation_id} readAt={chat?.customer_read_at ?? null} onNewest={setNewest} />
        {chat ? <Composer chat={chat} ref={composer} onOwner={keepOwner} /> : <div className="min-h-36 border-t border-line bg-surface" />}
      </section>
      {chat && isWide && isSideWanted && (
        <aside aria-label={t("inbox.side")} className="scroll-quiet w-76 shrink-0 overflow-y-auto border-s border-line bg-surface p-5 lg:h-(--pane)">
          <Suspense fallback={<Waiting />}>
            <Side chat={chat} />
          </Suspense>
        </aside>
      )}
      {chat && (
        <Drawer isOpen={isDrawerOpen && !(isWide && isSideWanted)} onClose={() => setDrawerOpen(false)} title={t("inbox.side")}>
          <Suspense fallback={<Waiting />}>
            <Side chat={chat} />
          </Suspense>
        </Drawer>
      )}
    </>
  );
}
