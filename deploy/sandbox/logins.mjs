// Logins at Meta: dialogs where a person accepts or denies, codes, and the tokens that they become.
//
//   /facebook/<version>/dialog/oauth          Facebook Login for Business
//   /instagram-login/oauth/authorize          Instagram Login
//   POST /control/signup                      WhatsApp Embedded Signup: what its window would hand to the page

import { randomBytes } from "node:crypto";
import { answer, read_body, refusal } from "./http.mjs";
import { graph_error } from "./graph_error.mjs";
import { escaped } from "./pay_page.mjs";

// No form-action: browsers would apply it to the redirect to the shop as well.
const policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

const kinds = {
  facebook: {
    title: "Facebook Login for Business", code_life_ms: 600_000, channels: ["messenger"],
    scopes: ["pages_show_list", "pages_messaging", "pages_manage_metadata", "instagram_basic", "instagram_manage_messages", "business_management"],
  },
  instagram: {
    title: "Instagram Login", code_life_ms: 3_600_000, channels: ["instagram"],
    scopes: ["instagram_business_basic", "instagram_business_manage_messages"],
  },
  whatsapp: {
    title: "WhatsApp Embedded Signup", code_life_ms: 30_000, channels: ["whatsapp"],
    scopes: ["whatsapp_business_management", "whatsapp_business_messaging"],
  },
};
const hour_s = 3600;
export const sixty_days_s = 5_184_000;

export class logins {
  #accounts;
  #clock;
  #apps;
  #codes = new Map();
  #by_token = new Map();

  // world: {accounts, clock, app_id, app_secret, instagram_app_id, instagram_app_secret}
  constructor({ accounts, clock, app_id, app_secret, instagram_app_id, instagram_app_secret }) {
    this.#accounts = accounts;
    this.#clock = clock;
    const app = { id: app_id, secret: app_secret };
    this.#apps = { facebook: app, whatsapp: app, instagram: { id: instagram_app_id, secret: instagram_app_secret } };
  }

  reset() {
    this.#codes.clear();
    this.#by_token.clear();
  }

