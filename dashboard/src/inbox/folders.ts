// The folders of the inbox: each a filter of the server's list.

import { AtSign, Bot, Clock, Inbox, type LucideIcon, UserRound, UserRoundX } from "lucide-react";
import type { Key } from "../words/words";
import type { ConversationFilter } from "./filter";

export type FolderId = "all" | "mine" | "unassigned" | "ai" | "mentions" | "snoozed";

export interface Folder {
  id: FolderId;
  label: Key;
  empty: Key;
  icon: LucideIcon;
  filter: ConversationFilter;
}

export const folders: Folder[] = [
  { id: "all", label: "folder.all", empty: "folder.all.empty", icon: Inbox, filter: { snoozed: false } },
  { id: "mine", label: "folder.mine", empty: "folder.mine.empty", icon: UserRound, filter: { assignee: "me", snoozed: false } },
  { id: "unassigned", label: "folder.unassigned", empty: "folder.unassigned.empty", icon: UserRoundX, filter: { owner: "person", assignee: "nobody", snoozed: false } },
  { id: "ai", label: "folder.ai", empty: "folder.ai.empty", icon: Bot, filter: { owner: "ai", snoozed: false } },
  { id: "mentions", label: "folder.mentions", empty: "folder.mentions.empty", icon: AtSign, filter: {} },
  { id: "snoozed", label: "folder.snoozed", empty: "folder.snoozed.empty", icon: Clock, filter: { snoozed: true } },
];

export const folderOf = (id: string | undefined): Folder => folders.find((one) => one.id === id) ?? (folders[0] as Folder);
