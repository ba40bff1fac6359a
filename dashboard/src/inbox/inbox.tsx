// Three panes on a desk; one at a time on a phone.

import { MessagesSquare } from "lucide-react";
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { usePages } from "../api/hooks";
import { list_conversations } from "../api/operations";
import { useHere } from "../app/business";
import { Waiting } from "../app/waiting";
import { useKeys } from "../lib/keys";
import { names } from "../lib/names";
import { useFilters } from "../lib/query";
import { Select } from "../parts/field";
import { useTitle } from "../parts/page";
import { SearchInput } from "../parts/search_input";
import { EmptyState } from "../parts/states";
import { useWords } from "../words/provider";
import { ChatList } from "./chat_list";
import type { ConversationFilter } from "./filter";
import { folderOf, folders } from "./folders";
import { Found } from "./found";
import { Mentions } from "./mentions";
import { useLabels } from "./people";
import { ShortcutsDialog } from "./shortcuts";

const readOpenChat = () => import("./open_chat");
const OpenChat = lazy(readOpenChat);

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

  // The first chat then opens without a wait, and without a network.
  useEffect(() => void readOpenChat().catch(() => {}), []);

  return (
    <div className="flex min-h-0 flex-1 lg:h-dvh lg:flex-none">
      <section
        aria-label={t("nav.inbox")}
        className={names("flex w-full min-w-0 flex-col border-e border-line bg-surface lg:w-88 lg:shrink-0", conversation_id ? "max-lg:hidden" : "max-lg:h-[calc(100dvh-3.5rem)]")}
      >
        <div className="flex flex-col gap-2.5 border-b border-line px-3 pt-3 pb-2.5">
          {!conversation_id && <ListTitle />}
          <div className="flex gap-2" data-inbox-search>
            <SearchInput label={t("inbox.search")} value={filters.search ?? ""} onSearch={(text) => setFilters({ search: text })} />
          </div>
          <nav aria-label={t("inbox.folders")} className="scroll-quiet -mx-3 flex gap-0.5 overflow-x-auto px-3 [scrollbar-width:none]">
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
          <Found words={filters.search} chosen={conversation_id} linkOf={linkOf} />
        ) : folder.id === "mentions" ? (
          <Mentions chosen={conversation_id} linkOf={linkOf} />
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
        <Suspense fallback={<Waiting />}>
          <OpenChat key={conversation_id} conversation_id={conversation_id} back={`${at("inbox")}${search ? `?${search}` : ""}`} />
        </Suspense>
      ) : (
        <div className="hidden flex-1 items-center justify-center lg:flex">
          <EmptyState icon={MessagesSquare} title={t("inbox.choose")} hint={t("inbox.choose-hint")} />
        </div>
      )}
      <ShortcutsDialog isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />
    </div>
  );
}

function ListTitle() {
  const { t } = useWords();
  useTitle(t("nav.inbox"));
  return <h1 className="sr-only">{t("nav.inbox")}</h1>;
}
