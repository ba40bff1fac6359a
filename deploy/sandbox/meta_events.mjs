// The webhook items of the three channels, as plain values. Nothing is sent here.
//
// `event` is one item inside an entry; `envelope` puts items into the POST body that Meta would send.

import { randomBytes } from "node:crypto";

const page_inbox_app = 263902037430900;

export function new_mid(channel) {
  if (channel === "messenger") return `m_${randomBytes(48).toString("base64url")}`;
  if (channel === "instagram") return `aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOj${randomBytes(96).toString("base64url")}ZD`;
  return `wamid.${randomBytes(36).toString("base64")}`;
}

// The user id that WhatsApp always sends, also where the phone number is hidden.
export function business_scoped_id(customer) {
  return `NG.${customer.replace(/[^A-Za-z0-9]/g, "")}`;
}

// item -> {object, entry}; several items of one object may share an envelope.
export function envelope(account, item, now) {
  if (account.channel === "whatsapp") {
    const { field, value } = item;
    const metadata = { display_phone_number: account.display_phone_number, phone_number_id: account.id };
    return {
      object: "whatsapp_business_account",
      entry: [{ id: account.waba, changes: [{ value: { messaging_product: "whatsapp", metadata, ...value }, field }] }],
    };
  }
  return {
    object: account.channel === "instagram" ? "instagram" : "page",
    entry: [{ id: account.id, time: now, messaging: [item] }],
  };
}

// --- what a customer does ---------------------------------------------------------------------------------------------------------

const from_customer = {
  messenger: page_message,
  instagram: page_message,
  whatsapp: whatsapp_message,
};

// said: {kind, text, quick_reply, mid, target, url, emoji, hidden_number, name, at}
export function customer_event(account, customer, said) {
  return from_customer[account.channel](account, customer, said);
}

export const kinds = [
  "text", "image", "audio", "video", "file", "sticker", "location", "contacts", "postback", "reaction", "unreact", "unsend", "edit",
  "unsupported", "story_mention", "story_reply", "referral",
];

function page_message(account, customer, said) {
  const item = { sender: { id: customer }, recipient: { id: account.id }, timestamp: said.at };
  const message = (rest) => ({ ...item, message: { mid: said.mid, ...rest } });
  const attachment = (type, payload) => message({ attachments: [{ type, payload }] });
  const instagram = account.channel === "instagram";
  switch (said.kind) {
    case "postback":
      return { ...item, postback: { mid: said.mid, title: said.text, payload: said.quick_reply ?? said.text } };
    case "reaction":
      return { ...item, reaction: { mid: said.target, action: "react", reaction: "love", emoji: said.emoji } };
    case "unreact":
      return { ...item, reaction: { mid: said.target, action: "unreact" } };
    case "unsend":
      return { ...item, message: { mid: said.target, is_deleted: true } };
    case "edit":
      return { ...item, message_edit: { mid: said.target, text: said.text, num_edit: 1 } };
    case "unsupported":
      return instagram ? message({ is_unsupported: true }) : attachment("fallback", {});
    case "referral":
      return { ...item, referral: { ref: said.text, source: "SHORTLINK", type: "OPEN_THREAD" } };
    case "story_mention":
      return attachment("story_mention", { url: said.url });
    case "story_reply":
      return message({ text: said.text, reply_to: { story: { id: "17900000000000001", url: said.url } } });
    case "location":
      return attachment("location", { coordinates: { lat: 6.45, long: 3.39 } });
    case "contacts":
      return attachment("fallback", {});
    case "image": case "audio": case "video": case "file": case "sticker":
      return attachment(said.kind, { url: said.url });
    default:
      return message({
        text: said.text,
        ...(said.quick_reply === undefined ? {} : { quick_reply: { payload: said.quick_reply } }),
        ...(said.target ? { reply_to: { mid: said.target } } : {}),
      });
  }
}

