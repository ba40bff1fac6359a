// The errors of the Graph API, in its shape. Callers classify by code and subcode; the HTTP status is a habit of each product.

import { randomBytes } from "node:crypto";

export class graph_error extends Error {
  constructor(code, message, { subcode, status = 400, type = "OAuthException", details, transient, regain_minutes = 1 } = {}) {
    super(message);
    Object.assign(this, { code, subcode, status, type, details, transient, regain_minutes });
  }

  body() {
    return {
      error: {
        message: this.message,
        type: this.type,
        code: this.code,
        ...(this.subcode === undefined ? {} : { error_subcode: this.subcode }),
        ...(this.transient ? { is_transient: true } : {}),
        ...(this.details === undefined ? {} : { error_data: { messaging_product: "whatsapp", details: this.details } }),
        fbtrace_id: `A${randomBytes(16).toString("base64url")}`,
      },
    };
  }
}

export function invalid_token(whatsapp) {
  const status = whatsapp ? 401 : 400;
  return new graph_error(190, "Invalid OAuth access token - Cannot parse access token", { status });
}

export function no_such_object(id) {
  const message = `Unsupported post request. Object with ID '${String(id).slice(0, 80)}' does not exist, cannot be loaded due to missing permissions, or does not support this operation`;
  return new graph_error(100, message, { subcode: 33, type: "GraphMethodException" });
}

export function bad_parameter(message, details) {
  return new graph_error(100, `(#100) ${message}`, { details });
}

// What a switched-on `graph.error` answers.
export function from_switch({ code, subcode, status, message, regain_minutes }) {
  const transient = [1, 2, 4, 17, 32, 613, 1200, 80001, 80002, 80006, 80007, 130429, 131000, 131016, 131056, 131057].includes(code);
  return new graph_error(code, message ?? `(#${code}) the sandbox was told to answer this`, { subcode, status, transient, regain_minutes });
}

export const rate_limit_codes = new Set([4, 17, 32, 613, 80001, 80002, 80006, 80007, 130429, 131056]);
