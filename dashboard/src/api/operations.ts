// Made by scripts/generate_client.mjs from /api/v1/openapi.json. Not to be edited: change the declaration in net/api/resources and make it again.

import { operation } from "./operation";

export interface Activity {
  /** Who. */
  account_id: string;
  /** Empty when the account is gone. */
  account_name: string;
  /** Subject and past tense: product.updated. */
  action: string;
  /** From where. */
  address: string;
  after: string | null;
  at: string;
  /** The fields that changed, as JSON, without secrets. */
  before: string | null;
  id: string;
  /** In the hash chain; null until it is chained. */
  position: number | null;
  request_id: string;
  subject_id: string;
  subject_kind: string;
}

export interface ActivityHead {
  /** Position and hash: note it, and give it to sellavie verify-audit --head. */
  head: string;
  /** Entries that are chained. */
  position: number;
}

export interface ActivityPage {
  items: Array<Activity>;
  next_cursor: string | null;
}

export interface Attachment {
  content_type: "image/jpeg" | "image/png" | "application/pdf";
  created_at: string;
  /** To be named in a message. */
  id: string;
  /** By a message; what is unused goes after a day. */
  is_used: boolean;
  kind: "image" | "file";
  name: string;
  /** Bytes, as they are sent. */
  size: number;
  /** Whoever has this link can read the file. */
  url: string;
}

export interface BegunConnectFlow {
  app_id: string;
  /** Where the browser goes; null for WhatsApp. */
  authorisation_url: string | null;
  /** For the dialog of WhatsApp's Embedded Signup. */
  config_id: string | null;
  expires_at: string;
  graph_version: string;
  id: string;
  kind: "facebook" | "instagram" | "whatsapp";
  /** As `begin_connect_flow` gave it. */
  state: string;
}

export interface Business {
  /** After how many minutes, and again so many later. Null: the time for which the stock is held is shared out; one reminder comes after half of it. */
  checkout_reminder_minutes: number | null;
  /** How often at most a customer is reminded of an order that waits for payment by a link: in the chat, while its send window is open and the AI has it. 0: never. A change counts from the next time that one would be due; a link that was made while it was 0 has none. */
  checkout_reminders: number;
  created_at: string;
  /** ISO 4217: NGN. */
  currency: string;
  id: string;
  locale: string;
  /** A product runs low when a sale or a correction brings its stock down to this: whoever manages the business is told once, until somebody adds some. Null: nobody is told. */
  low_stock_at: number | null;
  name: string;
  /** How much of one payment goes back on one person's word, in the business's currency: above it another person has to agree. Null: any sum. Only an owner changes it. */
  refund_limit_minor: number | null;
  /** Yours. */
  role: "viewer" | "agent" | "admin" | "owner";
  timezone: string;
  version: number;
}

export interface BusinessPage {
  items: Array<Business>;
  next_cursor: string | null;
}

export interface CannedReply {
  id: string;
  /** What is typed after the slash. */
  shortcut: string;
  text: string;
  version: number;
}

export interface CannedReplyPage {
  items: Array<CannedReply>;
  next_cursor: string | null;
}

export interface ConnectFlow {
  /** When `connected`. */
  connections: Array<string>;
  expires_at: string;
  /** While `choosing`. */
  found: Array<ConnectableAccount>;
  id: string;
  kind: "facebook" | "instagram" | "whatsapp";
  /** Of `failed`: a problem's type. */
  problem: string | null;
  stage: "begun" | "exchanging" | "choosing" | "connected" | "failed";
}

export interface ConnectableAccount {
  channel: "messenger" | "instagram" | "whatsapp";
  external_id: string;
  login: "page" | "instagram";
  name: string;
  needs_registration: boolean;
}

export interface Connection {
  channel: "messenger" | "instagram" | "whatsapp";
  checked_at: string | null;
  connected_at: string | null;
  /** Null: set up by the operator. */
  connected_by: string | null;
  disconnected_at: string | null;
  /** The page's, account's or number's id at Meta. */
  external_id: string;
  id: string;
  last_error: string | null;
  last_error_at: string | null;
  /** Of its newest message, when it is among the newest 2,000 chats. */
  last_event_at: string | null;
  login: "page" | "instagram";
  name: string;
  /** Of a WhatsApp number: the approved utility template in which its customers are told of their orders outside the 24 hours. Its body has one variable, {{1}}, which the news takes. Null: none. */
  notice_template: {
    /** As Meta writes it. */
    language: string;
    name: string;
  } | null;
  state: "active" | "reconnect_needed" | "disconnected";
  /** Whether Meta sends us its messages, as of the last check; null: not known. */
  subscribed: boolean | null;
  token_expires_at: string | null;
  /** The token's last four characters. */
  token_hint: string | null;
  /** Of the template. */
  version: number;
}

export interface ConnectionPage {
  items: Array<Connection>;
  next_cursor: string | null;
}

export interface Conversation {
  assignee_id: string | null;
  channel: "messenger" | "instagram" | "whatsapp";
  created_at: string;
  customer_id: string;
  customer_name: string;
  /** The customer has read what was delivered up to then; null when the channel has not said so. */
  customer_read_at: string | null;
  /** Rises with each change of owner. */
  epoch: number;
  handover_reason: string;
  id: string;
  is_blocked: boolean;
  /** The customer wrote since you read. */
  is_unread: boolean;
  label_ids: Array<string>;
  last_customer_at: string | null;
  last_message_at: string | null;
  /** Who answers. */
  owner: "ai" | "person";
  preview: string;
  /** While it is snoozed; a message of the customer ends it. */
  snoozed_until: string | null;
  /** The account that took the chat over; null when the AI has it, or a person who wrote from the platform's own app. */
  taken_by: string | null;
}

export interface ConversationOwner {
  /** Rises with each change of owner. */
  epoch: number;
  /** Who answers. */
  owner: "ai" | "person";
  /** The account that took the chat over; null when the AI has it, or a person who wrote from the platform's own app. */
  taken_by: string | null;
}

export interface ConversationPage {
  items: Array<Conversation>;
  next_cursor: string | null;
}

export interface Customer {
  address: string;
  created_at: string;
  email: string;
  id: string;
  is_blocked: boolean;
  name: string;
  phone: string;
  version: number;
}

export interface CustomerChannel {
  channel: "messenger" | "instagram" | "whatsapp";
  conversation_id: string;
  last_customer_at: string | null;
  unreachable_since: string | null;
}

export interface CustomerPage {
  items: Array<Customer>;
  next_cursor: string | null;
}

export interface CustomerProfile {
  address: string;
  channels: Array<CustomerChannel>;
  created_at: string;
  email: string;
  id: string;
  is_blocked: boolean;
  last_seen_at: string | null;
  name: string;
  /** How many, on all channels. */
  orders: number;
  phone: string;
  version: number;
}

export interface DeadJob {
  attempts: number;
  created_at: string;
  died_at: string;
  /** What went wrong, oldest first. */
  errors: Array<JobError>;
  id: string;
  kind: string;
}

export interface DeadJobPage {
  items: Array<DeadJob>;
  next_cursor: string | null;
}

export interface Event {
  at?: string;
  /** Its state, subscription or last error is another now: read it. */
  connection_id?: string;
  conversation_id?: string;
  customer_id?: string;
  direction?: "in" | "out";
  epoch?: number;
  invoice_id?: string;
  /** Of the invoice, the task or the notification. */
  kind?: string;
  label_id?: string;
  message_id?: string;
  /** One of yours; nobody else is sent this event. */
  notification_id?: string;
  order_id?: string;
  order_number?: number;
  origin?: "customer" | "ai" | "person" | "system";
  /** Who answers now; messages of the AI that were not sent are overtaken. */
  owner?: "ai" | "person";
  /** Of product.changed: missing when many changed at once. */
  product_id?: string;
  /** Why the server ends the stream. */
  reason?: "token_expired" | "signed_out" | "access_lost" | "restarting";
  /** Of message.changed: missing when its text was edited. */
  state?: "received" | "ready" | "sending" | "backoff" | "unknown" | "delivered" | "overtaken" | "dead" | "unconfirmed" | "unsent";
  /** Of the order. */
  status?: string;
  task_id?: string;
  /** Also the event's name. Of conversation, customer, label, product and task.changed: it is another now, read it. conversation.read: the customer read your messages. */
  type: "snapshot" | "message.created" | "message.changed" | "conversation.created" | "conversation.owner_changed" | "conversation.answering" | "order.created" | "order.changed" | "invoice.created" | "task.created" | "connection.changed" | "conversation.changed" | "conversation.read" | "customer.changed" | "label.changed" | "product.changed" | "task.changed" | "notification.added" | "end";
}

export interface Invitation {
  created_at: string;
  email: string;
  expires_at: string;
  id: string;
  /** The account that sent the last mail. */
  invited_by: string;
  /** Send it again. */
  is_expired: boolean;
  role: "viewer" | "agent" | "admin" | "owner";
  sent_at: string;
}

export interface InvitationOffer {
  business_name: string;
  /** That it went to. */
  email: string;
  expires_at: string;
  role: "viewer" | "agent" | "admin" | "owner";
}

export interface InvitationPage {
  items: Array<Invitation>;
  next_cursor: string | null;
}

export interface Invoice {
  /** Of a credit note: its invoice. */
  corrects: string | null;
  /** ISO 4217; amounts are in its minor units. */
  currency: string;
  customer_id: string;
  customer_name: string;
  id: string;
  issued_at: string;
  kind: "invoice" | "credit_note";
  /** None on a credit note of a part. */
  lines: Array<InvoiceLine>;
  /** Without tax. */
  net_minor: number;
  /** Without gaps within its series. */
  number: string;
  order_id: string;
  order_number: number;
  /** Where whoever has it can read it; null: no link was made, or it has ended. */
  public_url: string | null;
  /** Of a credit note: the refund that it was issued for; null: the provider told only that all is back. */
  refund_id: string | null;
  /** Of the sum of the lines. net_minor and these are total_minor. */
  taxes: Array<InvoiceTax>;
  total_minor: number;
}

export interface InvoiceLine {
  name: string;
  quantity: number;
  sku: string;
  total_minor: number;
  unit_price_minor: number;
}

export interface InvoiceLink {
  expires_at: string;
  /** Whoever has it can read the document. */
  url: string;
}

export interface InvoicePage {
  items: Array<InvoiceSummary>;
  next_cursor: string | null;
}

export interface InvoiceSettings {
  address: string;
  /** At the end of each document. */
  footer: string;
  /** Who sells; empty: the business's name. */
  legal_name: string;
  /** Whether a customer who left an e-mail address is sent the link to each new invoice and credit note, where the server sends mail. */
  mail_documents: boolean;
  /** inclusive: prices hold the tax. exclusive: it comes on top when an order is priced. Orders that are there stay as they were priced. */
  tax_mode: "none" | "inclusive" | "exclusive";
  /** Needed when there is a tax. */
  tax_name: string;
  tax_number: string;
  /** Basis points: 750 is 7.5 %. Of none: 0. */
  tax_rate_bp: number;
  /** 0: nobody chose anything yet. */
  version: number;
}

export interface InvoiceSummary {
  /** Of a credit note: its invoice. */
  corrects: string | null;
  /** ISO 4217; amounts are in its minor units. */
  currency: string;
  customer_id: string;
  customer_name: string;
  id: string;
  issued_at: string;
  kind: "invoice" | "credit_note";
  /** Without gaps within its series. */
  number: string;
  order_id: string;
  order_number: number;
  /** Where whoever has it can read it; null: no link was made, or it has ended. */
  public_url: string | null;
  /** Of a credit note: the refund that it was issued for; null: the provider told only that all is back. */
  refund_id: string | null;
  total_minor: number;
}

export interface InvoiceTax {
  mode: "inclusive" | "exclusive";
  name: string;
  rate_bp: number;
  tax_minor: number;
}

export interface JobError {
  at: string;
  code: string;
}

export interface Label {
  colour: "grey" | "red" | "orange" | "yellow" | "green" | "teal" | "blue" | "purple" | "pink";
  id: string;
  name: string;
  version: number;
}

export interface LabelPage {
  items: Array<Label>;
  next_cursor: string | null;
}

export interface Me {
  email: string;
  has_second_factor: boolean;
  id: string;
  memberships: Array<Membership>;
  name: string;
  recovery_codes_left: number;
}

export interface Member {
  email: string;
  /** Of the account. */
  id: string;
  joined_at: string;
  name: string;
  role: "viewer" | "agent" | "admin" | "owner";
  version: number;
}

export interface MemberPage {
  items: Array<Member>;
  next_cursor: string | null;
}

export interface Membership {
  business_id: string;
  business_name: string;
  role: "viewer" | "agent" | "admin" | "owner";
}

export interface Message {
  at: string;
  attachments: Array<{
    media_id: string;
    title: string;
    type: string;
    url: string;
  }>;
  /** The account that wrote it here; null for everybody else. */
  author_id: string | null;
  direction: "in" | "out";
  id: string;
  origin: "customer" | "ai" | "person" | "system";
  /** What is `delivered` was read, too, when its `at` is not later than the conversation's `customer_read_at`. */
  state: "received" | "ready" | "sending" | "backoff" | "unknown" | "delivered" | "overtaken" | "dead" | "unconfirmed" | "unsent";
  text: string;
}

export interface MessageHit {
  conversation_id: string;
  message: Message;
}

export interface MessageHits {
  /** False: older messages are still being read; search again to find more. */
  is_complete: boolean;
  items: Array<MessageHit>;
  next_cursor: string | null;
}

export interface MessagePage {
  items: Array<Message>;
  next_cursor: string | null;
}

export interface MonthUsage {
  ai_replies: number;
  month: string;
}

export interface MonthUsagePage {
  items: Array<MonthUsage>;
  next_cursor: string | null;
}

export interface Note {
  author_id: string;
  conversation_id: string;
  created_at: string;
  id: string;
  /** Accounts. */
  mentions: Array<string>;
  text: string;
}

export interface NotePage {
  items: Array<Note>;
  next_cursor: string | null;
}

export interface Notification {
  conversation_id: string | null;
  /** When you were told. */
  created_at: string;
  /** Of a hand-over that nobody has taken: told again, to whom. */
  escalation: "none" | "managers" | "owner";
  happened_at: string;
  id: string;
  kind: "hand_over" | "paid_order" | "failed_payment" | "review_item" | "low_stock" | "broken_connection" | "quota";
  order_id: string | null;
  /** Of a quota: how much of the plan is used. */
  percent: number | null;
  product_id: string | null;
  read_at: string | null;
  task_id: string | null;
}

