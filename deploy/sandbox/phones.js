// The phones page. All text becomes text nodes; nothing is ever parsed as markup.

const channels = { instagram: "Instagram", messenger: "Messenger", whatsapp: "WhatsApp" };
const ticks = { sent: "✓", delivered: "✓✓", read: "✓✓" };
const states = { sent: "Sent", delivered: "Delivered", read: "Seen" };
const by_id = (id) => document.getElementById(id);

const page = { accounts: [], business: "", seed: load_seed(), phones: new Map(), switches: {} };

// --- small tools ---------------------------------------------------------------------------------------------------------------------

function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

async function control(path, body) {
  const init = body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(`/control${path}`, init);
  const value = await response.json();
  if (!response.ok) throw new Error(value.error ?? `refused with ${response.status}`);
  return value;
}

// ?customer=12345678 shows one customer again, also on another device.
function load_seed() {
  const asked = new URLSearchParams(location.search).get("customer");
  if (/^\d{8}$/.test(asked ?? "")) return asked;
  try {
    const known = localStorage.getItem("sandbox-customer");
    if (known) return known;
  } catch { /* no storage, no memory */ }
  return new_seed();
}

function new_seed() {
  const seed = String(Math.floor(Math.random() * 1e8)).padStart(8, "0");
  try {
    localStorage.setItem("sandbox-customer", seed);
  } catch { /* as above */ }
  return seed;
}

function customer_on(channel) {
  return channel === "whatsapp" ? `23480${page.seed}` : `${channel === "instagram" ? "17" : "24"}00000${page.seed}`;
}

// --- a phone ---------------------------------------------------------------------------------------------------------------------------

class phone {
  constructor(channel) {
    this.channel = channel;
    this.shown = new Map();  // mid -> {node, text}
    this.title = element("h2");
    this.avatar = element("span", { className: "avatar", "aria-hidden": "true" });
    this.empty = element("p", { className: "empty" }, "Say hello, ask for a price, order something.");
    this.typing = element("div", { className: "typing hidden" }, ...[1, 2, 3].map(() => element("i")), element("span", { className: "visually-hidden" }, "typing"));
    this.log = element("div", { className: "log", role: "log", tabIndex: 0, "aria-label": `Conversation on ${channels[channel]}` }, this.empty, this.typing);
    this.input = element("input", { autocomplete: "off", placeholder: "Message", "aria-label": `Message on ${channels[channel]}`, maxLength: 4000 });
    this.note = element("p", { className: "note", role: "status" });
    this.root = element("section", { className: `phone ${channel}`, "aria-label": `${channels[channel]} phone` }, this.bar(), this.log, this.composer());
  }

  bar() {
    const names = element("div", {}, this.title, element("p", {}, this.channel === "whatsapp" ? "business account" : "usually replies at once"));
    return element("header", { className: "bar" }, this.avatar, names, element("span", { className: "channel" }, channels[this.channel]));
  }

