// Reads a send request of Messenger or Instagram: the same shapes, different limits. Throws graph_error.

import { is_object } from "./http.mjs";
import { bad_parameter } from "./graph_error.mjs";

const most_characters = 2000;       // Messenger
const most_bytes = 1000;            // Instagram counts bytes of UTF-8
const most_quick_replies = 13;
const most_button_text = 640;
const retired_tags = ["CONFIRMED_EVENT_UPDATE", "ACCOUNT_UPDATE", "POST_PURCHASE_UPDATE"];
const actions = ["typing_on", "typing_off", "mark_seen", "react", "unreact"];

// -> {customer, action} or {customer, text?, attachments?, buttons, image?, correlation?, human_agent, reply_to?}
export function parse_page_message(channel, body) {
  const customer = recipient_of(body);
  const human_agent = tag_of(channel, body);
  if (body.sender_action !== undefined) {
    if (body.message !== undefined) throw bad_parameter("sender_action and message cannot be sent in one request");
    if (!actions.includes(body.sender_action)) throw bad_parameter(`Param sender_action must be one of {${actions.join(", ")}}`);
    return { customer, action: body.sender_action };
  }
  const { message } = body;
  if (!is_object(message)) throw bad_parameter("Param message must be non-empty");
  const draft = { customer, human_agent, buttons: [], correlation: metadata_of(message), reply_to: body.reply_to?.mid };
  if (message.text !== undefined && message.attachment !== undefined) throw bad_parameter("Cannot specify both text and attachment");
  if (message.text !== undefined) draft.text = text_of(channel, message.text, "message[text]");
  else if (message.attachment !== undefined) Object.assign(draft, attachment_of(channel, message.attachment));
  else if (message.attachments !== undefined) Object.assign(draft, images_of(channel, message.attachments));
  else throw bad_parameter("Param message must be non-empty");
  draft.buttons.push(...quick_replies_of(message.quick_replies));
  return draft;
}

function recipient_of(body) {
  if (!is_object(body.recipient)) throw bad_parameter("The parameter recipient is required");
  const { id } = body.recipient;
  if (typeof id !== "string" || id === "" || id.length > 200) throw bad_parameter("Param recipient[id] must be a valid ID string (e.g., \"123\")");
  return id;
}

function tag_of(channel, { messaging_type, tag }) {
  if (messaging_type === undefined && tag === undefined) return false;
  if (!["RESPONSE", "UPDATE", "MESSAGE_TAG"].includes(messaging_type)) throw bad_parameter("Param messaging_type must be one of {RESPONSE, UPDATE, MESSAGE_TAG}");
  if (messaging_type !== "MESSAGE_TAG") {
    if (tag !== undefined) throw bad_parameter("Param tag is only allowed with messaging_type MESSAGE_TAG");
    return false;
  }
  if (tag === undefined) throw bad_parameter("The parameter tag is required");
  if (retired_tags.includes(tag)) throw bad_parameter(`The message tag ${tag} is no longer supported`);
  if (tag !== "HUMAN_AGENT") throw bad_parameter("Param tag must be one of {HUMAN_AGENT}");
  return true;
}

function metadata_of({ metadata }) {
  if (metadata === undefined) return undefined;
  if (typeof metadata !== "string" || metadata.length > 1000) throw bad_parameter("Param message[metadata] must be a string of at most 1000 characters");
  return metadata;
}

function text_of(channel, text, name) {
  if (typeof text !== "string" || text.trim() === "") throw bad_parameter(`Param ${name} must be a non-empty UTF-8 encoded string`);
  const length = channel === "instagram" ? Buffer.byteLength(text) : [...text].length;
  const most = channel === "instagram" ? most_bytes : most_characters;
  if (length > most) throw bad_parameter(`Length of param ${name} must be less than or equal to ${most}`);
  return text;
}

