// What a search finds: people by how their name begins, and messages by their words.

import { SearchX } from "lucide-react";
import { Link } from "wouter";
import { useApi, usePages } from "../api/hooks";
import { list_conversations, search_messages } from "../api/operations";
import { useHere } from "../app/business";
import { customerName } from "../lib/customers";
import { names } from "../lib/names";
import { useNow } from "../lib/now";
import { Avatar } from "../parts/avatar";
import { EmptyState, ErrorState, SkeletonRows } from "../parts/states";
import { More } from "../parts/table";
import { useWords } from "../words/provider";

export function Found({ words, chosen, linkOf }: { words: string; chosen: string | undefined; linkOf(id: string): string }) {
  const { t, short } = useWords();
  const { business_id } = useHere();
  const now = useNow(60_000);
  const people = useApi(list_conversations, { business_id, query: { name: words, limit: 10 } }, { keepsOld: true });
  const hits = usePages(search_messages, { business_id, query: { words, limit: 30 } }, { keepsOld: true });
  if (people.isPending || hits.isPending) return <SkeletonRows count={6} />;
  const error = people.error ?? hits.error;
  if (error) return <ErrorState error={error} onRetry={() => void Promise.all([people.refetch(), hits.refetch()])} />;
  const chats = people.data?.items ?? [];
  if (chats.length === 0 && hits.rows.length === 0) return <EmptyState icon={SearchX} title={t("search.nothing", { words })} hint={t("search.nothing-hint")} />;
  const row = (id: string) => names("flex gap-3 border-b border-line px-4 py-2.5", id === chosen ? "bg-brand-soft" : "hover:bg-hover/70");
  return (
    <div className="scroll-quiet min-h-0 flex-1 overflow-y-auto">
      {chats.length > 0 && <h2 className="px-4 pt-3 pb-1 text-xs font-medium text-ink-faint">{t("search.people")}</h2>}
      {chats.map((chat) => (
        <Link key={chat.id} href={linkOf(chat.id)} className={row(chat.id)}>
          <Avatar name={chat.customer_name} id={chat.customer_id} />
          <span className="min-w-0 flex-1">
            <bdi className="block truncate font-medium">{customerName(t, chat.customer_name, chat.customer_id)}</bdi>
            <bdi className="block truncate text-sm text-ink-soft">{chat.preview}</bdi>
          </span>
        </Link>
      ))}
      {hits.rows.length > 0 && <h2 className="px-4 pt-3 pb-1 text-xs font-medium text-ink-faint">{t("search.messages")}</h2>}
      {hits.rows.map(({ conversation_id, message }) => (
        <Link key={message.id} href={linkOf(conversation_id)} className={row(conversation_id)}>
          <span className="min-w-0 flex-1">
            <bdi className="line-clamp-2 text-base">{message.text}</bdi>
            <span className="text-xs text-ink-faint">
              {t(message.direction === "in" ? "search.by-customer" : "search.by-us")} · {short(message.at, now)}
            </span>
          </span>
        </Link>
      ))}
      <More pages={hits} />
    </div>
  );
}
