// What a live event means for what was read. An event says what to fetch; a list that holds thousands of rows is not
// read again for one of them, the one is fetched and put in its place.
//
//   A1  Events of a moment are handled together: of 50 in a second each chat is read at most four times.
//   A2  More chats than `mostSingly` at once: the lists are read again instead.
//   A3  A fetched row replaces the one of its id wherever it stands, and leaves lists whose filter it does not pass any more.

import type { QueryClient, QueryKey } from "@tanstack/react-query";
import type { Call } from "../api/client";
import type { LoadedPages } from "../api/hooks";
import { type Conversation, type Message, show_conversation, show_message } from "../api/operations";
import { type ConversationFilter, passes } from "../inbox/filter";
import type { LiveEvent } from "./follow";

const gatherMs = 250;
const mostSingly = 12;

export interface Applied {
  queries: QueryClient;
  call: Call;
  business_id: string;
  accountId: string;
}

export class EventApplier {
  #with: Applied;
  #chats = new Set<string>();
  #messages = new Map<string, Set<string>>();
  #old = new Map<string, QueryKey>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #answering = new Map<string, number>();
  #listeners = new Set<() => void>();

  constructor(given: Applied) {
    this.#with = given;
  }

  /** Chats in which the AI prepares an answer. */
  isAnswering = (conversation_id: string): boolean => (this.#answering.get(conversation_id) ?? 0) > Date.now();

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  take(event: LiveEvent): void {
    const { business_id } = this.#with;
    const chat = event.conversation_id as string | undefined;
    switch (event.type) {
      case "snapshot":
        this.#stop();
        void this.#with.queries.invalidateQueries();
        return;
      case "message.created":
      case "message.changed":
        if (!chat) return;
        this.#chats.add(chat);
        if (event.message_id) this.#messages.set(chat, (this.#messages.get(chat) ?? new Set()).add(event.message_id as string));
        if (event.direction === "out") this.#setAnswering(chat, 0);
        break;
      case "conversation.created":
      case "conversation.owner_changed":
        if (chat) this.#chats.add(chat);
        if (chat && event.owner === "person") this.#setAnswering(chat, 0);
        break;
      case "conversation.answering":
        if (chat) this.#setAnswering(chat, Date.now() + 30_000);
        return;
      case "order.created":
      case "order.changed":
        this.#makeOld(["list_orders", { business_id }]);
        this.#makeOld(["show_order", { business_id, order_id: event.order_id }]);
        this.#makeOld(["list_order_timeline", { business_id, order_id: event.order_id }]);
        break;
      case "invoice.created":
        this.#makeOld(["show_order", { business_id, order_id: event.order_id }]);
        break;
      case "task.created":
        this.#makeOld(["list_tasks", { business_id }]);
        break;
      case "connection.changed":
        this.#makeOld(["list_connections", { business_id }]);
        break;
      default:
        return;
    }
    this.#timer ??= setTimeout(() => this.#flush(), gatherMs);
  }

  stop(): void {
    this.#stop();
    this.#listeners.clear();
  }

  #stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#chats.clear();
    this.#messages.clear();
    this.#old.clear();
  }

  #makeOld(key: QueryKey): void {
    this.#old.set(JSON.stringify(key), key);
  }

  #setAnswering(chat: string, until: number): void {
    if (until === 0) this.#answering.delete(chat);
    else {
      this.#answering.set(chat, until);
      setTimeout(() => this.#tell(), until - Date.now() + 10);
    }
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #flush(): void {
    const chats = [...this.#chats];
    const messages = new Map(this.#messages);
    const old = [...this.#old.values()];
    this.#stop();
    const { queries, business_id } = this.#with;
    for (const queryKey of old) void queries.invalidateQueries({ queryKey });
    if (chats.length > mostSingly) void queries.invalidateQueries({ queryKey: ["list_conversations", { business_id }] });
    else for (const chat of chats) void this.#readChat(chat);
    for (const [chat, ids] of messages) void this.#readMessages(chat, [...ids]);
  }

  async #readChat(conversation_id: string): Promise<void> {
    const { queries, call, business_id } = this.#with;
    try {
      placeChat(queries, business_id, await call(show_conversation, { business_id, conversation_id }), this.#with.accountId);
    } catch {
      void queries.invalidateQueries({ queryKey: ["list_conversations", { business_id }] });
    }
  }

  async #readMessages(conversation_id: string, ids: string[]): Promise<void> {
    const { queries, call, business_id } = this.#with;
    const queryKey = ["list_messages", { business_id, conversation_id }];
    if (queries.getQueryCache().findAll({ queryKey, type: "active" }).length === 0 || ids.length > mostSingly) {
      void queries.invalidateQueries({ queryKey });
      return;
    }
    try {
      const read = await Promise.all(ids.map((message_id) => call(show_message, { business_id, conversation_id, message_id })));
      placeMessages(queries, business_id, conversation_id, read);
    } catch {
      void queries.invalidateQueries({ queryKey });
    }
  }
}

/** Puts a chat into every list that it belongs to, takes it out of the others, and keeps it by itself. */
export function placeChat(queries: QueryClient, business_id: string, chat: Conversation, accountId: string): void {
  queries.setQueryData(["show_conversation", { business_id, conversation_id: chat.id }], chat);
  for (const [key, pages] of queries.getQueriesData<LoadedPages<Conversation>>({ queryKey: ["list_conversations", { business_id }] })) {
    if (!pages) continue;
    const { query = {} } = key[1] as { query?: ConversationFilter };
    queries.setQueryData(key, withChat(pages, chat, query, accountId));
  }
}

export function withChat(pages: LoadedPages<Conversation>, chat: Conversation, filter: ConversationFilter, accountId: string): LoadedPages<Conversation> {
  const rest = pages.pages.map((page) => (page.items.some(({ id }) => id === chat.id) ? { ...page, items: page.items.filter(({ id }) => id !== chat.id) } : page));
  if (!passes(chat, filter, accountId)) return { ...pages, pages: rest };
  const isBefore = (other: Conversation) => (other.last_message_at ?? other.created_at) <= (chat.last_message_at ?? chat.created_at);
  for (const [index, page] of rest.entries()) {
    const at = page.items.findIndex(isBefore);
    const isEnd = at < 0 && index === rest.length - 1 && page.next_cursor === null;
    if (at < 0 && !isEnd) continue;
    const items = [...page.items];
    items.splice(at < 0 ? items.length : at, 0, chat);
    rest[index] = { ...page, items };
    break;
  }
  return { ...pages, pages: rest };
}

export function placeMessages(queries: QueryClient, business_id: string, conversation_id: string, read: Message[]): void {
  queries.setQueriesData<LoadedPages<Message>>({ queryKey: ["list_messages", { business_id, conversation_id }] }, (pages) => pages && withMessages(pages, read));
}

/** Newest first. What is older than everything loaded is left to be loaded. */
export function withMessages(pages: LoadedPages<Message>, read: Message[]): LoadedPages<Message> {
  const known = new Map(read.map((one) => [one.id, one]));
  const replaced = pages.pages.map((page) => ({
    ...page,
    items: page.items.map((one) => {
      const other = known.get(one.id);
      known.delete(one.id);
      return other ?? one;
    }),
  }));
  const [first, ...others] = replaced;
  if (!first || known.size === 0) return { ...pages, pages: replaced };
  const items = [...known.values(), ...first.items].sort((a, b) => (a.at === b.at ? (a.id < b.id ? 1 : -1) : a.at < b.at ? 1 : -1));
  return { ...pages, pages: [{ ...first, items }, ...others] };
}
