// Which chats a list shows: the server's filter of list_conversations, held against one chat.

import type { Conversation } from "../api/operations";

export interface ConversationFilter {
  owner?: "ai" | "person";
  channel?: "messenger" | "instagram" | "whatsapp";
  /** "me", "nobody" or an account. */
  assignee?: string;
  label?: string;
  snoozed?: boolean;
  unread?: boolean;
  /** How the customer's name begins. */
  name?: string;
}

export function passes(chat: Conversation, filter: ConversationFilter, accountId: string): boolean {
  const wanted = filter.assignee === "me" ? accountId : filter.assignee === "nobody" ? null : filter.assignee;
  return (
    (filter.owner === undefined || chat.owner === filter.owner) &&
    (filter.channel === undefined || chat.channel === filter.channel) &&
    (filter.assignee === undefined || chat.assignee_id === wanted) &&
    (filter.label === undefined || chat.label_ids.includes(filter.label)) &&
    (filter.snoozed === undefined || (chat.snoozed_until !== null) === filter.snoozed) &&
    (filter.unread === undefined || chat.is_unread === filter.unread) &&
    (filter.name === undefined || chat.customer_name.toLowerCase().startsWith(filter.name.toLowerCase()))
  );
}