export interface NotificationKinds {
  /** A channel or a payment provider stopped working. */
  broken_connection: {
    email: boolean;
    in_app: boolean;
    push: boolean;
  };
  /** A payment failed. */
  failed_payment: {
    email: boolean;
    in_app: boolean;
    push: boolean;
  };
  /** The AI handed a chat over. */
  hand_over: {
    email: boolean;
    in_app: boolean;
    push: boolean;
  };
  /** A product runs low. */
  low_stock: {
    email: boolean;
    in_app: boolean;
    push: boolean;
  };
  /** An order was paid. */
  paid_order: {
    email: boolean;
    in_app: boolean;
    push: boolean;
  };
  /** 80 or 100 % of the plan are used. */
  quota: {
    email: boolean;
    in_app: boolean;
    push: boolean;
  };
  /** Something waits for a person to look at it. */
  review_item: {
    email: boolean;
    in_app: boolean;
    push: boolean;
  };
}

export interface NotificationKindsRequest {
  /** A channel or a payment provider stopped working. */
  broken_connection: {
    email: boolean;
    in_app: boolean;
    push: boolean;
  };
  /** A payment failed. */
  failed_payment: {
    email: boolean;
    in_app: boolean;
    push: boolean;
  };
  /** The AI handed a chat over. */
  hand_over: {
    email: boolean;
    in_app: boolean;
    push: boolean;
  };
  /** A product runs low. */
  low_stock: {
    email: boolean;
    in_app: boolean;
    push: boolean;
  };
  /** An order was paid. */
  paid_order: {
    email: boolean;
    in_app: boolean;
    push: boolean;
  };
  /** 80 or 100 % of the plan are used. */
  quota: {
    email: boolean;
    in_app: boolean;
    push: boolean;
  };
  /** Something waits for a person to look at it. */
  review_item: {
    email: boolean;
    in_app: boolean;
    push: boolean;
  };
}

export interface NotificationPage {
  items: Array<Notification>;
  next_cursor: string | null;
}

export interface NotificationSettings {
  /** A summary by mail. */
  digest: "off" | "daily" | "weekly";
  kinds: NotificationKinds;
  /** No mail and no push in these hours. */
  quiet_hours: {
    /** Local time. */
    from: string;
    /** A name of the IANA database: Africa/Lagos. */
    timezone: string;
    /** Over midnight when it is earlier; the minute is not included. */
    to: string;
  } | null;
  /** 0: you never chose, these are the usual ones. */
  version: number;
}

export interface Order {
  channel: "messenger" | "instagram" | "whatsapp";
  conversation_id: string;
  created_at: string;
  /** ISO 4217; amounts are in its minor units. */
  currency: string;
  customer_id: string;
  customer_name: string;
  /** open: the customer's bank asks for the money. The order is frozen until a person releases it. */
  dispute: "none" | "open" | "released";
  id: string;
  invoices: Array<{
    id: string;
    issued_at: string;
    kind: "invoice" | "credit_note";
    number: string;
  }>;
  items: Array<OrderItem>;
  note: string;
  /** Shown to people as "#1042"; rises, with gaps. */
  number: number;
  paid_at: string | null;
  /** Of the live payment link. */
  payment_url: string | null;
  /** Every attempt, newest first. */
  payments: Array<Payment>;
  pieces: number;
  /** What settled it: more than the total when the customer bears the fees, anything when a person said so. */
  received_minor: number;
  /** What went back of that. */
  refunded_minor: number;
  /** Of an open order: when its stock goes back, with a few minutes more while a payment link is live. */
  reserved_until: string | null;
  /** draft and awaiting_payment are open; the others are closed. */
  status: "draft" | "awaiting_payment" | "paid" | "fulfilled" | "cancelled" | "refunded";
  total_minor: number;
  /** Of a fulfilled order. */
  tracking: string;
  /** The ETag. */
  version: number;
}

export interface OrderFact {
  /** Of a person. */
  account_id: string | null;
  actor: "ai" | "person" | "system" | "provider";
  at: string;
  detail: string;
  /** "placed", "changed", "cancelled", "expired", "paid", "fulfilled", "invoice_issued", "customer_told", "reminded", "told_by_mail", "document_mailed", … */
  kind: string;
  /** Of what a payment provider said, why it was asked: by its own event, because it was time, when the customer came back from the pay page, when they asked in the chat, or for what a person did with the order. Facts of before this was kept have none. */
  noticed_by: "event" | "poll" | "return" | "chat" | "person" | null;
}

export interface OrderItem {
  name: string;
  product_id: string;
  quantity: number;
  sku: string;
  total_minor: number;
  /** When it was ordered. */
  unit_price_minor: number;
}

export interface OrderPage {
  items: Array<OrderSummary>;
  next_cursor: string | null;
}

export interface OrderSummary {
  channel: "messenger" | "instagram" | "whatsapp";
  conversation_id: string;
  created_at: string;
  /** ISO 4217; amounts are in its minor units. */
  currency: string;
  customer_id: string;
  customer_name: string;
  /** open: the customer's bank asks for the money. The order is frozen until a person releases it. */
  dispute: "none" | "open" | "released";
  id: string;
  /** Shown to people as "#1042"; rises, with gaps. */
  number: number;
  paid_at: string | null;
  pieces: number;
  /** What settled it: more than the total when the customer bears the fees, anything when a person said so. */
  received_minor: number;
  /** What went back of that. */
  refunded_minor: number;
  /** Of an open order: when its stock goes back, with a few minutes more while a payment link is live. */
  reserved_until: string | null;
  /** draft and awaiting_payment are open; the others are closed. */
  status: "draft" | "awaiting_payment" | "paid" | "fulfilled" | "cancelled" | "refunded";
  total_minor: number;
  /** The ETag. */
  version: number;
}

export interface OrderTimelinePage {
  items: Array<OrderFact>;
  next_cursor: string | null;
}

export interface OwnActivity {
  action: string;
  address: string;
  after: string | null;
  at: string;
  request_id: string;
  subject_id: string;
  subject_kind: string;
}

export interface OwnActivityPage {
  items: Array<OwnActivity>;
  next_cursor: string | null;
}

export interface ParkedDelivery {
  accepted_at: string;
  connection_id: string;
  id: string;
  parked_at: string;
  reason: string;
}

export interface ParkedDeliveryPage {
  items: Array<ParkedDelivery>;
  next_cursor: string | null;
}

export interface Payment {
  amount_minor: number;
  created_at: string;
  /** ISO 4217; amounts are in its minor units. */
  currency: string;
  id: string;
  mode: "test" | "live";
  /** "cash" and "transfer" were taken by a person. */
  provider: string;
  reference: string;
  settled_at: string | null;
  status: "intent" | "link" | "paid" | "failed" | "expired" | "review";
}

export interface PaymentConnection {
  checked_at: string | null;
  connected_at: string;
  /** Null: set up by the operator. */
  connected_by: string | null;
  id: string;
  /** The key's last four characters. */
  key_hint: string | null;
  last_error: string | null;
  last_error_at: string | null;
  mode: "test" | "live";
  provider: "paystack" | "flutterwave" | "stripe";
  state: "active" | "key_refused";
  version: number;
  /** How many are kept. */
  webhook_secrets: number;
  /** To be entered at the provider, so that it tells at once what happened to a payment. Null: this server has no public address. */
  webhook_url: string | null;
}

export interface PaymentConnectionPage {
  items: Array<PaymentConnection>;
  next_cursor: string | null;
}

export interface PaymentReview {
  /** ISO 4217; amounts are in its minor units. */
  currency: string | null;
  id: string;
  mode: "test" | "live" | null;
  note: string;
  opened_at: string;
  /** The order that the reference names, if there is one. */
  order_id: string | null;
  order_number: number | null;
  /** The money; null: it is not known whether it came. */
  payment_id: string | null;
  /** "cash" and "transfer" were taken by a person. */
  provider: string | null;
  /** Why it settled nothing. not_answered: the provider did not say whether money came. */
  reason: "wrong_amount" | "wrong_currency" | "wrong_mode" | "old_reference" | "order_cancelled" | "already_settled" | "unknown_order" | "not_answered";
  received_minor: number | null;
  reference: string;
  resolved_at: string | null;
  /** Of a person; null: nobody has, or it closed by itself. */
  resolved_by: string | null;
  /** open: a person has to say. refunding: a refund of it is under way; when it fails the review is open again. The others are final. */
  state: "open" | "refunding" | "accepted" | "attached" | "refunded" | "dismissed" | "answered";
}

export interface PaymentReviewDetail {
  /** ISO 4217; amounts are in its minor units. */
  currency: string | null;
  id: string;
  mode: "test" | "live" | null;
  note: string;
  opened_at: string;
  order: {
    channel: "messenger" | "instagram" | "whatsapp";
    conversation_id: string;
    created_at: string;
    /** ISO 4217; amounts are in its minor units. */
    currency: string;
    customer_id: string;
    customer_name: string;
    /** open: the customer's bank asks for the money. The order is frozen until a person releases it. */
    dispute: "none" | "open" | "released";
    id: string;
    /** Shown to people as "#1042"; rises, with gaps. */
    number: number;
    paid_at: string | null;
    pieces: number;
    /** What settled it: more than the total when the customer bears the fees, anything when a person said so. */
    received_minor: number;
    /** What went back of that. */
    refunded_minor: number;
    /** Of an open order: when its stock goes back, with a few minutes more while a payment link is live. */
    reserved_until: string | null;
    /** draft and awaiting_payment are open; the others are closed. */
    status: "draft" | "awaiting_payment" | "paid" | "fulfilled" | "cancelled" | "refunded";
    total_minor: number;
    /** The ETag. */
    version: number;
  } | null;
  /** The order that the reference names, if there is one. */
  order_id: string | null;
  order_number: number | null;
  payment: {
    /** ISO 4217; amounts are in its minor units. */
    currency: string;
    /** Of the order. */
    customer_id: string | null;
    customer_name: string;
    id: string;
    /** The customer's bank has asked for it. */
    is_disputed: boolean;
    mode: "test" | "live";
    /** That it settled, or that its reference names. */
    order_id: string | null;
    order_number: number | null;
    /** That was asked; null: a person took it. */
    payment_connection_id: string | null;
    /** It settled the order, a person has to say what it is for, or has said that it is not the shop's business. */
    place: "on_order" | "in_review" | "dismissed";
    /** "cash" and "transfer" were taken by a person. */
    provider: string;
    /** When it became known here. */
    received_at: string;
    received_minor: number;
    /** Ours: of an order and one attempt to pay it. */
    reference: string;
    /** What went back so far, by us or otherwise. */
    returned_minor: number;
    /** The provider's; null: a person took it. */
    transaction: string | null;
  } | null;
  /** The money; null: it is not known whether it came. */
  payment_id: string | null;
  /** "cash" and "transfer" were taken by a person. */
  provider: string | null;
  /** Why it settled nothing. not_answered: the provider did not say whether money came. */
  reason: "wrong_amount" | "wrong_currency" | "wrong_mode" | "old_reference" | "order_cancelled" | "already_settled" | "unknown_order" | "not_answered";
  received_minor: number | null;
  reference: string;
  /** What one more refund may take of it. */
  refundable_minor: number;
  /** Newest first. */
  refunds: Array<Refund>;
  resolved_at: string | null;
  /** Of a person; null: nobody has, or it closed by itself. */
  resolved_by: string | null;
  /** open: a person has to say. refunding: a refund of it is under way; when it fails the review is open again. The others are final. */
  state: "open" | "refunding" | "accepted" | "attached" | "refunded" | "dismissed" | "answered";
}

export interface PaymentReviewPage {
  items: Array<PaymentReview>;
  next_cursor: string | null;
}

export interface PlacedOrder {
  /** Not: the order that has these items already. */
  is_new: boolean;
  order: Order;
  /** Failed: the order stands; ask for a link again. */
  payment_link: "not_asked" | "sent" | "failed";
}

export interface Plan {
  ai_replies: PlanUse;
  /** Months are those of the business's time zone. */
  begins_at: string;
  connections: PlanUse;
  ends_at: string;
  members: PlanUse;
  month: string;
  /** Null: this server has no plans, or none for you. */
  name: string | null;
  /** What happens next, in words. */
  next: string;
  products: PlanUse;
  /** Of the AI: near_limit from 80 %, paused from 100 % on. */
  state: "unlimited" | "normal" | "near_limit" | "paused";
}

export interface PlanUse {
  /** Null: without limit. */
  allowed: number | null;
  percent: number | null;
  used: number;
  /** near_limit from 80 %, at_limit from 100 % on, when no more can be added; of AI replies see `state`. none without a limit. */
  warning: "none" | "near_limit" | "at_limit";
}

export interface Problem {
  detail?: string;
  errors?: Array<{
    detail: string;
    /** JSON Pointer into the body, or the name of a parameter. */
    field: string;
  }>;
  request_id: string;
  status: number;
  title: string;
  /** about:blank: refused at the door, the status says it all. */
  type: "about:blank" | "/problems/malformed-request" | "/problems/unauthenticated" | "/problems/wrong-credentials" | "/problems/second-factor-needed" | "/problems/forbidden" | "/problems/not-found" | "/problems/conflict" | "/problems/send-window-closed" | "/problems/customer-blocked" | "/problems/plan-limit-reached" | "/problems/stale" | "/problems/too-large" | "/problems/unsupported-media-type" | "/problems/invalid-fields" | "/problems/precondition-missing" | "/problems/too-many-requests" | "/problems/internal" | "/problems/unavailable" | "/problems/connect-not-set-up" | "/problems/connect-denied" | "/problems/connect-expired" | "/problems/connect-used" | "/problems/connect-foreign" | "/problems/connect-permissions" | "/problems/connect-nothing-found" | "/problems/connect-wrong-pin" | "/problems/connected-elsewhere" | "/problems/not-connected" | "/problems/provider-refused" | "/problems/provider-silent";
}

export interface Product {
  /** An archived product is not offered any more. */
  active: boolean;
  currency: string;
  description: string;
  id: string;
  images: Array<ProductImage>;
  name: string;
  /** Of one piece, in minor units of the currency. */
  price_minor: number;
  sku: string;
  /** Free to promise: what open orders hold is taken out. */
  stock: number;
  variant: {
    group_id: string;
    /** One for each option of the group, in its order. */
    values: Array<string>;
  } | null;
  /** The ETag. Stock does not raise it. */
  version: number;
}