function whatsapp_message(account, customer, said) {
  const user_id = business_scoped_id(customer);
  const profile = { name: said.name || "Customer" };
  const contact = said.hidden_number ? { profile: { ...profile, username: `@${profile.name.toLowerCase().replace(/\W/g, "")}` }, user_id }
                                     : { profile, wa_id: customer, user_id };
  const base = {
    ...(said.hidden_number ? {} : { from: customer }),
    from_user_id: user_id,
    id: said.mid,
    timestamp: String(Math.floor(said.at / 1000)),
  };
  const media = { id: "1400000000000001", mime_type: media_types[said.kind], sha256: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" };
  const messages = [{ ...base, ...whatsapp_content(account, said, media) }];
  return { field: "messages", value: { contacts: [contact], messages } };
}

const media_types = {
  image: "image/jpeg", audio: "audio/ogg; codecs=opus", video: "video/mp4", file: "application/pdf", sticker: "image/webp",
};

function whatsapp_content(account, said, media) {
  const context = said.target ? { context: { from: account.display_phone_number, id: said.target } } : {};
  switch (said.kind) {
    case "image": return { type: "image", image: { ...media, ...(said.text ? { caption: said.text } : {}) } };
    case "audio": return { type: "audio", audio: { ...media, voice: true } };
    case "video": return { type: "video", video: media };
    case "file": return { type: "document", document: { ...media, filename: "note.pdf" } };
    case "sticker": return { type: "sticker", sticker: { ...media, animated: false } };
    case "location": return { type: "location", location: { latitude: 6.45, longitude: 3.39, name: "Marina" } };
    case "contacts": return { type: "contacts", contacts: [{ name: { formatted_name: "Bola" }, phones: [{ phone: "+234 800 000 0000", type: "CELL" }] }] };
    case "postback": return { type: "button", button: { payload: said.quick_reply ?? said.text, text: said.text }, ...context };
    case "reaction": return { type: "reaction", reaction: { message_id: said.target, emoji: said.emoji } };
    case "unreact": return { type: "reaction", reaction: { message_id: said.target } };
    case "unsend": return { type: "revoke", revoke: { original_message_id: said.target } };
    case "edit": return { type: "edit", edit: { original_message_id: said.target, message: { type: "text", text: { body: said.text } } } };
    case "unsupported":
      return { type: "unsupported", unsupported: { type: "unknown" },
        errors: [{ code: 131051, title: "Message type unknown", message: "Message type unknown", error_data: { details: "Message type is currently not supported." } }] };
    case "referral":
      return { type: "text", text: { body: said.text || "Hello" },
        referral: { source_url: "https://fb.me/x", source_id: "120200000000000001", source_type: "ad", headline: "Sale", body: "New", media_type: "image", ctwa_clid: "ARA" } };
    default:
      if (said.quick_reply !== undefined) {
        return { type: "interactive", interactive: { type: "button_reply", button_reply: { id: said.quick_reply, title: said.text } }, ...context };
      }
      return { type: "text", text: { body: said.text }, ...context };
  }
}

// --- what happens to a message of the business --------------------------------------------------------------------------------------

// The echo of what our app sent. Meta writes a numeric app id as a number.
export function own_echo(account, customer, { mid, at, text, attachments, correlation }, app_id) {
  const numeric = /^\d{1,15}$/.test(app_id) ? Number(app_id) : app_id;
  return page_echo(account, customer, at, { mid, app_id: numeric, text, attachments, metadata: correlation });
}

// What a person wrote in the channel's own app.
export function person_echo(account, customer, { mid, at, text }) {
  if (account.channel === "whatsapp") {
    const message = { from: account.display_phone_number, to: customer, id: mid, timestamp: String(Math.floor(at / 1000)), type: "text", text: { body: text } };
    return { field: "smb_message_echoes", value: { message_echoes: [message] } };
  }
  const app_id = account.channel === "messenger" ? page_inbox_app : undefined;
  return page_echo(account, customer, at, { mid, app_id, text });
}

function page_echo(account, customer, at, { mid, app_id, text, attachments, metadata }) {
  return {
    sender: { id: account.id },
    recipient: { id: customer },
    timestamp: at,
    message: {
      mid,
      is_echo: true,
      ...(app_id === undefined ? {} : { app_id }),
      ...(metadata === undefined ? {} : { metadata }),
      ...(text === undefined ? {} : { text }),
      ...(attachments === undefined ? {} : { attachments }),
    },
  };
}

export function delivered(account, customer, mid, at) {
  return { sender: { id: customer }, recipient: { id: account.id }, timestamp: at, delivery: { mids: [mid], watermark: at } };
}

// Messenger reads up to a moment, Instagram names the message.
export function read(account, customer, mid, at) {
  const mark = account.channel === "instagram" ? { mid } : { watermark: at };
  return { sender: { id: customer }, recipient: { id: account.id }, timestamp: at, read: mark };
}

export function whatsapp_status(customer, { mid, correlation }, status, at, error) {
  const entry = {
    id: mid,
    status,
    timestamp: String(Math.floor(at / 1000)),
    recipient_id: customer,
    recipient_user_id: business_scoped_id(customer),
    ...(correlation === undefined ? {} : { biz_opaque_callback_data: correlation }),
    ...(status === "sent" ? { pricing: { billable: false, pricing_model: "PMP", type: "free_customer_service", category: "service" } } : {}),
    ...(error ? { errors: [error] } : {}),
  };
  return { field: "messages", value: { statuses: [entry] } };
}