  composer() {
    const photo = element("button", { type: "button", className: "photo", "aria-label": "Send a photo", title: "Send a photo" }, "+");
    const owner = element("button", { type: "button", className: "owner" }, "Reply as the shop owner from the phone app");
    const form = element("form", { className: "composer" },
      element("div", { className: "row" }, photo, this.input, element("button", { className: "send" }, "Send")), owner, this.note);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.say({ text: this.taken() });
    });
    photo.addEventListener("click", () => this.say({ kind: "image", text: this.taken() }));
    owner.addEventListener("click", () => this.as_owner());
    return form;
  }

  taken() {
    const text = this.input.value.trim();
    this.input.value = "";
    return text;
  }

  address() {
    return { channel: this.channel, account: this.account?.id, customer: customer_on(this.channel) };
  }

  async say(message) {
    if (!message.text && !message.kind) return this.input.focus();
    await this.tell(async () => {
      const { status } = await control("/say", { ...this.address(), name: by_id("customer-name").value || "Customer", ...message });
      return status === 200 ? "" : status === 0 ? "The shop's server did not answer the webhook; it will be tried again." : `The shop's server answered ${status}; it will be tried again.`;
    });
  }

  async as_owner() {
    const text = this.taken();
    if (!text) {
      this.note.textContent = "Write the owner's words first, then press this button.";
      return this.input.focus();
    }
    await this.tell(async () => {
      await control("/echo", { ...this.address(), text });
      return "";
    });
  }

  async tell(work) {
    this.note.textContent = "";
    try {
      this.note.textContent = await work();
    } catch (error) {
      this.note.textContent = error.message;
    }
  }

  open(account) {
    this.account = account;
    this.title.textContent = account?.name ?? "no account";
    this.avatar.textContent = (account?.name ?? "?").slice(0, 1);
    for (const { node } of this.shown.values()) node.remove();
    this.shown.clear();
    this.note.textContent = "";
    return this.refresh();
  }

  async refresh() {
    if (!this.account) return;
    const { channel, account, customer } = this.address();
    const { messages, typing } = await control(`/transcript?${new URLSearchParams({ channel, account, customer })}`);
    if (customer !== customer_on(channel) || account !== this.account.id) return;  // somebody else was picked meanwhile
    for (const message of messages) this.show(message);
    this.show_typing(typing);
  }

  show_typing(on) {
    this.typing.classList.toggle("hidden", !on);
    clearTimeout(this.typing_ends);
    if (on) this.typing_ends = setTimeout(() => this.show_typing(false), 20_000);
    this.to_end();
  }

  show(message) {
    const text = JSON.stringify(message);
    const known = this.shown.get(message.mid);
    if (known?.text === text) return;
    const node = bubble(message, this);
    if (known) known.node.replaceWith(node);
    else this.typing.before(node);
    this.shown.set(message.mid, { node, text });
    this.empty.classList.toggle("hidden", this.shown.size > 0);
    if (!known) this.to_end();
    if (!known && message.from === "business") mark_news(this.channel);
  }

  to_end() {
    this.log.scrollTop = this.log.scrollHeight;
  }
}

function bubble(message, on_phone) {
  const node = element("div", { className: `message ${message.from}${message.deleted ? " deleted" : ""}` });
  node.append(element("span", { className: "visually-hidden" }, message.from === "customer" ? "You: " : "Shop: "));
  if (message.by === "person") node.append(element("span", { className: "by" }, "the owner, from the phone app"));
  if (message.deleted) node.append("This message was deleted");
  else node.append(...(message.kind && !message.text ? [`[${message.kind}]`] : linked(message.text)));
  if (message.image) node.append(element("span", { className: "by" }, "[picture] ", ...linked(message.image)));
  if (message.buttons) node.append(buttons_of(message.buttons, on_phone));
  node.append(meta_of(message));
  if (message.reaction) node.append(element("span", { className: "reaction" }, message.reaction));
  return node;
}

function meta_of({ at, from, state, edited }) {
  const time = new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const meta = element("span", { className: "meta" }, `${edited ? "edited " : ""}${time}`);
  if (state) {
    const who = from === "customer" ? "" : "your phone: ";
    meta.append(" ", element("span", { className: `tick ${state}`, title: `${who}${states[state]}`, "aria-hidden": "true" }, from === "customer" ? ticks[state] : ""),
      element("span", { className: "visually-hidden" }, states[state]));
    if (from === "customer" && state === "read") meta.append(" Seen");
  }
  return meta;
}

// Only http(s) becomes a link.
function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"']+)/).map((part, index) => {
    if (index % 2 === 0) return part;
    const [, url, rest] = /^(.*?)([.,;:!?)\]]*)$/.exec(part);
    return element("span", {}, link(url, url), rest);
  });
}

function link(url, title) {
  return element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, title);
}

