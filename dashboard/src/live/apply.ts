// What a live event means for what was read. An event says what to fetch; a list that holds thousands of rows is not
// read again for one of them, the one is fetched and put in its place.
//
//   A1  Events of a moment are handled together: of 50 in a second each chat is read at most four times.
//   A2  More chats than `mostSingly` at once: the lists are read again instead.
//   A3  A fetched row replaces the one of its id wherever it stands, and leaves lists whose filter it does not pass any more.
//   A4  What is older never replaces what is newer: a chat is read once at a time, again when it changed meanwhile, and
//       a message's state goes forwards alone.

import type { QueryClient, QueryKey } from "@tanstack/react-query";
import type { Call } from "../api/client";
import type { LoadedPages } from "../api/hooks";
import { type Conversation, type Message, show_conversation, show_message } from "../api/operations";
import { type ConversationFilter, passes } from "../inbox/filter";
import { readAgain, readBehind } from "./again";
import type { LiveEvent } from "./follow";
import { isOfMoney, moneyReads } from "./money";

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
  /** Being read; what changed meanwhile is read once more. */
  #chatsUnderWay = new Map<string, { isOld: boolean }>();
  #messagesUnderWay = new Map<string, Set<string>>();
  #isStopped = false;
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
        this.#forget();
        readAgain(this.#with.queries, {});
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
        // Money has no events of its own: it is told with the order that it pays, or the task that it raises.
        if (event.type === "order.changed") this.#makeMoneyOld();
        break;
      case "invoice.created":
        this.#makeOld(["list_invoices", { business_id }]);
        this.#makeOld(["show_order", { business_id, order_id: event.order_id }]);
        break;
      case "task.created":
        this.#makeOld(["list_tasks", { business_id }]);
        if (isOfMoney(event.kind)) this.#makeMoneyOld();
        // It was turned off.
        if (event.kind === "webhook") this.#makeOld(["list_webhook_endpoints", { business_id }]);
        if (event.kind === "payment_connection") this.#makeOld(["list_payment_connections", { business_id }]);
        break;
      case "notification.added":
        this.#makeOld(["list_notifications", { business_id }]);
        this.#makeOld(["count_unread_notifications", { business_id }]);
        break;
      case "connection.changed":
        this.#makeOld(["list_connections", { business_id }]);
        break;
      case "conversation.changed":
        if (!chat) return;
        this.#chats.add(chat);
        this.#makeOld(["list_notes", { business_id, conversation_id: chat }]);
        this.#makeOld(["list_mentions", { business_id }]);
        break;
      case "conversation.read":
        if (chat) this.#chats.add(chat);
        break;
      case "customer.changed":
        this.#makeOld(["list_customers", { business_id }]);
        // All: one that was merged is shown as another.
        this.#makeOld(["show_customer", { business_id }]);
        for (const id of chatsOf(this.#with.queries, business_id, event.customer_id)) this.#chats.add(id);
        break;
      case "label.changed":
        this.#makeOld(["list_labels", { business_id }]);
        break;
      case "product.changed": {
        // Without one: many.
        const ids = { business_id, ...(event.product_id ? { product_id: event.product_id } : {}) };
        this.#makeOld(["list_products", { business_id }]);
        this.#makeOld(["show_product", ids]);
        this.#makeOld(["list_stock_movements", ids]);
        break;
      }
      case "task.changed":
        this.#makeOld(["list_tasks", { business_id }]);
        break;
      default:
        return;
    }
    this.#timer ??= setTimeout(() => this.#flush(), gatherMs);
  }

  stop(): void {
    this.#isStopped = true;
    this.#forget();
    this.#listeners.clear();
  }

  #forget(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#chats.clear();
    this.#messages.clear();
    this.#old.clear();
  }

  #makeOld(key: QueryKey): void {
    this.#old.set(JSON.stringify(key), key);
  }

  #makeMoneyOld(): void {
    for (const what of moneyReads) this.#makeOld([what, { business_id: this.#with.business_id }]);
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
    this.#forget();
    const { queries, business_id } = this.#with;
    for (const queryKey of old) readAgain(queries, { queryKey });
    if (chats.length > mostSingly) {
      readAgain(queries, { queryKey: ["list_conversations", { business_id }] });
      for (const conversation_id of chats) readAgain(queries, { queryKey: ["show_conversation", { business_id, conversation_id }] });
    } else for (const chat of chats) void this.#readChat(chat);
    for (const [chat, ids] of messages) void this.#readMessages(chat, ids);
  }

  async #readChat(conversation_id: string): Promise<void> {
    const underWay = this.#chatsUnderWay.get(conversation_id);
    if (underWay) {
      underWay.isOld = true;
      return;
    }
    const { queries, call, business_id, accountId } = this.#with;
    const own = { isOld: false };
    this.#chatsUnderWay.set(conversation_id, own);
    const changes = () => queries.getQueryState(["show_conversation", { business_id, conversation_id }])?.dataUpdateCount ?? 0;
    try {
      do {
        own.isOld = false;
        const before = changes();
        const chat = await call(show_conversation, { business_id, conversation_id });
        if (this.#isStopped) return;
        // The person's own change was answered meanwhile: this may be from before it.
        if (changes() !== before) own.isOld = true;
        else placeChat(queries, business_id, chat, accountId);
      } while (own.isOld);
    } catch {
      if (this.#isStopped) return;
      readAgain(queries, { queryKey: ["list_conversations", { business_id }] });
      readAgain(queries, { queryKey: ["show_conversation", { business_id, conversation_id }] });
    } finally {
      this.#chatsUnderWay.delete(conversation_id);
    }
  }

  async #readMessages(conversation_id: string, ids: Set<string>): Promise<void> {
    const underWay = this.#messagesUnderWay.get(conversation_id);
    if (underWay) {
      for (const id of ids) underWay.add(id);
      return;
    }
    const { queries, call, business_id } = this.#with;
    const queryKey = ["list_messages", { business_id, conversation_id }];
    if (queries.getQueryCache().findAll({ queryKey, type: "active" }).length === 0 || ids.size > mostSingly) {
      readAgain(queries, { queryKey });
      return;
    }
    const later = new Set<string>();
    this.#messagesUnderWay.set(conversation_id, later);
    try {
      const read = await Promise.all([...ids].map((message_id) => call(show_message, { business_id, conversation_id, message_id })));
      if (!this.#isStopped) placeMessages(queries, business_id, conversation_id, read);
    } catch {
      if (!this.#isStopped) readAgain(queries, { queryKey });
    } finally {
      this.#messagesUnderWay.delete(conversation_id);
    }
    if (later.size > 0 && !this.#isStopped) void this.#readMessages(conversation_id, later);
  }
}

/** Those of a customer that were read: each names and blocks who writes in it. */
function chatsOf(queries: QueryClient, business_id: string, customer_id: unknown): Set<string> {
  const read = queries
    .getQueriesData<LoadedPages<Conversation>>({ queryKey: ["list_conversations", { business_id }] })
    .flatMap(([, pages]) => pages?.pages?.flatMap(({ items }) => items) ?? []);
  for (const [, chat] of queries.getQueriesData<Conversation>({ queryKey: ["show_conversation", { business_id }] })) if (chat) read.push(chat);
  return new Set(read.filter((chat) => chat.customer_id === customer_id).map(({ id }) => id));
}

/** Puts a chat into every list that it belongs to, takes it out of the others, and keeps it by itself. */
export function placeChat(queries: QueryClient, business_id: string, chat: Conversation, accountId: string): void {
  const own = { queryKey: ["show_conversation", { business_id, conversation_id: chat.id }] };
  const lists = { queryKey: ["list_conversations", { business_id }] };
  queries.setQueryData(own.queryKey, chat);
  for (const [key, pages] of queries.getQueriesData<LoadedPages<Conversation>>(lists)) {
    // A list of one page, which a search shows, is no paged one.
    if (!pages?.pages) continue;
    const { query = {} } = key[1] as { query?: ConversationFilter };
    queries.setQueryData(key, withChat(pages, chat, query, accountId));
  }
  readBehind(queries, own);
  readBehind(queries, lists);
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
  const lists = { queryKey: ["list_messages", { business_id, conversation_id }] };
  queries.setQueriesData<LoadedPages<Message>>(lists, (pages) => (pages?.pages ? withMessages(pages, read) : pages));
  readBehind(queries, lists);
}

/** How far a message is: those under way come and go, what is settled goes only to what is more so (storage's send_state). */
const settled: Partial<Record<Message["state"], number>> = { overtaken: 1, unconfirmed: 1, delivered: 2, dead: 3, unsent: 4 };
const newerOf = (shown: Message, read: Message) => ((settled[read.state] ?? 0) < (settled[shown.state] ?? 0) ? shown : read);

/** Newest first. What is older than everything loaded is left to be loaded. */
export function withMessages(pages: LoadedPages<Message>, read: Message[]): LoadedPages<Message> {
  const known = new Map(read.map((one) => [one.id, one]));
  const replaced = pages.pages.map((page) => ({
    ...page,
    items: page.items.map((one) => {
      const other = known.get(one.id);
      known.delete(one.id);
      return other ? newerOf(one, other) : one;
    }),
  }));
  const [first, ...others] = replaced;
  const last = replaced.at(-1);
  const oldest = last?.next_cursor ? (last.items.at(-1)?.at ?? "") : "";
  const fresh = [...known.values()].filter(({ at }) => at >= oldest);
  if (!first || fresh.length === 0) return { ...pages, pages: replaced };
  const items = [...fresh, ...first.items].sort((a, b) => (a.at === b.at ? (a.id < b.id ? 1 : -1) : a.at < b.at ? 1 : -1));
  return { ...pages, pages: [{ ...first, items }, ...others] };
}
