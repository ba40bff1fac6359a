import { AtSign } from "lucide-react";
import { Link } from "wouter";
import { usePages } from "../api/hooks";
import { list_mentions } from "../api/operations";
import { useHere } from "../app/business";
import { names } from "../lib/names";
import { useNow } from "../lib/now";
import { EmptyState, ErrorState, SkeletonRows } from "../parts/states";
import { More } from "../parts/table";
import { useWords } from "../words/provider";
import { useMembers } from "./people";

export function Mentions({ chosen, linkOf }: { chosen: string | undefined; linkOf(id: string): string }) {
  const { t, short } = useWords();
  const { business_id } = useHere();
  const { nameOf } = useMembers();
  const now = useNow(60_000);
  const notes = usePages(list_mentions, { business_id, query: { limit: 30 } });
  if (notes.isPending) return <SkeletonRows count={6} />;
  if (notes.error && notes.rows.length === 0) return <ErrorState error={notes.error} onRetry={notes.refetch} />;
  if (notes.rows.length === 0) return <EmptyState icon={AtSign} title={t("folder.mentions.empty")} hint={t("folder.mentions.hint")} />;
  return (
    <div className="scroll-quiet min-h-0 flex-1 overflow-y-auto">
      {notes.rows.map((note) => (
        <Link
          key={note.id}
          href={linkOf(note.conversation_id)}
          className={names("block border-b border-line px-4 py-3", note.conversation_id === chosen ? "bg-brand-soft" : "hover:bg-hover/70")}
        >
          <span className="flex items-baseline justify-between gap-3">
            <span className="truncate font-medium">{nameOf(note.author_id) ?? t("author.gone")}</span>
            <span className="shrink-0 text-xs text-ink-faint">{short(note.created_at, now)}</span>
          </span>
          <bdi className="line-clamp-2 text-base text-ink-soft">{note.text}</bdi>
        </Link>
      ))}
      <More pages={notes} />
    </div>
  );
}