  // -> {kind, accounts, scopes, expires_at, is_short, user_id} or undefined
  by_token(token) {
    const login = this.#by_token.get(token);
    return login && (login.expires_at === 0 || login.expires_at > this.#now_s()) ? login : undefined;
  }

  // What a token may be revoked by: the person's password change, for example.
  revoke(account) {
    for (const [token, login] of this.#by_token) if (login.accounts.includes(account)) this.#by_token.delete(token);
  }

  #now_s() {
    return Math.floor(this.#clock() / 1000);
  }

  // --- codes and tokens ---------------------------------------------------------------------------------------------------------------

  make_code(kind, accounts, { redirect_uri, without = [] } = {}) {
    const code = `AQ${randomBytes(24).toString("base64url")}`;
    const scopes = kinds[kind].scopes.filter((one) => !without.includes(one));
    this.#codes.set(code, { kind, accounts, scopes, redirect_uri, until: this.#clock() + kinds[kind].code_life_ms });
    return code;
  }

  // Codes work once, for the app and the address that asked for them.
  #take_code(kind_of_host, { client_id, client_secret, redirect_uri, code }) {
    const found = this.#codes.get(code);
    const is_instagram = kind_of_host === "instagram";
    if (!found || (found.kind === "instagram") !== is_instagram) throw new graph_error(100, "Invalid verification code format.", { subcode: 36009 });
    const app = this.#apps[found.kind];
    if (client_id !== app.id) throw new graph_error(101, "Error validating application. Cannot get application info due to a system error.");
    if (client_secret !== app.secret) throw new graph_error(1, "Error validating client secret.");
    this.#codes.delete(code);
    if (found.until < this.#clock()) throw new graph_error(100, "This authorization code has expired.", { subcode: 36007 });
    if ((redirect_uri ?? undefined) !== found.redirect_uri) throw new graph_error(100, "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request", { subcode: 36008 });
    return found;
  }

  #issue(login) {
    const token = `${login.kind === "instagram" ? "IGAA" : "EAA"}${randomBytes(30).toString("base64url")}`;
    this.#by_token.set(token, login);
    return token;
  }

  // GET /oauth/access_token of graph.facebook.com. -> the body
  graph_token(query) {
    const given = Object.fromEntries(query);
    if (given.grant_type === "fb_exchange_token") return this.#longer(given);
    const { kind, accounts, scopes } = this.#take_code("facebook", given);
    const user_id = `10${accounts[0]?.id.replace(/\D/g, "") ?? "0"}`;
    // A business's system user has a token without an end; a person's ends soon.
    const expires_in = kind === "facebook" ? hour_s : 0;
    const login = { kind, accounts, scopes, user_id, expires_at: expires_in === 0 ? 0 : this.#now_s() + expires_in };
    return { access_token: this.#issue(login), token_type: "bearer", ...(expires_in === 0 ? {} : { expires_in }) };
  }

  #longer({ client_id, client_secret, fb_exchange_token }) {
    const app = this.#apps.facebook;
    const login = this.by_token(fb_exchange_token);
    if (client_id !== app.id || client_secret !== app.secret || login?.kind !== "facebook") throw new graph_error(190, "Invalid OAuth access token.");
    return { access_token: this.#issue({ ...login, expires_at: this.#now_s() + sixty_days_s }), token_type: "bearer", expires_in: sixty_days_s };
  }

  // POST https://api.instagram.com/oauth/access_token
  instagram_code(form) {
    if (form.grant_type !== "authorization_code") throw new graph_error(100, "Invalid grant type");
    const { accounts: [account], scopes } = this.#take_code("instagram", form);
    const login = { kind: "instagram", accounts: [account], scopes, user_id: account.scoped_id, is_short: true, expires_at: this.#now_s() + hour_s };
    return { data: [{ access_token: this.#issue(login), user_id: account.scoped_id, permissions: scopes.join(",") }] };
  }

  // GET https://graph.instagram.com/access_token
  instagram_longer(query) {
    const login = this.by_token(query.get("access_token"));
    if (query.get("grant_type") !== "ig_exchange_token" || !login?.is_short) throw new graph_error(190, "Invalid OAuth access token.");
    if (query.get("client_secret") !== this.#apps.instagram.secret) throw new graph_error(1, "Error validating client secret.");
    return { access_token: this.#accounts.issue(login.accounts[0]), token_type: "bearer", expires_in: sixty_days_s };
  }

  // GET /me/accounts
  pages(login, query, sibling) {
    const pages = login.accounts.filter(({ channel }) => channel === "messenger");
    const limit = Math.min(Number(query.get("limit")) || 25, 100);
    const from = Number(Buffer.from(query.get("after") ?? "", "base64url").toString() || 0);
    const data = pages.slice(from, from + limit).map((page) => {
      page.login_token ??= this.#accounts.issue(page);
      const linked = sibling(page, "instagram");
      return { id: page.id, name: page.name, access_token: page.login_token, tasks: page.tasks ?? ["MODERATE", "MESSAGING", "ANALYZE"], ...(linked ? { instagram_business_account: { id: linked.id } } : {}) };
    });
    const cursors = { before: "", after: Buffer.from(String(from + limit)).toString("base64url") };
    return { data, paging: { cursors, ...(from + limit < pages.length ? { next: "https://graph.facebook.com/next" } : {}) } };
  }

  state_of(login) {
    const app = this.#apps[login.kind];
    const granular_scopes = login.kind === "whatsapp"
      ? [{ scope: "whatsapp_business_management", target_ids: [...new Set(login.accounts.map(({ waba }) => waba))] }, { scope: "whatsapp_business_messaging" }]
      : login.scopes.map((scope) => ({ scope }));
    return { app_id: app.id, type: login.kind === "whatsapp" ? "SYSTEM_USER" : "USER", is_valid: true, expires_at: login.expires_at, data_access_expires_at: 0, scopes: login.scopes, granular_scopes, user_id: login.user_id };
  }

  // --- dialogs ------------------------------------------------------------------------------------------------------------------------

  async facebook(request, response, path, query) {
    if (!/^\/v\d+\.\d+\/dialog\/oauth$/.test(path)) throw new refusal(404, "nothing here");
    if (request.method === "GET" && !query.get("config_id")) throw new refusal(400, "config_id is missing");
    return this.#dialog("facebook", request, response, query);
  }

  async instagram(request, response, path, query) {
    if (path !== "/oauth/authorize") throw new refusal(404, "nothing here");
    return this.#dialog("instagram", request, response, query);
  }

  async #dialog(kind, request, response, query) {
    const asked = Object.fromEntries(query);
    if (asked.client_id !== this.#apps[kind].id) throw new refusal(400, "Invalid App ID");
    if (asked.response_type !== "code" || !asked.state) throw new refusal(400, "response_type=code and state are needed");
    if (!/^https?:\/\//.test(asked.redirect_uri ?? "")) throw new refusal(400, "redirect_uri is missing");
    if (request.method === "GET") return answer(response, 200, "text/html; charset=utf-8", this.#page(kind), { "content-security-policy": policy });
    if (request.method !== "POST") throw new refusal(405, "GET or POST", { allow: "GET, POST" });
    const form = new URLSearchParams((await read_body(request)).toString("utf8"));
    const back = new URL(asked.redirect_uri);
    back.searchParams.set("state", asked.state);
    if (form.get("decision") !== "accept") {
      for (const [name, value] of [["error", "access_denied"], ["error_reason", "user_denied"], ["error_description", "The user denied your request."]]) back.searchParams.set(name, value);
      return answer(response, 303, "text/plain", "", { location: back.href });
    }
    const accounts = this.#granted(kind, form.getAll("grant"));
    if (kind === "instagram" && accounts.length !== 1) throw new refusal(400, "one account logs in");
    back.searchParams.set("code", this.make_code(kind, accounts, { redirect_uri: asked.redirect_uri, without: form.getAll("without") }));
    // Instagram's habit.
    answer(response, 303, "text/plain", "", { location: `${back.href}${kind === "instagram" ? "#_" : ""}` });
  }

  #granted(kind, ids) {
    return ids.filter(Boolean).map((id) => {
      const account = this.#accounts.all().find((one) => kinds[kind].channels.includes(one.channel) && one.id === id);
      if (!account) throw new refusal(400, `no such account: ${id}`);
      return account;
    });
  }

  // {accounts: [phone ids], without?} -> what the signup's window tells the page
  signup({ accounts: ids, without = [] }) {
    if (!Array.isArray(ids) || ids.length === 0) throw new refusal(400, "accounts must be a list of phone number ids");
    const accounts = this.#granted("whatsapp", ids);
    return { code: this.make_code("whatsapp", accounts, { without }), event: "FINISH", waba_id: accounts[0].waba, phone_number_id: accounts[0].id };
  }

  #page(kind) {
    const { title, channels, scopes } = kinds[kind];
    const type = kind === "instagram" ? "radio" : "checkbox";
    const accounts = this.#accounts.all().filter(({ channel }) => channels.includes(channel)).slice(0, 100);
    const choices = accounts.map(({ id, name }, i) => `<label><input type="${type}" name="grant" value="${escaped(id)}"${i === 0 ? " checked" : ""}> ${escaped(name)} <small>${escaped(id)}</small></label>`);
    const withheld = scopes.map((scope) => `<label><input type="checkbox" name="without" value="${scope}"> without ${scope}</label>`);
    return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} (sandbox)</title><style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem}
label{display:block;padding:.2rem 0}button{padding:.7rem 1.2rem;margin:.5rem .5rem 0 0;font:600 1rem system-ui}details{margin:1rem 0}</style></head>
<body><h1>${title}</h1><p>The app <strong>Sandbox</strong> wants to read and answer messages.</p>
<form method="post"><fieldset><legend>Give access to</legend>${choices.join("")}</fieldset>
<details><summary>Withhold permissions</summary>${withheld.join("")}</details>
<button name="decision" value="accept">Continue</button><button name="decision" value="deny">Cancel</button></form>
<p><small>A sandbox: nobody is logged in.</small></p></body></html>`;
  }
}