export interface ProductGroup {
  id: string;
  name: string;
  /** What its products differ in: size, colour. */
  options: Array<string>;
  /** How many it has. */
  products: number;
  version: number;
}

export interface ProductGroupPage {
  items: Array<ProductGroup>;
  next_cursor: string | null;
}

export interface ProductImage {
  content_type: "image/jpeg" | "image/png";
  height: number;
  id: string;
  width: number;
}

export interface ProductImport {
  cancel_wanted: boolean;
  created: number;
  created_at: string;
  /** Null while it is open. */
  finished_at: string | null;
  id: string;
  /** The account. */
  ordered_by: string;
  /** Why it failed. */
  problem: string;
  refused: number;
  rows: number;
  rows_done: number;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  unchanged: number;
  updated: number;
}

export interface ProductImportPage {
  items: Array<ProductImport>;
  next_cursor: string | null;
}

export interface ProductImportPreview {
  columns: Array<{
    column: string;
    field: "sku" | "name" | "description" | "price" | "stock" | "active" | null;
  }>;
  created: number;
  refused: number;
  rows: Array<{
    /** Of what was refused. */
    column: string;
    outcome: "created" | "updated" | "unchanged" | "refused";
    /** Why it was refused. */
    reason: string;
    /** As a spreadsheet numbers it. */
    row: number;
    sku: string;
  }>;
  unchanged: number;
  updated: number;
}

export interface ProductPage {
  items: Array<Product>;
  next_cursor: string | null;
}

export interface PushKey {
  /** What a browser takes as applicationServerKey. */
  public_key: string;
}

export interface PushSubscription {
  created_at: string;
  device: string;
  id: string;
  is_this_session: boolean;
  last_success_at: string | null;
  service: string;
}

export interface PushSubscriptionPage {
  items: Array<PushSubscription>;
  next_cursor: string | null;
}

export interface ReceivedPayment {
  /** ISO 4217; amounts are in its minor units. */
  currency: string;
  /** Of the order. */
  customer_id: string | null;
  customer_name: string;
  id: string;
  /** The customer's bank has asked for it. */
  is_disputed: boolean;
  mode: "test" | "live";
  /** That it settled, or that its reference names. */
  order_id: string | null;
  order_number: number | null;
  /** That was asked; null: a person took it. */
  payment_connection_id: string | null;
  /** It settled the order, a person has to say what it is for, or has said that it is not the shop's business. */
  place: "on_order" | "in_review" | "dismissed";
  /** "cash" and "transfer" were taken by a person. */
  provider: string;
  /** When it became known here. */
  received_at: string;
  received_minor: number;
  /** Ours: of an order and one attempt to pay it. */
  reference: string;
  /** What went back so far, by us or otherwise. */
  returned_minor: number;
  /** The provider's; null: a person took it. */
  transaction: string | null;
}

export interface ReceivedPaymentDetail {
  /** ISO 4217; amounts are in its minor units. */
  currency: string;
  /** Of the order. */
  customer_id: string | null;
  customer_name: string;
  id: string;
  /** The customer's bank has asked for it. */
  is_disputed: boolean;
  mode: "test" | "live";
  order: {
    channel: "messenger" | "instagram" | "whatsapp";
    conversation_id: string;
    created_at: string;
    /** ISO 4217; amounts are in its minor units. */
    currency: string;
    customer_id: string;
    customer_name: string;
    /** open: the customer's bank asks for the money. The order is frozen until a person releases it. */
    dispute: "none" | "open" | "released";
    id: string;
    /** Shown to people as "#1042"; rises, with gaps. */
    number: number;
    paid_at: string | null;
    pieces: number;
    /** What settled it: more than the total when the customer bears the fees, anything when a person said so. */
    received_minor: number;
    /** What went back of that. */
    refunded_minor: number;
    /** Of an open order: when its stock goes back, with a few minutes more while a payment link is live. */
    reserved_until: string | null;
    /** draft and awaiting_payment are open; the others are closed. */
    status: "draft" | "awaiting_payment" | "paid" | "fulfilled" | "cancelled" | "refunded";
    total_minor: number;
    /** The ETag. */
    version: number;
  } | null;
  /** That it settled, or that its reference names. */
  order_id: string | null;
  order_number: number | null;
  /** That was asked; null: a person took it. */
  payment_connection_id: string | null;
  /** It settled the order, a person has to say what it is for, or has said that it is not the shop's business. */
  place: "on_order" | "in_review" | "dismissed";
  /** "cash" and "transfer" were taken by a person. */
  provider: string;
  /** When it became known here. */
  received_at: string;
  received_minor: number;
  /** Ours: of an order and one attempt to pay it. */
  reference: string;
  /** What one more refund may take of it. */
  refundable_minor: number;
  /** Newest first. */
  refunds: Array<Refund>;
  /** What went back so far, by us or otherwise. */
  returned_minor: number;
  review: {
    /** ISO 4217; amounts are in its minor units. */
    currency: string | null;
    id: string;
    mode: "test" | "live" | null;
    note: string;
    opened_at: string;
    /** The order that the reference names, if there is one. */
    order_id: string | null;
    order_number: number | null;
    /** The money; null: it is not known whether it came. */
    payment_id: string | null;
    /** "cash" and "transfer" were taken by a person. */
    provider: string | null;
    /** Why it settled nothing. not_answered: the provider did not say whether money came. */
    reason: "wrong_amount" | "wrong_currency" | "wrong_mode" | "old_reference" | "order_cancelled" | "already_settled" | "unknown_order" | "not_answered";
    received_minor: number | null;
    reference: string;
    resolved_at: string | null;
    /** Of a person; null: nobody has, or it closed by itself. */
    resolved_by: string | null;
    /** open: a person has to say. refunding: a refund of it is under way; when it fails the review is open again. The others are final. */
    state: "open" | "refunding" | "accepted" | "attached" | "refunded" | "dismissed" | "answered";
  } | null;
  /** The provider's; null: a person took it. */
  transaction: string | null;
}

export interface ReceivedPaymentPage {
  items: Array<ReceivedPayment>;
  next_cursor: string | null;
}

export interface RecoveryCodes {
  recovery_codes: Array<string>;
}

export interface Refund {
  amount_minor: number;
  /** ISO 4217; amounts are in its minor units. */
  currency: string;
  /** Who agreed or rejected; null: nobody else had to yet. */
  decided_by: string | null;
  id: string;
  /** The provider called it failed after it had succeeded. */
  is_contradicted: boolean;
  mode: "test" | "live";
  /** Why it was rejected or failed, or what a person says became of it. */
  note: string;
  order_id: string | null;
  order_number: number | null;
  /** elsewhere: in the provider's dashboard. */
  origin: "here" | "elsewhere";
  payment_id: string;
  /** "cash" and "transfer" were taken by a person. */
  provider: string;
  /** The provider's own id of it, once it has one. */
  provider_refund_id: string | null;
  reason: string;
  requested_at: string;
  /** Null: not by a person here. */
  requested_by: string | null;
  /** When the whole order is refunded its pieces return to the stock. */
  restock: boolean;
  sent_at: string | null;
  /** awaiting_approval: another person has to agree. approved: it is about to be sent. sending: whether the provider has it is not known yet. needs_attention: the provider waits for the business. unproved: a person has to look at the provider's and say what became of it. */
  state: "awaiting_approval" | "rejected" | "approved" | "sending" | "pending" | "needs_attention" | "succeeded" | "failed" | "unproved";
}

export interface RefundPage {
  items: Array<Refund>;
  next_cursor: string | null;
}

export interface SecondFactorEnrolment {
  otpauth_uri: string;
  /** The same as a picture. */
  qr_svg: string;
  /** Base32, to type into the app. Shown this once. */
  secret: string;
}

export interface SentMessage {
  /** Rises with each change of owner. */
  epoch: number;
  /** One for each message on the channel, as they stand now. */
  messages: Array<Message>;
  /** Who answers. */
  owner: "ai" | "person";
  /** The account that took the chat over; null when the AI has it, or a person who wrote from the platform's own app. */
  taken_by: string | null;
}

export interface Session {
  address: string;
  created_at: string;
  device: string;
  id: string;
  is_current: boolean;
  last_used_at: string;
}

export interface Stock {
  /** Free to promise, after the change. */
  stock: number;
}

export interface StockMovement {
  /** Who did it. */
  account_id: string;
  at: string;
  delta: number;
  id: string;
  reason: string;
  stock_after: number;
}

export interface StockMovementPage {
  items: Array<StockMovement>;
  next_cursor: string | null;
}

export interface Task {
  conversation_id: string | null;
  created_at: string;
  done_at: string | null;
  done_by: string | null;
  id: string;
  kind: "handover" | "parked" | "unconfirmed" | "send_failed" | "customer_not_told" | "payment_review" | "connection" | "payment_connection" | "plan" | "webhook" | "dispute" | "refund_awaits_approval" | "refund_needs_attention" | "refund_failed" | "refund_unproved" | "refund_contradicted" | "more_came";
  reason: string;
}

export interface TaskPage {
  items: Array<Task>;
  next_cursor: string | null;
}

export interface Tokens {
  /** Send it as Bearer. */
  access_token: string;
  /** Seconds. */
  expires_in: number;
  /** Null when it was set as a cookie. */
  refresh_token: string | null;
}

export interface Training {
  /** What is true of the business and may be told to anybody. */
  facts: Array<string>;
  faqs: Array<{
    answer: string;
    question: string;
  }>;
  /** What the AI says nothing about. */
  forbidden_topics: Array<string>;
  hand_over: {
    /** A message with one of these goes to a person and no model is asked. Whole words, whatever their case and accents. */
    keywords: Array<string>;
    /** What the AI is to hand over by itself. */
    topics: Array<string>;
  };
  /** How the AI is to behave; the server's own rules come first. */
  rules: Array<string>;
  /** How the AI speaks. */
  tone: string;
}

export interface TrainingChanges {
  added_faqs: Array<{
    answer: string;
    question: string;
  }>;
  changed_answers: Array<{
    after: string;
    before: string;
    question: string;
  }>;
  /** A version's number; 0: before the first. */
  from: number;
  /** Only those that differ. */
  lists: Array<{
    added: Array<string>;
    part: "facts" | "rules" | "forbidden_topics" | "hand_over.keywords" | "hand_over.topics";
    removed: Array<string>;
  }>;
  removed_faqs: Array<{
    answer: string;
    question: string;
  }>;
  /** Null: the draft. */
  to: number | null;
  tone: {
    after: string;
    before: string;
  } | null;
}

export interface TrainingDraft {
  /** The number that was published when it was edited last. */
  based_on: number;
  content: Training;
  edited_at: string | null;
  edited_by: string | null;
  /** The number that is published now. */
  published: number;
  /** Of a prompt's room for training. */
  tokens: number;
  /** The ETag. 0: nobody has edited it yet. */
  version: number;
}

export interface TrainingRequest {
  /** What is true of the business and may be told to anybody. */
  facts: Array<string>;
  faqs: Array<{
    answer: string;
    question: string;
  }>;
  /** What the AI says nothing about. */
  forbidden_topics: Array<string>;
  hand_over: {
    /** A message with one of these goes to a person and no model is asked. Whole words, whatever their case and accents. */
    keywords: Array<string>;
    /** What the AI is to hand over by itself. */
    topics: Array<string>;
  };
  /** How the AI is to behave; the server's own rules come first. */
  rules: Array<string>;
  /** How the AI speaks. */
  tone: string;
}

export interface TrainingTrial {
  actions: Array<{
    /** The server would do it, as things are now. */
    accepted: boolean;
    /** JSON, as it would be stored. */
    arguments: string;
    name: string;
    /** Why it would not; empty when it would. */
    refusal: string;
  }>;
  draft_version: number;
  hand_over_reason: string;
  handed_over: boolean;
  /** Estimated; 0: no model was asked. */
  prompt_tokens: number;
  /** What the customer would read. What actions did is told by sentences of the server, which are not among it. */
  reply: string;
  /** Why sentences of the model would not be sent. */
  withheld: Array<string>;
}

export interface TrainingVersion {
  content: Training;
  /** Null: nothing was published. */
  id: string | null;
  note: string;
  /** 1 is the first; 0: nothing was published. */
  number: number;
  published_at: string | null;
  /** The account; null: provisioned, or nothing was published. */
  published_by: string | null;
  /** The number of the version whose content it has again. */
  restored_from: number | null;
}

export interface TrainingVersionLine {
  /** Null: nothing was published. */
  id: string | null;
  note: string;
  /** 1 is the first; 0: nothing was published. */
  number: number;
  published_at: string | null;
  /** The account; null: provisioned, or nothing was published. */
  published_by: string | null;
  /** The number of the version whose content it has again. */
  restored_from: number | null;
}

export interface TrainingVersionPage {
  items: Array<TrainingVersionLine>;
  next_cursor: string | null;
}

export interface UnreadNotifications {
  /** Ends at 1,000. */
  unread: number;
}

export interface WebhookDelivery {
  /** Since it was to be sent first, or was replayed. */
  attempts: number;
  event_id: string;
  last_attempt_at: string | null;
  /** Why there was no answer. */
  last_problem: "refused" | "unreachable" | "timed_out" | "lost" | "turned_off" | null;
  last_status: number | null;
  next_attempt_at: string | null;
  occurred_at: string;
  replays: number;
  state: "waiting" | "delivered" | "dead";
  type: string;
}

export interface WebhookDeliveryPage {
  items: Array<WebhookDelivery>;
  next_cursor: string | null;
}

export interface WebhookEndpoint {
  active: boolean;
  created_at: string;
  created_by: string;
  description: string;
  /** What it is told of. */
  events: Array<"order.placed" | "order.paid" | "order.fulfilled" | "order.cancelled" | "order.refunded" | "payment.review" | "conversation.handed_over" | "invoice.issued">;
  failing_since: string | null;
  id: string;
  last_success_at: string | null;
  /** Who turned it off: a person, three days without a success, or its own 410. */
  off_reason: "person" | "failing" | "gone" | null;
  previous_secret_until: string | null;
  /** The secret's last four characters. */
  secret_hint: string;
  /** https, on port 443 or 8443 of a public host. Redirects are not followed. */
  url: string;
  version: number;
}

export interface WebhookEndpointPage {
  items: Array<WebhookEndpoint>;
  next_cursor: string | null;
}

