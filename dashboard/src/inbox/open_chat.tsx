// A chat that is open: its header, what was written, where one writes, and the customer beside it. Read behind the list,
// which is seen without it.

import { useCallback, useEffect, useRef, useState } from "react";
import { useApi, useChange } from "../api/hooks";
import { assign_conversation, type Conversation, mark_conversation_read, return_conversation_to_ai, show_conversation } from "../api/operations";
import { NothingHere } from "../app/app";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { useKeys } from "../lib/keys";
import { useMedia } from "../lib/media";
import { placeChat } from "../live/apply";
import { Drawer } from "../parts/dialog";
import { useTitle } from "../parts/page";
import { ErrorState } from "../parts/states";
import { tell, tellProblem } from "../parts/toast";
import { useWords } from "../words/provider";
import { ChatHeader, type OpenMenu } from "./chat_header";
import { Composer, type ComposerHandle } from "./composer";
import { Side } from "./side";
import { Thread } from "./thread";

const sideFlag = "sellavie.side";

export default function OpenChat({ conversation_id, back }: { conversation_id: string; back: string }) {
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
      <section aria-label={t("inbox.chat")} className="flex h-dvh min-w-0 flex-1 flex-col bg-canvas">
        {chat ? (
          <ChatHeader chat={chat} back={back} menu={menu} onMenu={setMenu} isSideOpen={isWide && isSideWanted} onSide={toggleSide} onChat={keep} onOwner={keepOwner} />
        ) : (
          <div className="min-h-15 border-b border-line bg-surface" />
        )}
        <Thread conversation_id={conversation_id} onNewest={setNewest} />
        {chat ? <Composer chat={chat} ref={composer} onOwner={keepOwner} /> : <div className="min-h-36 border-t border-line bg-surface" />}
      </section>
      {chat && isWide && isSideWanted && (
        <aside aria-label={t("inbox.side")} className="scroll-quiet w-76 shrink-0 overflow-y-auto border-s border-line bg-surface p-5 lg:h-dvh">
          <Side chat={chat} />
        </aside>
      )}
      {chat && (
        <Drawer isOpen={isDrawerOpen && !(isWide && isSideWanted)} onClose={() => setDrawerOpen(false)} title={t("inbox.side")}>
          <Side chat={chat} />
        </Drawer>
      )}
    </>
  );
}
