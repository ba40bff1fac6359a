// What the three payment APIs have in common: read a request, let the switches strike, work, answer.

import { answer, read_body, sleep } from "./http.mjs";

// An answer that is no success. `body` is in the provider's own shape.
export class api_error extends Error {
  constructor(status, body) {
    super(JSON.stringify(body));
    this.status = status;
    this.body = body;
  }
}

// api: {provider, switches}
// failure(fault, status) -> the body of an error that a switch asks for
// work(bytes) -> {status = 200, body, headers}, or throws api_error
export async function serve_api({ provider, switches }, request, response, path, { failure, headers = {}, work }) {
  const bytes = await read_body(request);
  await sleep(switches.value(`${provider}.latency_ms`));
  const strikes = (name) => switches.take(`${provider}.${name}`, ({ path: only }) => only === undefined || path.includes(only));
  const say = (status, body, more) => answer(response, status, "application/json; charset=utf-8", JSON.stringify(body), { ...headers, ...more });
  const error = strikes("error");
  if (error?.page) return answer(response, error.status ?? 500, "text/html; charset=utf-8", "<!doctype html><title>Request blocked</title><p>Request blocked.");
  if (error && !error.accepted) return say(error.status ?? 500, failure(error, error.status ?? 500));
  const hidden_error = strikes("ok_with_error");
  if (hidden_error) return say(200, failure(hidden_error, 200));
  let result;
  try {
    result = await work(bytes);
  } catch (failed) {
    if (!(failed instanceof api_error)) throw failed;
    return say(failed.status, failed.body, failed.headers);
  }
  if (error) return say(error.status ?? 500, failure(error, error.status ?? 500));
  if (strikes("lost_answer")) return response.destroy();
  say(result.status ?? 200, result.body, result.headers);
}