export interface WebhookEndpointWithSecret {
  active: boolean;
  created_at: string;
  created_by: string;
  description: string;
  /** What it is told of. */
  events: Array<"order.placed" | "order.paid" | "order.fulfilled" | "order.cancelled" | "order.refunded" | "payment.review" | "conversation.handed_over" | "invoice.issued">;
  failing_since: string | null;
  id: string;
  last_success_at: string | null;
  /** Who turned it off: a person, three days without a success, or its own 410. */
  off_reason: "person" | "failing" | "gone" | null;
  previous_secret_until: string | null;
  /** With which we sign (standardwebhooks.com). It is not shown again. */
  secret: string;
  /** The secret's last four characters. */
  secret_hint: string;
  /** https, on port 443 or 8443 of a public host. Redirects are not followed. */
  url: string;
  version: number;
}

/** Join the team with the account that you are signed in to; its address must be the invited one. */
export const accept_invitation = /* @__PURE__ */ operation<{ path: object; query: object; body: {
  /** From the mail. */
  token: string;
}; answer: Membership; needs: "nothing" }>("accept_invitation", "POST", "/invitations/accept", "account", "nothing");

/** Open an account for the invited address, which the token proves, and join the team: signed in. */
export const accept_invitation_as_new = /* @__PURE__ */ operation<{ path: object; query: object; body: {
  /** Where the refresh token goes: browsers use an HttpOnly cookie, other clients the body. */
  keep_in?: "body" | "cookie";
  name: string;
  /** At most 72 bytes in UTF-8. */
  password: string;
  /** From the mail. */
  token: string;
}; answer: Tokens; needs: "nothing" }>("accept_invitation_as_new", "POST", "/invitations/accept-as-new", "anyone", "nothing");

/** Makes a canned reply, at most 100; no two have the same shortcut. */
export const add_canned_reply = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: {
  /** What is typed after the slash. */
  shortcut: string;
  text: string;
}; answer: CannedReply; needs: "nothing" }>("add_canned_reply", "POST", "/businesses/{business_id}/canned-replies", "admin", "nothing");

/** Makes a label, at most 100; no two have the same name. */
export const add_label = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: {
  colour: "grey" | "red" | "orange" | "yellow" | "green" | "teal" | "blue" | "purple" | "pink";
  name: string;
}; answer: Label; needs: "nothing" }>("add_label", "POST", "/businesses/{business_id}/labels", "admin", "nothing");

/** Writes a note, at most 1,000 a conversation, and mentions members. */
export const add_note = /* @__PURE__ */ operation<{ path: { business_id: string; conversation_id: string }; query: object; body: {
  mentions?: Array<string>;
  text: string;
}; answer: Note; needs: "nothing" }>("add_note", "POST", "/businesses/{business_id}/conversations/{conversation_id}/notes", "agent", "nothing");

/** Connects a payment provider; each once in test and once in live mode. Links are made with the oldest live connection, else with the oldest in test mode; the others answer for the links that they made. */
export const add_payment_connection = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: {
  provider: "paystack" | "flutterwave" | "stripe";
  /** The secret key as the provider shows it; test or live is told from how it begins. */
  secret_key: string;
  /** With which the provider signs its events: Stripe's signing secret (whsec_…), Flutterwave's secret hash. Several, so that one can be replaced. Paystack signs with the secret key; here may stand its former ones. */
  webhook_secrets?: Array<string>;
}; answer: PaymentConnection; needs: "nothing" }>("add_payment_connection", "POST", "/businesses/{business_id}/payment-connections", "admin", "nothing");

/** This browser takes messages, until you sign out here. Of 20 the oldest makes room. */
export const add_push_subscription = /* @__PURE__ */ operation<{ path: object; query: object; body: {
  /** At the browser's push service. Never shown again. */
  endpoint: string;
  keys: {
    auth: string;
    p256dh: string;
  };
}; answer: PushSubscription; needs: "nothing" }>("add_push_subscription", "POST", "/me/push-subscriptions", "account", "nothing");

/** Tells one more program, at most 10. What is committed from then on is sent, each event until it is taken (2xx) or a day has passed. */
export const add_webhook_endpoint = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: {
  description?: string;
  /** What it is told of. */
  events: Array<"order.placed" | "order.paid" | "order.fulfilled" | "order.cancelled" | "order.refunded" | "payment.review" | "conversation.handed_over" | "invoice.issued">;
  /** https, on port 443 or 8443 of a public host. Redirects are not followed. */
  url: string;
}; answer: WebhookEndpointWithSecret; needs: "nothing" }>("add_webhook_endpoint", "POST", "/businesses/{business_id}/webhook-endpoints", "admin", "nothing");

/** So many pieces more, or fewer; never below none. */
export const adjust_product_stock = /* @__PURE__ */ operation<{ path: { business_id: string; product_id: string }; query: object; body: {
  delta: number;
  /** For the list of movements: "counted", "broken". */
  reason: string;
}; answer: Stock; needs: "key" }>("adjust_product_stock", "POST", "/businesses/{business_id}/products/{product_id}/stock/adjust", "admin", "key");

/** Another person than the one who asked agrees: the money goes back. */
export const approve_refund = /* @__PURE__ */ operation<{ path: { business_id: string; refund_id: string }; query: object; body: undefined; answer: Refund; needs: "key" }>("approve_refund", "POST", "/businesses/{business_id}/refunds/{refund_id}/approve", "admin", "key");

/** It is not offered any more; orders that have it go on. */
export const archive_product = /* @__PURE__ */ operation<{ path: { business_id: string; product_id: string }; query: object; body: undefined; answer: Product; needs: "nothing" }>("archive_product", "POST", "/businesses/{business_id}/products/{product_id}/archive", "admin", "nothing");

/** Gives it to a member to work on, or (null) to nobody. Who answers the customer stays. */
export const assign_conversation = /* @__PURE__ */ operation<{ path: { business_id: string; conversation_id: string }; query: object; body: {
  assignee_id: string | null;
}; answer: Conversation; needs: "nothing" }>("assign_conversation", "PUT", "/businesses/{business_id}/conversations/{conversation_id}/assignee", "agent", "nothing");

/** Gives it this label. */
export const attach_label = /* @__PURE__ */ operation<{ path: { business_id: string; conversation_id: string; label_id: string }; query: object; body: undefined; answer: Conversation; needs: "nothing" }>("attach_label", "PUT", "/businesses/{business_id}/conversations/{conversation_id}/labels/{label_id}", "agent", "nothing");

/** Begins a login at Meta, which this session has to finish within ten minutes. */
export const begin_connect_flow = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: {
  /** To renew this connection, and no other. */
  connection_id?: string;
  kind: "facebook" | "instagram" | "whatsapp";
}; answer: BegunConnectFlow; needs: "nothing" }>("begin_connect_flow", "POST", "/businesses/{business_id}/connect-flows", "admin", "nothing");

/** First step: a secret for your authenticator app. Nothing is on before it was confirmed. */
export const begin_second_factor = /* @__PURE__ */ operation<{ path: object; query: object; body: {
  password: string;
}; answer: SecondFactorEnrolment; needs: "nothing" }>("begin_second_factor", "POST", "/me/second-factor", "account", "nothing");

/** What they write from now on is kept, and neither answered nor told to anybody. */
export const block_customer = /* @__PURE__ */ operation<{ path: { business_id: string; customer_id: string }; query: object; body: undefined; answer: CustomerProfile; needs: "nothing" }>("block_customer", "POST", "/businesses/{business_id}/customers/{customer_id}/block", "agent", "nothing");

/** Ends a login that the person cancelled at Meta, or that failed there. */
export const cancel_connect_flow = /* @__PURE__ */ operation<{ path: { business_id: string; connect_flow_id: string }; query: object; body: {
  /** As `begin_connect_flow` gave it. */
  state: string;
}; answer: ConnectFlow; needs: "nothing" }>("cancel_connect_flow", "POST", "/businesses/{business_id}/connect-flows/{connect_flow_id}/cancel", "admin", "nothing");

/** Ends an open order and puts its pieces back. Its payment provider is asked first: one that has just been paid is not cancelled. */
export const cancel_order = /* @__PURE__ */ operation<{ path: { business_id: string; order_id: string }; query: object; body: {
  /** For the timeline. */
  reason: string;
  /** Says so in the chat, in the server's own words and in the same commit. */
  tell_customer?: boolean;
}; answer: Order; needs: "version" }>("cancel_order", "POST", "/businesses/{business_id}/orders/{order_id}/cancel", "agent", "version");

/** Ends an import before its next part; what it took stays. */
export const cancel_product_import = /* @__PURE__ */ operation<{ path: { business_id: string; import_id: string }; query: object; body: undefined; answer: ProductImport; needs: "nothing" }>("cancel_product_import", "POST", "/businesses/{business_id}/products/imports/{import_id}/cancel", "admin", "nothing");

/** Changes what is given. The currency only while there is neither a product nor an order; how much one person refunds alone only as an owner. */
export const change_business = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: {
  /** After how many minutes, and again so many later. Null: the time for which the stock is held is shared out; one reminder comes after half of it. */
  checkout_reminder_minutes?: number | null;
  /** How often at most a customer is reminded of an order that waits for payment by a link: in the chat, while its send window is open and the AI has it. 0: never. A change counts from the next time that one would be due; a link that was made while it was 0 has none. */
  checkout_reminders?: number;
  /** ISO 4217: NGN. */
  currency?: string;
  /** BCP 47, without extensions: en-NG. */
  locale?: string;
  /** A product runs low when a sale or a correction brings its stock down to this: whoever manages the business is told once, until somebody adds some. Null: nobody is told. */
  low_stock_at?: number | null;
  /** What customers read. */
  name?: string;
  /** How much of one payment goes back on one person's word, in the business's currency: above it another person has to agree. Null: any sum. Only an owner changes it. */
  refund_limit_minor?: number | null;
  /** A name of the IANA database: Africa/Lagos. */
  timezone?: string;
}; answer: Business; needs: "version" }>("change_business", "PATCH", "/businesses/{business_id}", "admin", "version");

/** Changes shortcut and text. */
export const change_canned_reply = /* @__PURE__ */ operation<{ path: { business_id: string; canned_reply_id: string }; query: object; body: {
  /** What is typed after the slash. */
  shortcut: string;
  text: string;
}; answer: CannedReply; needs: "version" }>("change_canned_reply", "PUT", "/businesses/{business_id}/canned-replies/{canned_reply_id}", "admin", "version");

/** Says in which approved template customers are told of their orders outside the send window. */
export const change_connection = /* @__PURE__ */ operation<{ path: { business_id: string; connection_id: string }; query: object; body: {
  /** Of a WhatsApp number: the approved utility template in which its customers are told of their orders outside the 24 hours. Its body has one variable, {{1}}, which the news takes. Null: none. */
  notice_template: {
    /** As Meta writes it. */
    language: string;
    name: string;
  } | null;
}; answer: Connection; needs: "version" }>("change_connection", "PATCH", "/businesses/{business_id}/connections/{connection_id}", "admin", "version");

/** Changes what is given; empty takes it away. */
export const change_customer = /* @__PURE__ */ operation<{ path: { business_id: string; customer_id: string }; query: object; body: {
  address?: string;
  email?: string;
  name?: string;
  phone?: string;
}; answer: CustomerProfile; needs: "version" }>("change_customer", "PATCH", "/businesses/{business_id}/customers/{customer_id}", "agent", "version");

/** Says all of it anew, for orders that are priced and invoices that are issued from now on. */
export const change_invoice_settings = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: {
  address: string;
  /** At the end of each document. */
  footer: string;
  /** Who sells; empty: the business's name. */
  legal_name: string;
  /** Whether a customer who left an e-mail address is sent the link to each new invoice and credit note, where the server sends mail. Not given: as it is. */
  mail_documents?: boolean;
  /** inclusive: prices hold the tax. exclusive: it comes on top when an order is priced. Orders that are there stay as they were priced. */
  tax_mode: "none" | "inclusive" | "exclusive";
  /** Needed when there is a tax. */
  tax_name: string;
  tax_number: string;
  /** Basis points: 750 is 7.5 %. Of none: 0. */
  tax_rate_bp: number;
}; answer: InvoiceSettings; needs: "version" }>("change_invoice_settings", "PUT", "/businesses/{business_id}/invoice-settings", "admin", "version");

/** Renames or recolours a label. */
export const change_label = /* @__PURE__ */ operation<{ path: { business_id: string; label_id: string }; query: object; body: {
  colour: "grey" | "red" | "orange" | "yellow" | "green" | "teal" | "blue" | "purple" | "pink";
  name: string;
}; answer: Label; needs: "version" }>("change_label", "PUT", "/businesses/{business_id}/labels/{label_id}", "admin", "version");

/** Change your name. */
export const change_me = /* @__PURE__ */ operation<{ path: object; query: object; body: {
  name: string;
}; answer: Me; needs: "nothing" }>("change_me", "PATCH", "/me", "account", "nothing");

/** Gives another role, not above your own. The last owner stays one. */
export const change_member = /* @__PURE__ */ operation<{ path: { business_id: string; member_id: string }; query: object; body: {
  role: "viewer" | "agent" | "admin" | "owner";
}; answer: Member; needs: "version" }>("change_member", "PATCH", "/businesses/{business_id}/members/{member_id}", "admin", "version");

/** Chooses all of it anew, for yourself. */
export const change_notification_settings = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: {
  /** A summary by mail. */
  digest: "off" | "daily" | "weekly";
  kinds: NotificationKindsRequest;
  /** No mail and no push in these hours. */
  quiet_hours: {
    /** Local time. */
    from: string;
    /** A name of the IANA database: Africa/Lagos. */
    timezone: string;
    /** Over midnight when it is earlier; the minute is not included. */
    to: string;
  } | null;
}; answer: NotificationSettings; needs: "version" }>("change_notification_settings", "PUT", "/businesses/{business_id}/notification-settings", "viewer", "version");

/** All items of an open order, as they shall be, at today's prices. A payment link that is out is dropped; money for it goes to review. */
export const change_order_items = /* @__PURE__ */ operation<{ path: { business_id: string; order_id: string }; query: object; body: {
  /** At the catalogue's prices; the same sku twice is one line. */
  items: Array<{
    quantity: number;
    sku: string;
  }>;
  /** Says so in the chat, in the server's own words and in the same commit. */
  tell_customer?: boolean;
}; answer: Order; needs: "version" }>("change_order_items", "PUT", "/businesses/{business_id}/orders/{order_id}/items", "agent", "version");

/** Change your password; ends your other sessions. */
export const change_password = /* @__PURE__ */ operation<{ path: object; query: object; body: {
  current_password: string;
  /** At most 72 bytes in UTF-8. */
  new_password: string;
}; answer: undefined; needs: "nothing" }>("change_password", "POST", "/me/password", "account", "nothing");

