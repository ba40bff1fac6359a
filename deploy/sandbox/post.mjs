// One outgoing POST of exact bytes. Never throws: {status} or {status: 0, error}.

import http from "node:http";
import https from "node:https";

const agents = {
  "http:": new http.Agent({ keepAlive: true, maxSockets: 64 }),
  "https:": new https.Agent({ keepAlive: true, maxSockets: 64 }),
};

export async function post(url, bytes, headers, timeout_ms) {
  const first = await attempt("POST", url, bytes, headers, timeout_ms);
  // A kept-alive connection that the peer had closed meanwhile says nothing about the peer: once more.
  return first.stale ? attempt("POST", url, bytes, headers, timeout_ms) : first;
}

export function get(url, timeout_ms) {
  return attempt("GET", url, undefined, {}, timeout_ms);
}

function attempt(method, url, bytes, headers, timeout_ms) {
  return new Promise((resolve) => {
    const target = new URL(url);
    const request = (target.protocol === "https:" ? https : http).request(target, {
      method,
      agent: agents[target.protocol],
      headers: bytes ? { ...headers, "content-length": bytes.length } : headers,
    });
    const deadline = setTimeout(() => request.destroy(new Error(`no answer within ${timeout_ms} ms`)), timeout_ms);
    const settle = (result) => {
      clearTimeout(deadline);
      resolve(result);
    };
    request.on("response", (response) => {
      const chunks = [];
      let size = 0;
      response.on("data", (chunk) => {
        size += chunk.length;
        if (size <= 64 * 1024) chunks.push(chunk);
      });
      response.on("end", () => settle({ status: response.statusCode, body: Buffer.concat(chunks).toString("utf8") }));
      response.on("error", (error) => settle({ status: 0, error: error.message }));
    });
    request.on("error", (error) =>
      settle({ status: 0, error: error.message, stale: request.reusedSocket && error.code === "ECONNRESET" }),
    );
    request.end(bytes);
  });
}