function buttons_of(buttons, on_phone) {
  return element("div", { className: "buttons" }, ...buttons.map(({ type, title, url, payload }) => {
    if (type === "url") return /^https?:\/\//.test(url) ? link(url, title) : element("span", {}, title);
    const button = element("button", { type: "button" }, title);
    button.addEventListener("click", () => on_phone.say({ text: title, quick_reply: payload, ...(type === "postback" ? { kind: "postback" } : {}) }));
    return button;
  }));
}

// --- the picker and the tabs ----------------------------------------------------------------------------------------------------------

function open_phones() {
  for (const [channel, one] of page.phones) {
    one.open(page.accounts.find((account) => account.business === page.business && account.channel === channel));
  }
}

function build_tabs() {
  for (const [channel, name] of Object.entries(channels)) {
    const tab = element("button", { type: "button", "aria-pressed": "false" }, name);
    tab.dataset.channel = channel;
    tab.addEventListener("click", () => show_tab(channel));
    by_id("tabs").append(tab);
  }
  const from_address = () => show_tab(Object.hasOwn(channels, location.hash.slice(1)) ? location.hash.slice(1) : "instagram");
  addEventListener("hashchange", from_address);
  from_address();
}

function show_tab(channel) {
  for (const [name, one] of page.phones) one.root.classList.toggle("shown", name === channel);
  for (const tab of by_id("tabs").children) {
    const mine = tab.dataset.channel === channel;
    tab.setAttribute("aria-pressed", String(mine));
    if (mine) tab.classList.remove("news");
  }
  page.phones.get(channel)?.to_end();
}

function mark_news(channel) {
  const tab = [...by_id("tabs").children].find(({ dataset }) => dataset.channel === channel);
  if (tab?.getAttribute("aria-pressed") === "false") tab.classList.add("news");
}

// --- the switches ----------------------------------------------------------------------------------------------------------------------

const groups = { graph: "Graph API", webhook: "Webhooks", "llm.openai": "OpenAI", "llm.anthropic": "Anthropic", "llm.groq": "Groq", paystack: "Paystack", flutterwave: "Flutterwave", stripe: "Stripe", login: "Logins at Meta", smtp: "Mail" };
const initial = {};

async function build_switches() {
  const table = await control("/switches/describe");
  for (const { name, initial: value } of table) initial[name] = value;
  for (const [prefix, title] of Object.entries(groups)) {
    const mine = table.filter(({ name }) => name.startsWith(`${prefix}.`));
    by_id("switches").append(element("fieldset", {}, element("legend", {}, title), ...mine.map((entry) => switch_row(entry, prefix))));
  }
}

function switch_row({ name, kind, about }, prefix) {
  const id = `switch-${name}`;
  const set = element("div", { className: "set" });
  const field = kind === "number" ? element("input", { id, type: "number", min: 0, value: initial[name] })
                                  : element("select", { id }, ...["off", "once", "always"].map((value) => element("option", { value }, value)));
  set.append(field);
  const code = name === "graph.error" ? element("input", { type: "number", value: 613, "aria-label": "Error code", title: "Error code" }) : undefined;
  if (code) set.append(code);
  field.addEventListener("change", () => set_switch(name, chosen(kind, field.value, code)));
  code?.addEventListener("change", () => field.value !== "off" && set_switch(name, chosen(kind, field.value, code)));
  const row = element("div", { className: "switch" }, element("label", { htmlFor: id }, name.slice(prefix.length + 1).replaceAll("_", " ")), element("small", {}, about), set);
  row.dataset.name = name;
  return row;
}

function chosen(kind, value, code) {
  if (kind === "number") return Number(value);
  if (value === "off") return false;
  if (code) return { code: Number(code.value), ...(value === "once" ? { times: 1 } : {}) };
  return value === "once" ? 1 : true;
}

async function set_switch(name, value) {
  try {
    show_switches(await control("/switches", { [name]: value }));
  } catch (error) {
    by_id("numbers").textContent = error.message;
    show_switches(await control("/switches"));
  }
}