/** What is given changes; the next message of any chat sees it. */
export const change_product = /* @__PURE__ */ operation<{ path: { business_id: string; product_id: string }; query: object; body: {
  description?: string;
  /** What customers read. */
  name?: string;
  /** Of one piece, in minor units. */
  price_minor?: number;
  variant?: {
    group_id: string;
    /** One for each option of the group, in its order. */
    values: Array<string>;
  } | null;
}; answer: Product; needs: "version" }>("change_product", "PATCH", "/businesses/{business_id}/products/{product_id}", "admin", "version");

/** Another name. */
export const change_product_group = /* @__PURE__ */ operation<{ path: { business_id: string; group_id: string }; query: object; body: {
  name: string;
}; answer: ProductGroup; needs: "version" }>("change_product_group", "PATCH", "/businesses/{business_id}/product-groups/{group_id}", "admin", "version");

/** Changes what is given; one that was turned off begins anew when it is turned on. */
export const change_webhook_endpoint = /* @__PURE__ */ operation<{ path: { business_id: string; webhook_endpoint_id: string }; query: object; body: {
  active?: boolean;
  description?: string;
  /** What it is told of. */
  events?: Array<"order.placed" | "order.paid" | "order.fulfilled" | "order.cancelled" | "order.refunded" | "payment.review" | "conversation.handed_over" | "invoice.issued">;
  /** https, on port 443 or 8443 of a public host. Redirects are not followed. */
  url?: string;
}; answer: WebhookEndpoint; needs: "version" }>("change_webhook_endpoint", "PATCH", "/businesses/{business_id}/webhook-endpoints/{webhook_endpoint_id}", "admin", "version");

/** Asks Meta whether the token lives and whether messages are sent to us; subscribes again if not. */
export const check_connection = /* @__PURE__ */ operation<{ path: { business_id: string; connection_id: string }; query: object; body: undefined; answer: Connection; needs: "nothing" }>("check_connection", "POST", "/businesses/{business_id}/connections/{connection_id}/check", "admin", "nothing");

/** Asks the provider whether the key works: its balance is read and forgotten. */
export const check_payment_connection = /* @__PURE__ */ operation<{ path: { business_id: string; payment_connection_id: string }; query: object; body: undefined; answer: PaymentConnection; needs: "nothing" }>("check_payment_connection", "POST", "/businesses/{business_id}/payment-connections/{payment_connection_id}/check", "admin", "nothing");

/** Connects some of the accounts that a login opened: all of them or none. */
export const choose_connect_accounts = /* @__PURE__ */ operation<{ path: { business_id: string; connect_flow_id: string }; query: object; body: {
  accounts: Array<{
    channel: "messenger" | "instagram" | "whatsapp";
    external_id: string;
  }>;
  /** Two-step PIN of a WhatsApp number. Without one a new one is set, which WhatsApp Manager can reset. */
  pin?: string;
}; answer: ConnectFlow; needs: "nothing" }>("choose_connect_accounts", "POST", "/businesses/{business_id}/connect-flows/{connect_flow_id}/choose", "admin", "nothing");

/** What publishing the draft would change. */
export const compare_training_draft = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: undefined; answer: TrainingChanges; needs: "nothing" }>("compare_training_draft", "GET", "/businesses/{business_id}/training/draft/changes", "viewer", "nothing");

/** What a version changed, against the one before it or another one. */
export const compare_training_versions = /* @__PURE__ */ operation<{ path: { business_id: string; training_version_id: string }; query: { since?: string }; body: undefined; answer: TrainingChanges; needs: "nothing" }>("compare_training_versions", "GET", "/businesses/{business_id}/training/versions/{training_version_id}/changes", "viewer", "nothing");

/** Second step: a code of the app turns it on and gives the recovery codes, this once. */
export const confirm_second_factor = /* @__PURE__ */ operation<{ path: object; query: object; body: {
  code: string;
}; answer: RecoveryCodes; needs: "nothing" }>("confirm_second_factor", "POST", "/me/second-factor/confirm", "account", "nothing");

/** How much of it you have not read. */
export const count_unread_notifications = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: undefined; answer: UnreadNotifications; needs: "nothing" }>("count_unread_notifications", "GET", "/businesses/{business_id}/notifications/unread", "viewer", "nothing");

/** A new product; chats offer it at once. */
export const create_product = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: {
  description?: string;
  /** What customers read. */
  name: string;
  /** Of one piece, in minor units. */
  price_minor: number;
  /** Names the product in orders, carts and files; fixed. */
  sku: string;
  stock?: number;
  variant?: {
    group_id: string;
    /** One for each option of the group, in its order. */
    values: Array<string>;
  } | null;
}; answer: Product; needs: "nothing" }>("create_product", "POST", "/businesses/{business_id}/products", "admin", "nothing");

/** A new group, at most 5,000; its products name it as their variant's group. */
export const create_product_group = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: {
  name: string;
  /** What its products differ in: size, colour. */
  options: Array<string>;
}; answer: ProductGroup; needs: "nothing" }>("create_product_group", "POST", "/businesses/{business_id}/product-groups", "admin", "nothing");

/** Takes the picture away. */
export const delete_product_image = /* @__PURE__ */ operation<{ path: { business_id: string; product_id: string; image_id: string }; query: object; body: undefined; answer: undefined; needs: "nothing" }>("delete_product_image", "DELETE", "/businesses/{business_id}/products/{product_id}/images/{image_id}", "admin", "nothing");

/** Takes this label away. */
export const detach_label = /* @__PURE__ */ operation<{ path: { business_id: string; conversation_id: string; label_id: string }; query: object; body: undefined; answer: Conversation; needs: "nothing" }>("detach_label", "DELETE", "/businesses/{business_id}/conversations/{conversation_id}/labels/{label_id}", "agent", "nothing");

/** Takes an upload back that no message uses. */
export const discard_attachment = /* @__PURE__ */ operation<{ path: { business_id: string; attachment_id: string }; query: object; body: undefined; answer: undefined; needs: "nothing" }>("discard_attachment", "DELETE", "/businesses/{business_id}/attachments/{attachment_id}", "agent", "nothing");

/** Forgets the token and frees the account for another business; its chats stay. */
export const disconnect_connection = /* @__PURE__ */ operation<{ path: { business_id: string; connection_id: string }; query: object; body: undefined; answer: Connection; needs: "nothing" }>("disconnect_connection", "POST", "/businesses/{business_id}/connections/{connection_id}/disconnect", "admin", "nothing");

/** Gives the work up. */
export const drop_dead_job = /* @__PURE__ */ operation<{ path: { business_id: string; dead_job_id: string }; query: object; body: undefined; answer: undefined; needs: "nothing" }>("drop_dead_job", "DELETE", "/businesses/{business_id}/jobs/dead/{dead_job_id}", "admin", "nothing");

/** End all of your sessions but this one. */
export const end_other_sessions = /* @__PURE__ */ operation<{ path: object; query: object; body: undefined; answer: {
  ended: number;
}; needs: "nothing" }>("end_other_sessions", "POST", "/sessions/end-others", "account", "nothing");

/** End one of your sessions. */
export const end_session = /* @__PURE__ */ operation<{ path: { session_id: string }; query: object; body: undefined; answer: undefined; needs: "nothing" }>("end_session", "DELETE", "/sessions/{session_id}", "account", "nothing");

/** Not snoozed any more. */
export const end_snooze = /* @__PURE__ */ operation<{ path: { business_id: string; conversation_id: string }; query: object; body: undefined; answer: Conversation; needs: "nothing" }>("end_snooze", "DELETE", "/businesses/{business_id}/conversations/{conversation_id}/snooze", "agent", "nothing");

/** The hash chain as JSON Lines, for sellavie verify-audit; pages follow one another until one is empty. */
export const export_activity = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { after?: number; limit?: number }; body: undefined; answer: Blob; needs: "nothing" }>("export_activity", "GET", "/businesses/{business_id}/activity/export", "admin", "nothing");

/** The whole catalogue as a sheet that can be imported again. */
export const export_products = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: undefined; answer: Blob; needs: "nothing" }>("export_products", "GET", "/businesses/{business_id}/products/export", "viewer", "nothing");

/** Takes the code of a login: connects the account, or lists the accounts to choose from. */
export const finish_connect_flow = /* @__PURE__ */ operation<{ path: { business_id: string; connect_flow_id: string }; query: object; body: {
  code: string;
  phone_number_id?: string;
  /** Two-step PIN of a WhatsApp number. Without one a new one is set, which WhatsApp Manager can reset. */
  pin?: string;
  /** As `begin_connect_flow` gave it. */
  state: string;
  waba_id?: string;
}; answer: ConnectFlow; needs: "nothing" }>("finish_connect_flow", "POST", "/businesses/{business_id}/connect-flows/{connect_flow_id}/finish", "admin", "nothing");

/** Marks a task as done. Who comes second is told who did it. */
export const finish_task = /* @__PURE__ */ operation<{ path: { business_id: string; task_id: string }; query: object; body: undefined; answer: Task; needs: "nothing" }>("finish_task", "POST", "/businesses/{business_id}/tasks/{task_id}/done", "agent", "nothing");

/** Begins a business; you are its owner. The same key again begins no second one. */
export const found_business = /* @__PURE__ */ operation<{ path: object; query: object; body: {
  /** ISO 4217: NGN. */
  currency: string;
  /** BCP 47, without extensions: en-NG. */
  locale?: string;
  /** What customers read. */
  name: string;
  /** A name of the IANA database: Africa/Lagos. */
  timezone: string;
}; answer: Business; needs: "key" }>("found_business", "POST", "/businesses", "account", "key");

/** A paid order has left the shop. */
export const fulfil_order = /* @__PURE__ */ operation<{ path: { business_id: string; order_id: string }; query: object; body: {
  /** Says so in the chat, in the server's own words and in the same commit. */
  tell_customer?: boolean;
  /** How it travels; told with the rest. */
  tracking?: string;
}; answer: Order; needs: "version" }>("fulfil_order", "POST", "/businesses/{business_id}/orders/{order_id}/fulfil", "agent", "version");

/** How far an import is. */
export const get_product_import = /* @__PURE__ */ operation<{ path: { business_id: string; import_id: string }; query: object; body: undefined; answer: ProductImport; needs: "nothing" }>("get_product_import", "GET", "/businesses/{business_id}/products/imports/{import_id}", "admin", "nothing");

/** The sheet as it came, with what became of each row; kept as long as its import is listed. */
export const get_product_import_result = /* @__PURE__ */ operation<{ path: { business_id: string; import_id: string }; query: object; body: undefined; answer: Blob; needs: "nothing" }>("get_product_import_result", "GET", "/businesses/{business_id}/products/imports/{import_id}/result", "admin", "nothing");

/** What the AI is taught now. */
export const get_training = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: undefined; answer: TrainingVersion; needs: "nothing" }>("get_training", "GET", "/businesses/{business_id}/training", "viewer", "nothing");

/** The draft that the team edits; what is published where nobody has edited. */
export const get_training_draft = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: undefined; answer: TrainingDraft; needs: "nothing" }>("get_training_draft", "GET", "/businesses/{business_id}/training/draft", "viewer", "nothing");

/** One version with its content. */
export const get_training_version = /* @__PURE__ */ operation<{ path: { business_id: string; training_version_id: string }; query: object; body: undefined; answer: TrainingVersion; needs: "nothing" }>("get_training_version", "GET", "/businesses/{business_id}/training/versions/{training_version_id}", "viewer", "nothing");

/** How long the stock of an open order waits; 14 days at most. */
export const hold_order = /* @__PURE__ */ operation<{ path: { business_id: string; order_id: string }; query: object; body: {
  until: string;
}; answer: Order; needs: "version" }>("hold_order", "PUT", "/businesses/{business_id}/orders/{order_id}/reservation", "agent", "version");

/** Has the sheet imported: a job takes its good rows, by sku; the same sheet again changes nothing. */
export const import_products = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { stock?: "keep" | "set"; sku_column?: string; name_column?: string; description_column?: string; price_column?: string; stock_column?: string; active_column?: string }; body: Blob; answer: ProductImport; needs: "key" }>("import_products", "POST", "/businesses/{business_id}/products/imports", "admin", "key");

/** Invites an address by mail, for 7 days, to a role not above your own. The answer is the same whether or not the address has an account; inviting it twice is refused. */
export const invite = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: {
  email: string;
  role: "viewer" | "agent" | "admin" | "owner";
}; answer: Invitation; needs: "nothing" }>("invite", "POST", "/businesses/{business_id}/invitations", "admin", "nothing");

/** The invoice of an order that awaits payment, is paid or fulfilled: issued once, then the same one. */
export const issue_order_invoice = /* @__PURE__ */ operation<{ path: { business_id: string; order_id: string }; query: object; body: undefined; answer: Invoice; needs: "nothing" }>("issue_order_invoice", "POST", "/businesses/{business_id}/orders/{order_id}/invoice", "agent", "nothing");

/** Ends your own membership. The last owner cannot leave. */
export const leave_business = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: undefined; answer: undefined; needs: "nothing" }>("leave_business", "POST", "/businesses/{business_id}/leave", "viewer", "nothing");

/** A link for the customer: the one there is while it has half of its sixty days left, else a new one. */
export const link_invoice = /* @__PURE__ */ operation<{ path: { business_id: string; invoice_id: string }; query: object; body: undefined; answer: InvoiceLink; needs: "nothing" }>("link_invoice", "POST", "/businesses/{business_id}/invoices/{invoice_id}/link", "agent", "nothing");

/** Who did what: every change that people made, and every sensitive read. */
export const list_activity = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; subject_id?: string; account_id?: string; action?: string; since?: string; until?: string; sort?: "newest" | "oldest" }; body: undefined; answer: ActivityPage; needs: "nothing" }>("list_activity", "GET", "/businesses/{business_id}/activity", "admin", "nothing");

/** The businesses that you belong to. */
export const list_businesses = /* @__PURE__ */ operation<{ path: object; query: { cursor?: string; limit?: number }; body: undefined; answer: BusinessPage; needs: "nothing" }>("list_businesses", "GET", "/businesses", "account", "nothing");

/** Texts that people send often. */
export const list_canned_replies = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; search?: string; sort?: "newest" | "oldest" }; body: undefined; answer: CannedReplyPage; needs: "nothing" }>("list_canned_replies", "GET", "/businesses/{business_id}/canned-replies", "viewer", "nothing");

