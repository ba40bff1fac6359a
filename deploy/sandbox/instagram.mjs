// graph.instagram.com: the same messages API under a token of the Instagram login, and the token's own refresh.

import { answer_json } from "./http.mjs";
import { invalid_token } from "./graph_error.mjs";

const sixty_days_s = 5_184_000;

export class instagram {
  #graph;
  #accounts;

  constructor({ graph, accounts }) {
    this.#graph = graph;
    this.#accounts = accounts;
  }

  async handle(request, response, path, query) {
    if (path === "/refresh_access_token") return this.#refresh(response, query);
    return this.#graph.handle("instagram", request, response, path, query);
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
