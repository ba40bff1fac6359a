// Reads a request to WhatsApp's /messages. Throws graph_error.

import { is_object } from "./http.mjs";
import { bad_parameter } from "./graph_error.mjs";

// -> {read, typing} or {customer, text?, shown, buttons, image?, correlation?, reply_to?, template}
export function parse_whatsapp_message(body) {
  if (body.messaging_product !== "whatsapp") throw bad_parameter("The parameter messaging_product is required.");
  if (body.status !== undefined) return read_mark(body);
  if (body.recipient_type !== undefined && body.recipient_type !== "individual") throw bad_parameter("Invalid parameter", "recipient_type must be individual");
  const draft = {
    customer: customer_of(body),
    buttons: [],
    correlation: correlation_of(body),
    reply_to: body.context?.message_id,
    template: body.type === "template",
  };
  const type = body.type ?? "text";
  const reader = Object.hasOwn(content, type) ? content[type] : undefined;
  if (!reader) throw bad_parameter(`Param type must be one of {${Object.keys(content).join(", ")}}`);
  if (!is_object(body[type])) throw bad_parameter(`The parameter ${type} is required.`);
  return { ...draft, ...reader(body[type]) };
}

function read_mark({ status, message_id, typing_indicator }) {
  if (status !== "read") throw bad_parameter("Param status must be one of {read}");
  text_within("message_id", message_id, 300);
  if (typing_indicator !== undefined && typing_indicator?.type !== "text") throw bad_parameter("Param typing_indicator[type] must be one of {text}");
  return { read: message_id, typing: typing_indicator !== undefined };
}

// `to` wins over `recipient`; the latter is the business-scoped user id.
function customer_of({ to, recipient }) {
  if (to !== undefined) {
    text_within("to", to, 128);
    return to;
  }
  if (recipient === undefined) throw bad_parameter("The parameter to is required.");
  text_within("recipient", recipient, 128);
  return { user_id: recipient };
}

function correlation_of({ biz_opaque_callback_data: data }) {
  if (data !== undefined) text_within("biz_opaque_callback_data", data, 512);
  return data;
}

const content = {
  text(text) {
    text_within("text['body']", text.body, 4096);
    return { text: text.body, shown: text.body };
  },
  interactive,
  image: media("image"),
  video: media("video"),
  audio: media("audio"),
  document: media("document"),
  sticker: media("sticker"),
  location: () => ({ shown: "(location)", kind: "location" }),
  contacts: () => ({ shown: "(contact)", kind: "contacts" }),
  template(template) {
    text_within("template['name']", template.name, 512);
    if (typeof template.language?.code !== "string") throw bad_parameter("The parameter template['language']['code'] is required.");
    const parameters = (Array.isArray(template.components) ? template.components : [])
      .flatMap((component) => (Array.isArray(component?.parameters) ? component.parameters : []))
      .map((parameter) => parameter?.text).filter((text) => typeof text === "string");
    return { shown: [`[${template.name}]`, ...parameters].join(" "), kind: "template" };
  },
  reaction(reaction) {
    text_within("reaction['message_id']", reaction.message_id, 300);
    return { reaction: { mid: reaction.message_id, emoji: reaction.emoji ?? "" } };
  },
};

function interactive({ type, body, header, footer, action }) {
  if (!["button", "list", "cta_url"].includes(type)) throw bad_parameter("Param interactive['type'] must be one of {button, list, cta_url}");
  text_within("interactive['body']['text']", body?.text, 1024);
  if (header?.type === "text") text_within("interactive['header']['text']", header.text, 60);
  if (footer !== undefined) text_within("interactive['footer']['text']", footer?.text, 60);
  if (!is_object(action)) throw bad_parameter("The parameter interactive['action'] is required.");
  const shown = [header?.text, body.text, footer?.text].filter(Boolean).join("\n");
  const reader = { button: reply_buttons, list: list_rows, cta_url: link_button }[type];
  return { shown, buttons: reader(action), image: header?.type === "image" ? header.image?.link : undefined };
}

function reply_buttons({ buttons }) {
  if (!Array.isArray(buttons) || buttons.length < 1 || buttons.length > 3) throw bad_parameter("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3");
  const titles = new Set();
  return buttons.map((button) => {
    if (button?.type !== "reply") throw bad_parameter("Param buttons[type] must be one of {reply}");
    text_within("reply['id']", button.reply?.id, 256);
    text_within("reply['title']", button.reply.title, 20);
    if (titles.has(button.reply.title)) throw bad_parameter("Invalid parameter", "Button titles must be unique");
    titles.add(button.reply.title);
    return { type: "reply", title: button.reply.title, payload: button.reply.id };
  });
}

function list_rows({ button, sections }) {
  text_within("action['button']", button, 20);
  if (!Array.isArray(sections) || sections.length < 1 || sections.length > 10) throw bad_parameter("Invalid parameter", "1 to 10 sections are allowed");
  const rows = sections.flatMap((section) => {
    if (sections.length > 1) text_within("section['title']", section?.title, 24);
    return Array.isArray(section?.rows) ? section.rows : [];
  });
  if (rows.length < 1 || rows.length > 10) throw bad_parameter("Invalid parameter", "Total row count exceeds 10 or is 0");
  return rows.map((row) => {
    text_within("row['id']", row?.id, 200);
    text_within("row['title']", row.title, 24);
    if (row.description !== undefined) text_within("row['description']", row.description, 72);
    return { type: "reply", title: row.title, payload: row.id };
  });
}

function link_button({ name, parameters }) {
  if (name !== "cta_url") throw bad_parameter("Param action['name'] must be cta_url");
  text_within("display_text", parameters?.display_text, 20);
  link("url", parameters.url);
  return [{ type: "url", title: parameters.display_text, url: parameters.url }];
}

function media(kind) {
  return (value) => {
    if ((value.id === undefined) === (value.link === undefined)) throw bad_parameter("Invalid parameter", `${kind} needs either id or link`);
    if (value.link !== undefined) link(`${kind}['link']`, value.link);
    if (value.caption !== undefined) text_within(`${kind}['caption']`, value.caption, 1024);
    return { shown: value.caption ?? "", image: kind === "image" ? value.link : undefined, kind };
  };
}

function text_within(name, value, most) {
  if (value === undefined) throw bad_parameter(`The parameter ${name} is required.`);
  if (typeof value !== "string" || value === "") throw bad_parameter(`Param ${name} must be a non-empty string`);
  if ([...value].length > most) throw bad_parameter("Invalid parameter", `Param ${name} must be at most ${most} characters long.`);
}

function link(name, value) {
  if (typeof value !== "string" || !/^https?:\/\/\S+$/.test(value)) throw bad_parameter("Invalid parameter", `Param ${name} is not a valid URI.`);
}