/** The channel accounts, also those that were disconnected. */
export const list_connections = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; channel?: "messenger" | "instagram" | "whatsapp"; state?: "active" | "reconnect_needed" | "disconnected"; sort?: "newest" | "oldest" }; body: undefined; answer: ConnectionPage; needs: "nothing" }>("list_connections", "GET", "/businesses/{business_id}/connections", "viewer", "nothing");

/** The inbox, by the last message. A filtered page may hold less than `limit` and still have a next one. */
export const list_conversations = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; owner?: "ai" | "person"; channel?: "messenger" | "instagram" | "whatsapp"; assignee?: string; label?: string; snoozed?: boolean; unread?: boolean; name?: string; sort?: "newest" | "oldest" }; body: undefined; answer: ConversationPage; needs: "nothing" }>("list_conversations", "GET", "/businesses/{business_id}/conversations", "viewer", "nothing");

/** Who wrote to this business, by when they first did. */
export const list_customers = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; name?: string; sort?: "newest" | "oldest" }; body: undefined; answer: CustomerPage; needs: "nothing" }>("list_customers", "GET", "/businesses/{business_id}/customers", "viewer", "nothing");

/** Background work that failed for good, the latest first. It is kept for 90 days. */
export const list_dead_jobs = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number }; body: undefined; answer: DeadJobPage; needs: "nothing" }>("list_dead_jobs", "GET", "/businesses/{business_id}/jobs/dead", "admin", "nothing");

/** Invitations that nobody has accepted yet; expired ones for 30 days. */
export const list_invitations = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; role?: "viewer" | "agent" | "admin" | "owner"; sort?: "newest" | "oldest" }; body: undefined; answer: InvitationPage; needs: "nothing" }>("list_invitations", "GET", "/businesses/{business_id}/invitations", "admin", "nothing");

/** Invoices and credit notes, newest first. */
export const list_invoices = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; kind?: "invoice" | "credit_note"; order?: string; customer?: string; since?: string; until?: string; number?: string; sort?: "newest" | "oldest" }; body: undefined; answer: InvoicePage; needs: "nothing" }>("list_invoices", "GET", "/businesses/{business_id}/invoices", "viewer", "nothing");

/** The labels of the business. */
export const list_labels = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; search?: string; sort?: "newest" | "oldest" }; body: undefined; answer: LabelPage; needs: "nothing" }>("list_labels", "GET", "/businesses/{business_id}/labels", "viewer", "nothing");

/** The people of the business. */
export const list_members = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; role?: "viewer" | "agent" | "admin" | "owner"; search?: string; sort?: "newest" | "oldest" }; body: undefined; answer: MemberPage; needs: "nothing" }>("list_members", "GET", "/businesses/{business_id}/members", "viewer", "nothing");

/** Notes that mention you. */
export const list_mentions = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; sort?: "newest" | "oldest" }; body: undefined; answer: NotePage; needs: "nothing" }>("list_mentions", "GET", "/businesses/{business_id}/mentions", "viewer", "nothing");

/** What was written. A page of one direction may hold less than `limit` and still have a next one. */
export const list_messages = /* @__PURE__ */ operation<{ path: { business_id: string; conversation_id: string }; query: { cursor?: string; limit?: number; direction?: "in" | "out"; sort?: "newest" | "oldest" }; body: undefined; answer: MessagePage; needs: "nothing" }>("list_messages", "GET", "/businesses/{business_id}/conversations/{conversation_id}/messages", "viewer", "nothing");

/** What happened to your account: sign-ins, sign-outs, ended sessions. */
export const list_my_activity = /* @__PURE__ */ operation<{ path: object; query: { cursor?: string; limit?: number }; body: undefined; answer: OwnActivityPage; needs: "nothing" }>("list_my_activity", "GET", "/me/activity", "account", "nothing");

/** The team's notes on a conversation. Customers never see them. */
export const list_notes = /* @__PURE__ */ operation<{ path: { business_id: string; conversation_id: string }; query: { cursor?: string; limit?: number; author?: string; sort?: "newest" | "oldest" }; body: undefined; answer: NotePage; needs: "nothing" }>("list_notes", "GET", "/businesses/{business_id}/conversations/{conversation_id}/notes", "viewer", "nothing");

/** What you were told of this business, the latest first. It is kept for 90 days. */
export const list_notifications = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; unread?: boolean }; body: undefined; answer: NotificationPage; needs: "nothing" }>("list_notifications", "GET", "/businesses/{business_id}/notifications", "viewer", "nothing");

/** Everything that happened to the order, and who did it. */
export const list_order_timeline = /* @__PURE__ */ operation<{ path: { business_id: string; order_id: string }; query: { cursor?: string; limit?: number }; body: undefined; answer: OrderTimelinePage; needs: "nothing" }>("list_order_timeline", "GET", "/businesses/{business_id}/orders/{order_id}/timeline", "viewer", "nothing");

/** The orders, newest first. A page may be short and still say where to go on. */
export const list_orders = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; status?: "draft" | "awaiting_payment" | "paid" | "fulfilled" | "cancelled" | "refunded"; customer?: string; conversation?: string; channel?: "messenger" | "instagram" | "whatsapp"; disputed?: boolean; since?: string; until?: string; search?: string; sort?: "newest" | "oldest" | "largest" }; body: undefined; answer: OrderPage; needs: "nothing" }>("list_orders", "GET", "/businesses/{business_id}/orders", "viewer", "nothing");

/** Messages that could not be handled, newest first, with the reason and without their text. */
export const list_parked_deliveries = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number }; body: undefined; answer: ParkedDeliveryPage; needs: "nothing" }>("list_parked_deliveries", "GET", "/businesses/{business_id}/parked-deliveries", "admin", "nothing");

/** The payment providers, without their keys. */
export const list_payment_connections = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; provider?: "paystack" | "flutterwave" | "stripe"; mode?: "test" | "live"; sort?: "newest" | "oldest" }; body: undefined; answer: PaymentConnectionPage; needs: "nothing" }>("list_payment_connections", "GET", "/businesses/{business_id}/payment-connections", "admin", "nothing");

/** Money that fits no rule and waits for a person, oldest first. */
export const list_payment_reviews = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; state?: "open" | "refunding" | "accepted" | "attached" | "refunded" | "dismissed" | "answered" | "all"; since?: string; until?: string; sort?: "oldest" | "newest" }; body: undefined; answer: PaymentReviewPage; needs: "nothing" }>("list_payment_reviews", "GET", "/businesses/{business_id}/payment-reviews", "viewer", "nothing");

/** Money that came, newest first. Attempts to be paid are with their orders. */
export const list_payments = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; place?: "on_order" | "in_review" | "dismissed"; provider?: "paystack" | "flutterwave" | "stripe" | "cash" | "transfer"; order?: string; since?: string; until?: string; sort?: "newest" | "oldest" }; body: undefined; answer: ReceivedPaymentPage; needs: "nothing" }>("list_payments", "GET", "/businesses/{business_id}/payments", "viewer", "nothing");

/** AI replies by month, as far as they are known. */
export const list_plan_months = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; since?: string; until?: string; sort?: "newest" | "oldest" }; body: undefined; answer: MonthUsagePage; needs: "nothing" }>("list_plan_months", "GET", "/businesses/{business_id}/plan/months", "viewer", "nothing");

/** Groups of variants. */
export const list_product_groups = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; search?: string; sort?: "newest" | "oldest" }; body: undefined; answer: ProductGroupPage; needs: "nothing" }>("list_product_groups", "GET", "/businesses/{business_id}/product-groups", "viewer", "nothing");

/** Imports that are open, or ended within the last seven days; of these the newest 200, of 50 MB in all. */
export const list_product_imports = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; state?: "queued" | "running" | "done" | "failed" | "cancelled"; sort?: "newest" | "oldest" }; body: undefined; answer: ProductImportPage; needs: "nothing" }>("list_product_imports", "GET", "/businesses/{business_id}/products/imports", "admin", "nothing");

/** The catalogue. */
export const list_products = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; active?: boolean; search?: string; group?: string; sort?: "name" | "newest" }; body: undefined; answer: ProductPage; needs: "nothing" }>("list_products", "GET", "/businesses/{business_id}/products", "viewer", "nothing");

/** Your browsers that take messages. */
export const list_push_subscriptions = /* @__PURE__ */ operation<{ path: object; query: { cursor?: string; limit?: number }; body: undefined; answer: PushSubscriptionPage; needs: "nothing" }>("list_push_subscriptions", "GET", "/me/push-subscriptions", "account", "nothing");

/** Money on its way back or back, newest first; what was made in a provider's dashboard, too. */
export const list_refunds = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; state?: "awaiting_approval" | "rejected" | "approved" | "sending" | "pending" | "needs_attention" | "succeeded" | "failed" | "unproved"; order?: string; since?: string; until?: string; sort?: "newest" | "oldest" }; body: undefined; answer: RefundPage; needs: "nothing" }>("list_refunds", "GET", "/businesses/{business_id}/refunds", "viewer", "nothing");

/** Where you are signed in. */
export const list_sessions = /* @__PURE__ */ operation<{ path: object; query: object; body: undefined; answer: {
  items: Array<Session>;
}; needs: "nothing" }>("list_sessions", "GET", "/sessions", "account", "nothing");

/** Who corrected the stock, and why. */
export const list_stock_movements = /* @__PURE__ */ operation<{ path: { business_id: string; product_id: string }; query: { cursor?: string; limit?: number; sort?: "newest" | "oldest" }; body: undefined; answer: StockMovementPage; needs: "nothing" }>("list_stock_movements", "GET", "/businesses/{business_id}/products/{product_id}/stock/movements", "viewer", "nothing");

/** What waits for a person. */
export const list_tasks = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; kind?: "handover" | "parked" | "unconfirmed" | "send_failed" | "customer_not_told" | "payment_review" | "connection" | "payment_connection" | "plan" | "webhook" | "dispute" | "refund_awaits_approval" | "refund_needs_attention" | "refund_failed" | "refund_unproved" | "refund_contradicted" | "more_came"; sort?: "newest" | "oldest" }; body: undefined; answer: TaskPage; needs: "nothing" }>("list_tasks", "GET", "/businesses/{business_id}/tasks", "viewer", "nothing");

/** Everything that was published. */
export const list_training_versions = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; published_by?: string; sort?: "newest" | "oldest" }; body: undefined; answer: TrainingVersionPage; needs: "nothing" }>("list_training_versions", "GET", "/businesses/{business_id}/training/versions", "viewer", "nothing");

/** What was sent there in the last 30 days, and what became of it; newest first. */
export const list_webhook_deliveries = /* @__PURE__ */ operation<{ path: { business_id: string; webhook_endpoint_id: string }; query: { cursor?: string; limit?: number; state?: "waiting" | "delivered" | "dead" }; body: undefined; answer: WebhookDeliveryPage; needs: "nothing" }>("list_webhook_deliveries", "GET", "/businesses/{business_id}/webhook-endpoints/{webhook_endpoint_id}/deliveries", "admin", "nothing");

/** Where other programs of the business are told what happens, without the secrets. */
export const list_webhook_endpoints = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number }; body: undefined; answer: WebhookEndpointPage; needs: "nothing" }>("list_webhook_endpoints", "GET", "/businesses/{business_id}/webhook-endpoints", "admin", "nothing");

/** What the mail's token invites to. Changes nothing. */
export const look_at_invitation = /* @__PURE__ */ operation<{ path: object; query: object; body: {
  /** From the mail. */
  token: string;
}; answer: InvitationOffer; needs: "nothing" }>("look_at_invitation", "POST", "/invitations/look-at", "anyone", "nothing");

/** You have seen everything up to this message. Each person reads for themselves. */
export const mark_conversation_read = /* @__PURE__ */ operation<{ path: { business_id: string; conversation_id: string }; query: object; body: {
  message_id: string;
}; answer: Conversation; needs: "nothing" }>("mark_conversation_read", "PUT", "/businesses/{business_id}/conversations/{conversation_id}/read", "viewer", "nothing");

/** A person took the money outside of a provider. Once: a paid order is closed. */
export const mark_order_paid = /* @__PURE__ */ operation<{ path: { business_id: string; order_id: string }; query: object; body: {
  method: "cash" | "transfer";
  /** For the timeline: a slip's number. */
  note?: string;
  /** Says so in the chat, in the server's own words and in the same commit. */
  tell_customer?: boolean;
}; answer: Order; needs: "version" }>("mark_order_paid", "POST", "/businesses/{business_id}/orders/{order_id}/mark-paid", "admin", "version");

/** Makes this one part of `into`, whose profile counts and whose empty fields are filled. Conversations and orders stay where they are and are shown with both. Not reversible. */
export const merge_customer = /* @__PURE__ */ operation<{ path: { business_id: string; customer_id: string }; query: object; body: {
  into: string;
}; answer: CustomerProfile; needs: "nothing" }>("merge_customer", "POST", "/businesses/{business_id}/customers/{customer_id}/merge", "agent", "nothing");

/** Sends an event of the type `ping`, to try it. */
export const ping_webhook_endpoint = /* @__PURE__ */ operation<{ path: { business_id: string; webhook_endpoint_id: string }; query: object; body: undefined; answer: WebhookDelivery; needs: "nothing" }>("ping_webhook_endpoint", "POST", "/businesses/{business_id}/webhook-endpoints/{webhook_endpoint_id}/ping", "admin", "nothing");

/** An order for the customer of a conversation: stock is held at once, prices are the catalogue's. Who has the same items in an order that is open, or was wished in the last ten minutes, is answered with that one. */
export const place_order = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: {
  /** Another order is meant, although the last closed one has the same items. An open one always stands in the way. */
  allow_duplicate?: boolean;
  /** Names customer and channel. */
  conversation_id: string;
  /** At the catalogue's prices; the same sku twice is one line. */
  items: Array<{
    quantity: number;
    sku: string;
  }>;
  note?: string;
  /** Makes a payment link and sends it to the chat. */
  send_payment_link?: boolean;
  /** Sends what was ordered to the chat. */
  tell_customer?: boolean;
}; answer: PlacedOrder; needs: "key" }>("place_order", "POST", "/businesses/{business_id}/orders", "agent", "key");

/** What importing the sheet would do, row by row; nothing is changed. */
export const preview_product_import = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { stock?: "keep" | "set"; sku_column?: string; name_column?: string; description_column?: string; price_column?: string; stock_column?: string; active_column?: string }; body: Blob; answer: ProductImportPreview; needs: "nothing" }>("preview_product_import", "POST", "/businesses/{business_id}/products/import/preview", "admin", "nothing");

