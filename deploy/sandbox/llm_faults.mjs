// The faults that every model provider shares. `shapes` says how a provider words its errors.

import { answer, answer_json, sleep } from "./http.mjs";

const hang_ms = 120_000;

// -> true when the request has been dealt with.
// shapes: {outage(status), rate_limit(), quota()} each -> {status, body}
export async function play_fault(provider, switches, response, shapes, headers) {
  const take = (name) => switches.take(`llm.${provider}.${name}`);
  await sleep(switches.value(`llm.${provider}.latency_ms`));
  if (response.destroyed) return true;
  if (take("hang")) {
    const patience = setTimeout(() => response.destroy(), hang_ms);
    response.on("close", () => clearTimeout(patience));
    return true;
  }
  const outage = take("outage");
  if (outage) return told(response, shapes.outage(outage.status ?? 503), headers);
  const rate_limit = take("rate_limit");
  if (rate_limit) return told(response, shapes.rate_limit(), { ...headers, "retry-after": String(rate_limit.retry_after ?? 2) });
  if (take("quota")) return told(response, shapes.quota(), headers);
  if (take("garbage")) {
    answer(response, 200, "application/json", '{"id":"x","choices":[{"message":{"content":"<html>\u0000 \ud83d', headers);
    return true;
  }
  return false;
}

function told(response, { status, body }, headers) {
  answer_json(response, status, body, headers);
  return true;
}