function show_switches(values) {
  page.switches = values;
  let on = 0;
  for (const row of document.querySelectorAll(".switch")) {
    const value = values[row.dataset.name];
    const is_on = value !== false && value !== initial[row.dataset.name];
    if (is_on) on += 1;
    row.classList.toggle("on", is_on);
    const field = row.querySelector("select, input");
    if (field === document.activeElement && field.type === "number") continue;
    field.value = field.type === "number" ? value : value === false ? "off" : value === true || (typeof value === "object" && value.times === undefined) ? "always" : "once";
  }
  const count = by_id("panel-count");
  count.textContent = on === 0 ? "all off" : `${on} on`;
  count.className = on === 0 ? "pill" : "pill bad";
}

// --- what happens ----------------------------------------------------------------------------------------------------------------------

const later = new Map();
function soon(key, ms, work) {
  if (later.has(key)) return;
  later.set(key, setTimeout(() => {
    later.delete(key);
    work().catch((error) => console.warn(error));
  }, ms));
}

async function show_numbers() {
  const { webhooks, sends_total, duplicates, resends, payments } = await control("/counters");
  const repeats = resends.length + duplicates.length;
  by_id("numbers").textContent = `Webhooks accepted: ${webhooks.accepted ?? 0}, tried again: ${webhooks.retried ?? 0} · messages of the shop: ${sends_total}` +
    `${repeats > 0 ? `, repeated: ${repeats}` : ""} · payments: ${payments.success ?? 0}`;
}

function follow() {
  const source = new EventSource("/control/stream");
  const state = by_id("link-state");
  source.addEventListener("open", () => {
    state.textContent = "live";
    state.className = "pill good";
    for (const one of page.phones.values()) one.refresh().catch((error) => console.warn(error));
  });
  source.addEventListener("error", () => {
    state.textContent = "reconnecting…";
    state.className = "pill bad";
  });
  source.addEventListener("message", ({ data }) => happened(JSON.parse(data)));
}

function happened(event) {
  soon("numbers", 500, show_numbers);
  if (event.type === "switches") return show_switches(event.values);
  if (event.type === "reset") return open_phones();
  const one = page.phones.get(event.channel);
  if (!one || event.account !== one.account?.id || event.customer !== customer_on(event.channel)) return;
  if (event.type === "typing") one.show_typing(event.typing);
  else one.show(event.message);
}

async function start() {
  for (const channel of Object.keys(channels)) {
    const one = new phone(channel);
    page.phones.set(channel, one);
    by_id("phones").append(one.root);
  }
  build_tabs();
  page.accounts = await control("/accounts");
  const businesses = [...new Map(page.accounts.map(({ business, name }) => [business, name]))];
  by_id("business").append(...businesses.map(([value, name]) => element("option", { value }, name)));
  page.business = businesses[0]?.[0] ?? "";
  by_id("business").addEventListener("change", ({ target }) => {
    page.business = target.value;
    open_phones();
  });
  by_id("new-customer").addEventListener("click", () => {
    page.seed = new_seed();
    open_phones();
  });
  by_id("who").addEventListener("submit", (event) => event.preventDefault());
  by_id("all-off").addEventListener("click", async () => {
    const off = Object.keys(page.switches).map((name) => [name, initial[name]]);
    show_switches(await control("/switches", Object.fromEntries(off)));
  });
  by_id("handshake").addEventListener("click", async () => {
    const { ok, detail } = await control("/handshake", {});
    by_id("numbers").textContent = ok ? "The webhook is verified." : `The webhook was not verified: ${detail}`;
  });
  by_id("reset").addEventListener("click", () => control("/reset", {}));
  await build_switches();
  show_switches(await control("/switches"));
  open_phones();
  follow();
  await show_numbers();
}

start().catch((error) => {
  by_id("link-state").textContent = error.message;
});