/** Makes a version of the draft, at most 100 a day; every chat is taught it from its next turn on. */
export const publish_training_draft = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: {
  /** What is new, for the list of versions. */
  note: string;
}; answer: TrainingVersion; needs: "version" }>("publish_training_draft", "POST", "/businesses/{business_id}/training/draft/publish", "admin", "version");

/** You have read this one and all before it. */
export const read_all_notifications = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: {
  /** The latest one that you saw. */
  up_to: string;
}; answer: undefined; needs: "nothing" }>("read_all_notifications", "POST", "/businesses/{business_id}/notifications/read-all", "viewer", "nothing");

/** A login that this session began. */
export const read_connect_flow = /* @__PURE__ */ operation<{ path: { business_id: string; connect_flow_id: string }; query: object; body: undefined; answer: ConnectFlow; needs: "nothing" }>("read_connect_flow", "GET", "/businesses/{business_id}/connect-flows/{connect_flow_id}", "admin", "nothing");

/** One channel account and how it is. */
export const read_connection = /* @__PURE__ */ operation<{ path: { business_id: string; connection_id: string }; query: object; body: undefined; answer: Connection; needs: "nothing" }>("read_connection", "GET", "/businesses/{business_id}/connections/{connection_id}", "viewer", "nothing");

/** You have read it. What you have read here is not sent by mail or push any more. */
export const read_notification = /* @__PURE__ */ operation<{ path: { business_id: string; notification_id: string }; query: object; body: undefined; answer: undefined; needs: "nothing" }>("read_notification", "POST", "/businesses/{business_id}/notifications/{notification_id}/read", "viewer", "nothing");

/** One payment provider, without its keys. */
export const read_payment_connection = /* @__PURE__ */ operation<{ path: { business_id: string; payment_connection_id: string }; query: object; body: undefined; answer: PaymentConnection; needs: "nothing" }>("read_payment_connection", "GET", "/businesses/{business_id}/payment-connections/{payment_connection_id}", "admin", "nothing");

/** One endpoint, without its secret. */
export const read_webhook_endpoint = /* @__PURE__ */ operation<{ path: { business_id: string; webhook_endpoint_id: string }; query: object; body: undefined; answer: WebhookEndpoint; needs: "nothing" }>("read_webhook_endpoint", "GET", "/businesses/{business_id}/webhook-endpoints/{webhook_endpoint_id}", "admin", "nothing");

/** Exchange a refresh token for new tokens; each is used once. */
export const refresh_tokens = /* @__PURE__ */ operation<{ path: object; query: object; body: {
  /** Where the refresh token goes: browsers use an HttpOnly cookie, other clients the body. */
  keep_in?: "body" | "cookie";
  refresh_token?: string;
}; answer: Tokens; needs: "nothing" }>("refresh_tokens", "POST", "/auth/refresh", "account", "nothing");

/** Gives back money that settled the order, all that is left or a part. When all of it is back the order is refunded. Above the business's limit it waits for another person. */
export const refund_order = /* @__PURE__ */ operation<{ path: { business_id: string; order_id: string }; query: object; body: {
  /** In the money's currency; without it all that is left. */
  amount_minor?: number;
  /** For the timeline. */
  reason: string;
  /** When the whole order is refunded its pieces return to the stock. */
  restock?: boolean;
}; answer: Refund; needs: "key" }>("refund_order", "POST", "/businesses/{business_id}/orders/{order_id}/refunds", "admin", "key");

/** Gives money back to whoever paid it, all that is left or a part: money of an order, or money under review. Above the business's limit it waits for another person. */
export const refund_payment = /* @__PURE__ */ operation<{ path: { business_id: string; payment_id: string }; query: object; body: {
  /** In the money's currency; without it all that is left. */
  amount_minor?: number;
  /** For the timeline. */
  reason: string;
  /** When the whole order is refunded its pieces return to the stock. */
  restock?: boolean;
}; answer: Refund; needs: "key" }>("refund_payment", "POST", "/businesses/{business_id}/payments/{payment_id}/refunds", "admin", "key");

/** A refund that waits for another person's word does not happen. Who asked for it may do this, too. */
export const reject_refund = /* @__PURE__ */ operation<{ path: { business_id: string; refund_id: string }; query: object; body: {
  /** Why: shown with the refund. */
  note?: string;
}; answer: Refund; needs: "key" }>("reject_refund", "POST", "/businesses/{business_id}/refunds/{refund_id}/reject", "admin", "key");

/** The stock waits no longer: the order expires as if its time were over, after a few minutes when a payment link is live. */
export const release_order = /* @__PURE__ */ operation<{ path: { business_id: string; order_id: string }; query: object; body: undefined; answer: Order; needs: "version" }>("release_order", "DELETE", "/businesses/{business_id}/orders/{order_id}/reservation", "agent", "version");

/** An order that a dispute has frozen goes on: it can be fulfilled and refunded again. */
export const release_order_dispute = /* @__PURE__ */ operation<{ path: { business_id: string; order_id: string }; query: object; body: {
  /** For the timeline. */
  note: string;
}; answer: Order; needs: "version" }>("release_order_dispute", "POST", "/businesses/{business_id}/orders/{order_id}/release-dispute", "admin", "version");

/** Removes a canned reply. */
export const remove_canned_reply = /* @__PURE__ */ operation<{ path: { business_id: string; canned_reply_id: string }; query: object; body: undefined; answer: undefined; needs: "nothing" }>("remove_canned_reply", "DELETE", "/businesses/{business_id}/canned-replies/{canned_reply_id}", "admin", "nothing");

/** Removes a label, also from its conversations. */
export const remove_label = /* @__PURE__ */ operation<{ path: { business_id: string; label_id: string }; query: object; body: undefined; answer: undefined; needs: "nothing" }>("remove_label", "DELETE", "/businesses/{business_id}/labels/{label_id}", "admin", "nothing");

/** Ends a membership; access ends at once. Chats that were assigned to them are nobody's then. */
export const remove_member = /* @__PURE__ */ operation<{ path: { business_id: string; member_id: string }; query: object; body: undefined; answer: undefined; needs: "nothing" }>("remove_member", "DELETE", "/businesses/{business_id}/members/{member_id}", "admin", "nothing");

/** Removes a note: your own, or as an admin anybody's. */
export const remove_note = /* @__PURE__ */ operation<{ path: { business_id: string; conversation_id: string; note_id: string }; query: object; body: undefined; answer: undefined; needs: "nothing" }>("remove_note", "DELETE", "/businesses/{business_id}/conversations/{conversation_id}/notes/{note_id}", "agent", "nothing");

/** Forgets the keys: payments under way can no longer be looked up. */
export const remove_payment_connection = /* @__PURE__ */ operation<{ path: { business_id: string; payment_connection_id: string }; query: object; body: undefined; answer: undefined; needs: "version" }>("remove_payment_connection", "DELETE", "/businesses/{business_id}/payment-connections/{payment_connection_id}", "admin", "version");

/** This browser takes no messages any more. */
export const remove_push_subscription = /* @__PURE__ */ operation<{ path: { push_subscription_id: string }; query: object; body: undefined; answer: undefined; needs: "nothing" }>("remove_push_subscription", "DELETE", "/me/push-subscriptions/{push_subscription_id}", "account", "nothing");

/** Nothing is sent there any more, not even what waits. */
export const remove_webhook_endpoint = /* @__PURE__ */ operation<{ path: { business_id: string; webhook_endpoint_id: string }; query: object; body: undefined; answer: undefined; needs: "version" }>("remove_webhook_endpoint", "DELETE", "/businesses/{business_id}/webhook-endpoints/{webhook_endpoint_id}", "admin", "version");

/** Puts another key of the same mode or other webhook secrets in place, or both; what is not given stays. */
export const replace_payment_keys = /* @__PURE__ */ operation<{ path: { business_id: string; payment_connection_id: string }; query: object; body: {
  /** The secret key as the provider shows it; test or live is told from how it begins. */
  secret_key?: string;
  /** With which the provider signs its events: Stripe's signing secret (whsec_…), Flutterwave's secret hash. Several, so that one can be replaced. Paystack signs with the secret key; here may stand its former ones. */
  webhook_secrets?: Array<string>;
}; answer: PaymentConnection; needs: "version" }>("replace_payment_keys", "PUT", "/businesses/{business_id}/payment-connections/{payment_connection_id}/keys", "admin", "version");

/** New recovery codes; the old ones stop working. */
export const replace_recovery_codes = /* @__PURE__ */ operation<{ path: object; query: object; body: {
  /** Six digits of the app, or a recovery code. */
  code: string;
  password: string;
}; answer: RecoveryCodes; needs: "nothing" }>("replace_recovery_codes", "POST", "/me/second-factor/recovery-codes", "account", "nothing");

/** Sends it once more under its old id, signed anew, whether or not it was taken. */
export const replay_webhook_delivery = /* @__PURE__ */ operation<{ path: { business_id: string; webhook_endpoint_id: string; event_id: string }; query: object; body: undefined; answer: WebhookDelivery; needs: "nothing" }>("replay_webhook_delivery", "POST", "/businesses/{business_id}/webhook-endpoints/{webhook_endpoint_id}/deliveries/{event_id}/replay", "admin", "nothing");

/** Get a mail with which a new password can be set. */
export const request_password_reset = /* @__PURE__ */ operation<{ path: object; query: object; body: {
  email: string;
}; answer: undefined; needs: "nothing" }>("request_password_reset", "POST", "/auth/request-password-reset", "anyone", "nothing");

/** The payment link of an open order: the live one, or a new one where there is none. */
export const request_payment_link = /* @__PURE__ */ operation<{ path: { business_id: string; order_id: string }; query: object; body: {
  /** Makes a new one although one is live. Money for the old one goes to review. */
  replace?: boolean;
  /** Sends it to the chat. */
  send?: boolean;
}; answer: Order; needs: "key" }>("request_payment_link", "POST", "/businesses/{business_id}/orders/{order_id}/payment-link", "agent", "key");

/** Send the mail of a sign-up again; the earlier one stops working. */
export const resend_verification = /* @__PURE__ */ operation<{ path: object; query: object; body: {
  email: string;
}; answer: undefined; needs: "nothing" }>("resend_verification", "POST", "/auth/resend-verification", "anyone", "nothing");

/** Set a new password with the mail's token; ends all sessions. A second factor stays on. */
export const reset_password = /* @__PURE__ */ operation<{ path: object; query: object; body: {
  /** At most 72 bytes in UTF-8. */
  password: string;
  /** From the mail. */
  token: string;
}; answer: undefined; needs: "nothing" }>("reset_password", "POST", "/auth/reset-password", "anyone", "nothing");

/** A person says what becomes of the money. Who comes second is told who was first, and what they said. */
export const resolve_payment_review = /* @__PURE__ */ operation<{ path: { business_id: string; review_id: string }; query: object; body: {
  /** Of refund and of both dismissals it must say why. */
  note?: string;
  /** Of attach. */
  order_id?: string;
  /** accept: it settles the order that its reference names, whatever the amount. attach: another open order. refund: all that is left goes back. dismiss: it was test money, or nothing came after all. dismiss_as_handled: somebody has settled it elsewhere. */
  resolution: "accept" | "attach" | "refund" | "dismiss" | "dismiss_as_handled";
}; answer: PaymentReviewDetail; needs: "key" }>("resolve_payment_review", "POST", "/businesses/{business_id}/payment-reviews/{review_id}/resolve", "admin", "key");

/** A person has looked at the provider's what became of a refund that is unproved. */
export const resolve_refund = /* @__PURE__ */ operation<{ path: { business_id: string; refund_id: string }; query: object; body: {
  /** What was seen: shown with the refund. */
  note: string;
  outcome: "happened" | "did_not_happen";
}; answer: Refund; needs: "key" }>("resolve_refund", "POST", "/businesses/{business_id}/refunds/{refund_id}/resolve", "admin", "key");

/** It is offered again. */
export const restore_product = /* @__PURE__ */ operation<{ path: { business_id: string; product_id: string }; query: object; body: undefined; answer: Product; needs: "nothing" }>("restore_product", "POST", "/businesses/{business_id}/products/{product_id}/restore", "admin", "nothing");

/** Rolls back: publishes what an old version said as a new one; the draft stays. */
export const restore_training_version = /* @__PURE__ */ operation<{ path: { business_id: string; training_version_id: string }; query: object; body: {
  /** What is new, for the list of versions. */
  note: string;
}; answer: TrainingVersion; needs: "nothing" }>("restore_training_version", "POST", "/businesses/{business_id}/training/versions/{training_version_id}/restore", "admin", "nothing");

/** Does the work once more from the start: it is an open job again. */
export const retry_dead_job = /* @__PURE__ */ operation<{ path: { business_id: string; dead_job_id: string }; query: object; body: undefined; answer: undefined; needs: "nothing" }>("retry_dead_job", "POST", "/businesses/{business_id}/jobs/dead/{dead_job_id}/retry", "admin", "nothing");

/** The AI answers again. */
export const return_conversation_to_ai = /* @__PURE__ */ operation<{ path: { business_id: string; conversation_id: string }; query: object; body: undefined; answer: ConversationOwner; needs: "nothing" }>("return_conversation_to_ai", "POST", "/businesses/{business_id}/conversations/{conversation_id}/return-to-ai", "agent", "nothing");

/** Takes an invitation back; its link stops working. */
export const revoke_invitation = /* @__PURE__ */ operation<{ path: { business_id: string; invitation_id: string }; query: object; body: undefined; answer: undefined; needs: "nothing" }>("revoke_invitation", "DELETE", "/businesses/{business_id}/invitations/{invitation_id}", "admin", "nothing");

/** Makes a new secret; the one before signs beside it for a day. */
export const rotate_webhook_secret = /* @__PURE__ */ operation<{ path: { business_id: string; webhook_endpoint_id: string }; query: object; body: undefined; answer: WebhookEndpointWithSecret; needs: "version" }>("rotate_webhook_secret", "POST", "/businesses/{business_id}/webhook-endpoints/{webhook_endpoint_id}/rotate-secret", "admin", "version");

/** Replaces the draft; customers see nothing of it before it is published. */
export const save_training_draft = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: TrainingRequest; answer: TrainingDraft; needs: "version" }>("save_training_draft", "PUT", "/businesses/{business_id}/training/draft", "admin", "version");

/** Messages that hold all of these words, or words that begin so, newest first. */
export const search_messages = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { cursor?: string; limit?: number; words: string }; body: undefined; answer: MessageHits; needs: "nothing" }>("search_messages", "GET", "/businesses/{business_id}/messages", "viewer", "nothing");

