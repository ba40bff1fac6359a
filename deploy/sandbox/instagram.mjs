// graph.instagram.com: the same messages API under a token of the Instagram login, and the token's own exchange and refresh.
// api.instagram.com: the code of a login becomes a token.

import { answer_json, read_body, refusal, sleep } from "./http.mjs";
import { from_switch, graph_error, invalid_token } from "./graph_error.mjs";
import { sixty_days_s } from "./logins.mjs";

export class instagram {
  #graph;
  #accounts;
  #logins;
  #switches;

  constructor({ graph, accounts, logins, switches }) {
    this.#graph = graph;
    this.#accounts = accounts;
    this.#logins = logins;
    this.#switches = switches;
  }

  async handle(request, response, path, query) {
    if (path === "/refresh_access_token") return this.#refresh(response, query);
    if (path === "/access_token") return this.#answer_login(response, () => this.#logins.instagram_longer(query));
    return this.#graph.handle("instagram", request, response, path, query);
  }

  // POST https://api.instagram.com/oauth/access_token; its errors are flat.
  async code(request, response, path) {
    if (request.method !== "POST" || path !== "/oauth/access_token") throw new refusal(404, "nothing here");
    const form = Object.fromEntries(new URLSearchParams((await read_body(request)).toString("utf8")));
    await sleep(this.#switches.value("graph.latency_ms"));
    try {
      answer_json(response, 200, this.#logins.instagram_code(form));
    } catch (error) {
      if (!(error instanceof graph_error)) throw error;
      answer_json(response, 400, { error_type: "OAuthException", code: 400, error_message: error.message });
    }
  }

  async #answer_login(response, give) {
    await sleep(this.#switches.value("graph.latency_ms"));
    try {
      const fault = this.#switches.take("login.error", ({ step }) => step === undefined || step === "exchange");
      if (fault) throw from_switch({ code: 1, ...fault });
      answer_json(response, 200, give());
    } catch (error) {
      if (!(error instanceof graph_error)) throw error;
      answer_json(response, error.status, error.body());
    }
  }

  #refresh(response, query) {
    const token = query.get("access_token");
    const account = this.#accounts.by_token(token);
    if (account?.channel !== "instagram" || query.get("grant_type") !== "ig_refresh_token") {
      const error = invalid_token(false);
      return answer_json(response, error.status, error.body());
    }
    answer_json(response, 200, { access_token: token, token_type: "bearer", expires_in: sixty_days_s });
  }
}