function quick_replies_of(replies = []) {
  if (!Array.isArray(replies)) throw bad_parameter("Param message[quick_replies] must be an array");
  if (replies.length > most_quick_replies) throw bad_parameter(`Param message[quick_replies] must have at most ${most_quick_replies} elements`);
  return replies.map((reply) => {
    if (!is_object(reply) || !["text", "user_phone_number", "user_email"].includes(reply.content_type)) {
      throw bad_parameter("Param message[quick_replies][content_type] must be one of {text, user_phone_number, user_email}");
    }
    if (reply.content_type !== "text") return { type: "reply", title: reply.content_type, payload: reply.content_type };
    bounded("message[quick_replies][title]", reply.title, 20);
    bounded("message[quick_replies][payload]", reply.payload, 1000);
    return { type: "reply", title: reply.title, payload: reply.payload };
  });
}

function attachment_of(channel, attachment) {
  if (!is_object(attachment) || !is_object(attachment.payload)) throw bad_parameter("Param message[attachment][payload] is required");
  const { type, payload } = attachment;
  if (["image", "audio", "video", "file"].includes(type)) {
    if (payload.attachment_id === undefined) web_url(payload.url, "message[attachment][payload][url]");
    return { attachments: [{ type, payload: { url: payload.url } }], image: type === "image" ? payload.url : undefined, kind: type };
  }
  if (type !== "template") throw bad_parameter("Param message[attachment][type] must be one of {audio, file, image, video, template}");
  if (payload.template_type === "button") return button_template(payload);
  if (payload.template_type === "generic") return generic_template(payload);
  throw bad_parameter("Param message[attachment][payload][template_type] must be one of {button, generic}");
}

function button_template(payload) {
  bounded("message[attachment][payload][text]", payload.text, most_button_text);
  const buttons = buttons_of(payload.buttons, true);
  return { shown: payload.text, buttons, attachments: [{ type: "template", payload }] };
}

function generic_template(payload) {
  const { elements } = payload;
  if (!Array.isArray(elements) || elements.length < 1 || elements.length > 10) throw bad_parameter("Param elements must have 1 to 10 items");
  for (const element of elements) {
    if (!is_object(element)) throw bad_parameter("Param elements must contain objects");
    bounded("elements[title]", element.title, 80);
    if (element.subtitle !== undefined) bounded("elements[subtitle]", element.subtitle, 80);
    if (Object.keys(element).length < 2) throw bad_parameter("Param elements needs at least one property beside title");
  }
  const shown = elements.map(({ title, subtitle }) => (subtitle ? `${title}\n${subtitle}` : title)).join("\n\n");
  const buttons = elements.flatMap((element) => buttons_of(element.buttons ?? [], false));
  return { shown, buttons, image: elements[0].image_url, attachments: [{ type: "template", payload }] };
}

function buttons_of(buttons, required) {
  if (!Array.isArray(buttons) || buttons.length > 3 || (required && buttons.length < 1)) throw bad_parameter("Param buttons must have 1 to 3 items");
  return buttons.map((button) => {
    if (!is_object(button)) throw bad_parameter("Param buttons must contain objects");
    bounded("buttons[title]", button.title, 20);
    if (button.type === "web_url") {
      web_url(button.url, "buttons[url]");
      return { type: "url", title: button.title, url: button.url };
    }
    if (button.type !== "postback") throw bad_parameter("Param buttons[type] must be one of {web_url, postback}");
    bounded("buttons[payload]", button.payload, 1000);
    return { type: "postback", title: button.title, payload: button.payload };
  });
}

function images_of(channel, attachments) {
  const most = channel === "instagram" ? 10 : 30;
  if (!Array.isArray(attachments) || attachments.length < 1 || attachments.length > most) throw bad_parameter(`Param message[attachments] must have 1 to ${most} items`);
  for (const attachment of attachments) {
    if (attachment?.type !== "image") throw bad_parameter("Param message[attachments][type] must be image");
    web_url(attachment.payload?.url, "message[attachments][payload][url]");
  }
  return { attachments, image: attachments[0].payload.url, kind: "image" };
}

function bounded(name, value, most) {
  if (typeof value !== "string" || value === "" || [...value].length > most) throw bad_parameter(`Param ${name} must be a string of 1 to ${most} characters`);
}

function web_url(value, name) {
  if (typeof value !== "string" || !/^https?:\/\/\S+$/.test(value)) throw bad_parameter(`Param ${name} should represent a valid URL`);
}