/** Sends it again for another 7 days; the link of the earlier mail stops working. */
export const send_invitation_again = /* @__PURE__ */ operation<{ path: { business_id: string; invitation_id: string }; query: object; body: undefined; answer: Invitation; needs: "nothing" }>("send_invitation_again", "POST", "/businesses/{business_id}/invitations/{invitation_id}/send-again", "admin", "nothing");

/** Writes to the customer as a person. Takes the chat over where the AI has it. The same key again sends nothing again, whenever it comes. */
export const send_message = /* @__PURE__ */ operation<{ path: { business_id: string; conversation_id: string }; query: object; body: {
  /** Uploads, each a message of its own before the text, in this order. */
  attachment_ids?: Array<string>;
  /** https; the platform fetches it. Goes before the text. */
  image_url?: string;
  /** Split where it is longer than the channel allows. */
  text?: string;
}; answer: SentMessage; needs: "key" }>("send_message", "POST", "/businesses/{business_id}/conversations/{conversation_id}/messages", "agent", "key");

/** The stock as it was counted; 409 when it is not what you saw any more. */
export const set_product_stock = /* @__PURE__ */ operation<{ path: { business_id: string; product_id: string }; query: object; body: {
  /** The stock that you saw. */
  expected: number;
  /** For the list of movements: "counted", "broken". */
  reason: string;
  stock: number;
}; answer: Stock; needs: "nothing" }>("set_product_stock", "PUT", "/businesses/{business_id}/products/{product_id}/stock", "admin", "nothing");

/** One entry. */
export const show_activity = /* @__PURE__ */ operation<{ path: { business_id: string; activity_id: string }; query: object; body: undefined; answer: Activity; needs: "nothing" }>("show_activity", "GET", "/businesses/{business_id}/activity/{activity_id}", "admin", "nothing");

/** Where the hash chain ends: whoever keeps it can tell later that nothing was changed. */
export const show_activity_head = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: undefined; answer: ActivityHead; needs: "nothing" }>("show_activity_head", "GET", "/businesses/{business_id}/activity/head", "admin", "nothing");

/** An upload. */
export const show_attachment = /* @__PURE__ */ operation<{ path: { business_id: string; attachment_id: string }; query: object; body: undefined; answer: Attachment; needs: "nothing" }>("show_attachment", "GET", "/businesses/{business_id}/attachments/{attachment_id}", "agent", "nothing");

/** One business. */
export const show_business = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: undefined; answer: Business; needs: "nothing" }>("show_business", "GET", "/businesses/{business_id}", "viewer", "nothing");

/** One canned reply. */
export const show_canned_reply = /* @__PURE__ */ operation<{ path: { business_id: string; canned_reply_id: string }; query: object; body: undefined; answer: CannedReply; needs: "nothing" }>("show_canned_reply", "GET", "/businesses/{business_id}/canned-replies/{canned_reply_id}", "viewer", "nothing");

/** One conversation. */
export const show_conversation = /* @__PURE__ */ operation<{ path: { business_id: string; conversation_id: string }; query: object; body: undefined; answer: Conversation; needs: "nothing" }>("show_conversation", "GET", "/businesses/{business_id}/conversations/{conversation_id}", "viewer", "nothing");

/** A customer with channels and orders; of a merged one, the customer that it is part of. */
export const show_customer = /* @__PURE__ */ operation<{ path: { business_id: string; customer_id: string }; query: object; body: undefined; answer: CustomerProfile; needs: "nothing" }>("show_customer", "GET", "/businesses/{business_id}/customers/{customer_id}", "viewer", "nothing");

/** One invitation that waits. */
export const show_invitation = /* @__PURE__ */ operation<{ path: { business_id: string; invitation_id: string }; query: object; body: undefined; answer: Invitation; needs: "nothing" }>("show_invitation", "GET", "/businesses/{business_id}/invitations/{invitation_id}", "admin", "nothing");

/** An invoice with its lines, as it was issued. */
export const show_invoice = /* @__PURE__ */ operation<{ path: { business_id: string; invoice_id: string }; query: object; body: undefined; answer: Invoice; needs: "nothing" }>("show_invoice", "GET", "/businesses/{business_id}/invoices/{invoice_id}", "viewer", "nothing");

/** The invoice as a PDF: made when it is first asked for, then always the same bytes. */
export const show_invoice_pdf = /* @__PURE__ */ operation<{ path: { business_id: string; invoice_id: string }; query: object; body: undefined; answer: Blob; needs: "nothing" }>("show_invoice_pdf", "GET", "/businesses/{business_id}/invoices/{invoice_id}/pdf", "viewer", "nothing");

/** What is written on invoices, and the tax on what is sold. */
export const show_invoice_settings = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: undefined; answer: InvoiceSettings; needs: "nothing" }>("show_invoice_settings", "GET", "/businesses/{business_id}/invoice-settings", "viewer", "nothing");

/** One label. */
export const show_label = /* @__PURE__ */ operation<{ path: { business_id: string; label_id: string }; query: object; body: undefined; answer: Label; needs: "nothing" }>("show_label", "GET", "/businesses/{business_id}/labels/{label_id}", "viewer", "nothing");

/** Your account and the businesses that you belong to. */
export const show_me = /* @__PURE__ */ operation<{ path: object; query: object; body: undefined; answer: Me; needs: "nothing" }>("show_me", "GET", "/me", "account", "nothing");

/** The bytes behind an attachment's link; also at /media/{media_token}. */
export const show_media = /* @__PURE__ */ operation<{ path: { media_token: string }; query: object; body: undefined; answer: Blob; needs: "nothing" }>("show_media", "GET", "/media/{media_token}", "anyone", "nothing");

/** One of them. */
export const show_member = /* @__PURE__ */ operation<{ path: { business_id: string; member_id: string }; query: object; body: undefined; answer: Member; needs: "nothing" }>("show_member", "GET", "/businesses/{business_id}/members/{member_id}", "viewer", "nothing");

/** One message, with what became of it. */
export const show_message = /* @__PURE__ */ operation<{ path: { business_id: string; conversation_id: string; message_id: string }; query: object; body: undefined; answer: Message; needs: "nothing" }>("show_message", "GET", "/businesses/{business_id}/conversations/{conversation_id}/messages/{message_id}", "viewer", "nothing");

/** One note. */
export const show_note = /* @__PURE__ */ operation<{ path: { business_id: string; conversation_id: string; note_id: string }; query: object; body: undefined; answer: Note; needs: "nothing" }>("show_note", "GET", "/businesses/{business_id}/conversations/{conversation_id}/notes/{note_id}", "viewer", "nothing");

/** What you want to be told of this business, and how. */
export const show_notification_settings = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: undefined; answer: NotificationSettings; needs: "nothing" }>("show_notification_settings", "GET", "/businesses/{business_id}/notification-settings", "viewer", "nothing");

/** An order with items, payments and invoices. */
export const show_order = /* @__PURE__ */ operation<{ path: { business_id: string; order_id: string }; query: object; body: undefined; answer: Order; needs: "nothing" }>("show_order", "GET", "/businesses/{business_id}/orders/{order_id}", "viewer", "nothing");

/** Money that came, with its refunds, its review and its order. */
export const show_payment = /* @__PURE__ */ operation<{ path: { business_id: string; payment_id: string }; query: object; body: undefined; answer: ReceivedPaymentDetail; needs: "nothing" }>("show_payment", "GET", "/businesses/{business_id}/payments/{payment_id}", "viewer", "nothing");

/** A review with its money, the refunds of it and its order. */
export const show_payment_review = /* @__PURE__ */ operation<{ path: { business_id: string; review_id: string }; query: object; body: undefined; answer: PaymentReviewDetail; needs: "nothing" }>("show_payment_review", "GET", "/businesses/{business_id}/payment-reviews/{review_id}", "viewer", "nothing");

/** The plan, what of it is used this month, and what happens next. */
export const show_plan = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: undefined; answer: Plan; needs: "nothing" }>("show_plan", "GET", "/businesses/{business_id}/plan", "viewer", "nothing");

/** One product. */
export const show_product = /* @__PURE__ */ operation<{ path: { business_id: string; product_id: string }; query: object; body: undefined; answer: Product; needs: "nothing" }>("show_product", "GET", "/businesses/{business_id}/products/{product_id}", "viewer", "nothing");

/** One group. */
export const show_product_group = /* @__PURE__ */ operation<{ path: { business_id: string; group_id: string }; query: object; body: undefined; answer: ProductGroup; needs: "nothing" }>("show_product_group", "GET", "/businesses/{business_id}/product-groups/{group_id}", "viewer", "nothing");

/** The picture's bytes. */
export const show_product_image = /* @__PURE__ */ operation<{ path: { business_id: string; product_id: string; image_id: string }; query: object; body: undefined; answer: Blob; needs: "nothing" }>("show_product_image", "GET", "/businesses/{business_id}/products/{product_id}/images/{image_id}", "viewer", "nothing");

/** The document behind an invoice's link; also at /i/{invoice_token}. */
export const show_public_invoice = /* @__PURE__ */ operation<{ path: { invoice_token: string }; query: object; body: undefined; answer: Blob; needs: "nothing" }>("show_public_invoice", "GET", "/i/{invoice_token}", "anyone", "nothing");

/** The key with which a browser subscribes to messages of this server. */
export const show_push_key = /* @__PURE__ */ operation<{ path: object; query: object; body: undefined; answer: PushKey; needs: "nothing" }>("show_push_key", "GET", "/push-key", "account", "nothing");

/** A refund as it stands. */
export const show_refund = /* @__PURE__ */ operation<{ path: { business_id: string; refund_id: string }; query: object; body: undefined; answer: Refund; needs: "nothing" }>("show_refund", "GET", "/businesses/{business_id}/refunds/{refund_id}", "viewer", "nothing");

/** One task, also when it is done. */
export const show_task = /* @__PURE__ */ operation<{ path: { business_id: string; task_id: string }; query: object; body: undefined; answer: Task; needs: "nothing" }>("show_task", "GET", "/businesses/{business_id}/tasks/{task_id}", "viewer", "nothing");

/** Sign in with e-mail and password, and a code where a second factor is on. */
export const sign_in = /* @__PURE__ */ operation<{ path: object; query: object; body: {
  /** Six digits of the app, or a recovery code. */
  code?: string;
  email: string;
  /** Where the refresh token goes: browsers use an HttpOnly cookie, other clients the body. */
  keep_in?: "body" | "cookie";
  password: string;
}; answer: Tokens; needs: "nothing" }>("sign_in", "POST", "/auth/sign-in", "anyone", "nothing");

/** End this session. */
export const sign_out = /* @__PURE__ */ operation<{ path: object; query: object; body: undefined; answer: undefined; needs: "nothing" }>("sign_out", "POST", "/auth/sign-out", "account", "nothing");

/** Ask for an account; a mail proves the address. */
export const sign_up = /* @__PURE__ */ operation<{ path: object; query: object; body: {
  email: string;
  name: string;
  /** At most 72 bytes in UTF-8. */
  password: string;
}; answer: undefined; needs: "nothing" }>("sign_up", "POST", "/auth/sign-up", "anyone", "nothing");

/** Out of the way until then, or until the customer writes. */
export const snooze_conversation = /* @__PURE__ */ operation<{ path: { business_id: string; conversation_id: string }; query: object; body: {
  until: string;
}; answer: Conversation; needs: "nothing" }>("snooze_conversation", "PUT", "/businesses/{business_id}/conversations/{conversation_id}/snooze", "agent", "nothing");

/** A person answers from now on; no message of the AI follows the answer. Who comes second is told who has it. */
export const take_over_conversation = /* @__PURE__ */ operation<{ path: { business_id: string; conversation_id: string }; query: object; body: undefined; answer: ConversationOwner; needs: "nothing" }>("take_over_conversation", "POST", "/businesses/{business_id}/conversations/{conversation_id}/take-over", "agent", "nothing");

/** Makes a member the owner in your place; you become an admin. Both get a mail. */
export const transfer_ownership = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: {
  /** Six digits of the app, or a recovery code. */
  code?: string;
  member_id: string;
  password: string;
}; answer: undefined; needs: "nothing" }>("transfer_ownership", "POST", "/businesses/{business_id}/transfer-ownership", "owner", "nothing");

/** Asks the model one question as a new customer would, taught by the draft; nothing is stored or sent. What a model answers counts as an AI reply of the plan. */
export const try_training_draft = /* @__PURE__ */ operation<{ path: { business_id: string }; query: object; body: {
  question: string;
}; answer: TrainingTrial; needs: "nothing" }>("try_training_draft", "POST", "/businesses/{business_id}/training/draft/try", "admin", "nothing");

/** Sign in without codes from now on. */
export const turn_off_second_factor = /* @__PURE__ */ operation<{ path: object; query: object; body: {
  /** Six digits of the app, or a recovery code. */
  code: string;
  password: string;
}; answer: undefined; needs: "nothing" }>("turn_off_second_factor", "POST", "/me/second-factor/turn-off", "account", "nothing");

/** They are answered again. */
export const unblock_customer = /* @__PURE__ */ operation<{ path: { business_id: string; customer_id: string }; query: object; body: undefined; answer: CustomerProfile; needs: "nothing" }>("unblock_customer", "POST", "/businesses/{business_id}/customers/{customer_id}/unblock", "agent", "nothing");

/** A picture or PDF to be sent to a customer. Pictures are encoded anew, without metadata. The same file again adds nothing while no message uses it. */
export const upload_attachment = /* @__PURE__ */ operation<{ path: { business_id: string }; query: { name?: string }; body: Blob; answer: Attachment; needs: "nothing" }>("upload_attachment", "POST", "/businesses/{business_id}/attachments", "agent", "nothing");

/** Adds a picture. It is encoded anew, without metadata; the same file again adds nothing. */
export const upload_product_image = /* @__PURE__ */ operation<{ path: { business_id: string; product_id: string }; query: object; body: Blob; answer: ProductImage; needs: "nothing" }>("upload_product_image", "POST", "/businesses/{business_id}/products/{product_id}/images", "admin", "nothing");

/** Prove the address with the mail's token and the chosen password: the account begins, signed in. */
export const verify_email = /* @__PURE__ */ operation<{ path: object; query: object; body: {
  /** Where the refresh token goes: browsers use an HttpOnly cookie, other clients the body. */
  keep_in?: "body" | "cookie";
  password: string;
  /** From the mail. */
  token: string;
}; answer: Tokens; needs: "nothing" }>("verify_email", "POST", "/auth/verify-email", "anyone", "nothing");
