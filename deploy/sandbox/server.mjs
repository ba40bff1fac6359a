// The sandbox: a stand-in for Meta, the model providers, the payment providers and a mail server, in one process. This file puts the parts together.
//
//   node server.mjs --listen 127.0.0.1:9700 --webhook http://127.0.0.1:8080/webhooks/meta [--smtp 127.0.0.1:9725] [--payment-webhook URL] [--accounts FILE]

import http from "node:http";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { accounts } from "./accounts.mjs";
import { anthropic } from "./anthropic.mjs";
import { answer, answer_json, refusal } from "./http.mjs";
import { control } from "./control.mjs";
import { conversations } from "./conversations.mjs";
import { counters } from "./counters.mjs";
import { flutterwave } from "./flutterwave.mjs";
import { graph } from "./graph.mjs";
import { instagram } from "./instagram.mjs";
import { logins } from "./logins.mjs";
import { mail_page } from "./mail_page.mjs";
import { mails } from "./mails.mjs";
import { merchants } from "./merchants.mjs";
import { meta_webhooks } from "./meta_webhooks.mjs";
import { openai } from "./openai.mjs";
import { outgoing } from "./outgoing.mjs";
import { pay_page } from "./pay_page.mjs";
import { payment_control } from "./payment_control.mjs";
import { payment_events } from "./payment_events.mjs";
import { payments } from "./payments.mjs";
import { payments_page } from "./payments_page.mjs";
import { paystack } from "./paystack.mjs";
import { smtp } from "./smtp.mjs";
import { stream } from "./stream.mjs";
import { stripe } from "./stripe.mjs";
import { switches } from "./switches.mjs";

// options: {host, port, webhook, payment_webhook, app_id, app_secret, instagram_app_id, instagram_app_secret, verify_token, paystack_key, provisioned, smtp: {host, port}, clock}
// -> {url, smtp_port, world, close}
export async function start_sandbox(options) {
  const world = { app_id: options.app_id, app_secret: options.app_secret, clock: options.clock ?? Date.now };
  world.instagram_app_id = options.instagram_app_id ?? "2000000000000002";
  world.instagram_app_secret = options.instagram_app_secret ?? "sandbox instagram secret";
  world.accounts = new accounts();
  if (options.provisioned) world.accounts.add_provisioned(options.provisioned);
  world.stream = new stream();
  world.counters = new counters();
  world.switches = new switches((values) => world.stream.publish({ type: "switches", values }));
  world.conversations = new conversations(world);
  world.webhooks = new meta_webhooks({ ...world, url: options.webhook, secret: options.app_secret, verify_token: options.verify_token });
  world.outgoing = new outgoing(world);
  world.logins = new logins(world);
  world.graph = new graph(world);
  start_payments(world, options);
  world.mails = new mails();
  world.smtp = new smtp(world);
  const smtp_port = options.smtp ? await world.smtp.listen(options.smtp) : undefined;

  const server = http.createServer({ requestTimeout: 60_000, headersTimeout: 20_000 });
  server.on("request", serve(world));
  server.on("clientError", (_, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(options.port, options.host, resolve));
  const { port } = server.address();
  world.url = options.public_url ?? `http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}`;
  return { url: world.url, smtp_port, world, close: () => closed(server, world) };
}

function start_payments(world, { paystack_key, payment_webhook, provisioned }) {
  world.page_url = (code) => `${world.url}/pay/${code}`;
  world.merchants = new merchants({ paystack_key, address: payment_webhook });
  if (provisioned) world.merchants.add_provisioned(provisioned);
  world.payments = new payments(world);
  world.payment_events = new payment_events(world);
  world.payment_control = new payment_control(world);
  world.paystack = new paystack(world);
  world.flutterwave = new flutterwave(world);
  world.stripe = new stripe(world);
}

function serve(world) {
  const pages = phones_pages();
  const page = new pay_page(world);
  const instagram_hosts = new instagram(world);
  const parts = {
    graph: (...call) => world.graph.handle("graph", ...call),
    instagram: part(instagram_hosts),
    facebook: (...call) => world.logins.facebook(...call),
    "instagram-login": (...call) => world.logins.instagram(...call),
    "instagram-code": (...call) => instagram_hosts.code(...call),
    openai: part(new openai({ ...world, provider: "openai" }), "/v1"),
    groq: part(new openai({ ...world, provider: "groq" }), "/openai/v1"),
    anthropic: part(new anthropic(world)),
    paystack: part(world.paystack),
    flutterwave: part(world.flutterwave),
    stripe: part(world.stripe),
    v1: (request, response, rest, query) => world.stripe.handle(request, response, `/v1${rest}`, query),  // for clients that know a host only
    payments: part(new payments_page(world)),
    mails: part(new mail_page(world)),
    pay: part({ handle: (request, response, path) => page.handle(request, response, path.slice(1)) }),
    control: part(new control(world)),
  };

  return async (request, response) => {
    try {
      const url = new URL(request.url, "http://sandbox");
      const [, first, rest] = /^\/([^/]*)(.*)$/s.exec(url.pathname);
      if (Object.hasOwn(parts, first)) {
        if (first !== "control") world.counters.count(`request ${label(request.method, first, rest)}`);
        await parts[first](request, response, rest, url.searchParams);
      } else if (request.method === "GET" && pages.has(url.pathname)) {
        const { type, bytes } = pages.get(url.pathname);
        answer(response, 200, type, bytes, { "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'" });
      } else {
        throw new refusal(404, "nothing here");
      }
    } catch (error) {
      fail(response, error);
    }
  };
}

// Takes the base path of an API off before its part sees the rest.
function part(handler, base = "") {
  return (request, response, rest, query) => {
    if (!rest.startsWith(base)) throw new refusal(404, "nothing here");
    return handler.handle(request, response, rest.slice(base.length), query);
  };
}

// Counted by endpoint, not by id: few names, whatever is asked.
function label(method, first, rest) {
  const known = /\/(messages|chat\/completions|subscribed_apps|conversations|phone_numbers|debug_token|refresh_access_token|dialog\/oauth|oauth\/authorize|oauth\/access_token|access_token|me\/accounts|register|transaction\/initialize|transaction\/verify|v3\/payments|verify_by_reference|verify|checkout\/sessions|payment_intents|refunds?|disputes?|chargebacks|balances?)(?:\/|$)/.exec(rest);
  return `${/^[A-Z]{3,7}$/.test(method) ? method : "?"} /${first}${known ? `/${known[1]}` : "/…"}`;
}

function fail(response, error) {
  if (!(error instanceof refusal)) {
    if (response.destroyed) return;
    console.error(`sandbox: a request failed: ${error.stack}`);
  }
  if (response.headersSent) return response.destroy();
  if (error instanceof refusal) answer_json(response, error.status, error.body, error.headers);
  else answer_json(response, 500, { error: "the sandbox failed; see its log" });
}

function phones_pages() {
  const file = (name, type) => ({ type, bytes: readFileSync(new URL(name, import.meta.url)) });
  return new Map([
    ["/", file("phones.html", "text/html; charset=utf-8")],
    ["/phones.css", file("phones.css", "text/css; charset=utf-8")],
    ["/phones.js", file("phones.js", "text/javascript; charset=utf-8")],
  ]);
}

function closed(server, world) {
  for (const part of [world.outgoing, world.webhooks, world.payment_events]) part.reset();
  world.payments.close();
  return Promise.all([world.smtp.close(), new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  })]);
}

// --- command line -------------------------------------------------------------------------------------------------------------------

const flags = ["listen", "smtp", "webhook", "payment-webhook", "accounts", "public-url"];

function options_of(argv, environment) {
  const given = {};
  for (let i = 0; i < argv.length; i += 2) {
    const name = argv[i].replace(/^--/, "");
    if (!flags.includes(name) || argv[i + 1] === undefined) throw new Error(`unknown or incomplete option ${argv[i]}; known: --${flags.join(", --")}`);
    given[name] = argv[i + 1];
  }
  const listen = place_of("listen", given.listen ?? "127.0.0.1:9700");
  for (const name of ["webhook", "payment-webhook", "public-url"]) if (given[name]) new URL(given[name]);
  const missing = ["SANDBOX_APP_SECRET", "SANDBOX_VERIFY_TOKEN"].filter((name) => !environment[name]);
  if (missing.length > 0) throw new Error(`set ${missing.join(" and ")} in the environment`);
  return {
    ...listen,
    smtp: given.smtp ? place_of("smtp", given.smtp) : undefined,
    webhook: given.webhook,
    payment_webhook: given["payment-webhook"],
    public_url: given["public-url"]?.replace(/\/$/, ""),
    provisioned: given.accounts ? readFileSync(given.accounts, "utf8") : undefined,
    app_id: environment.SANDBOX_APP_ID || "sandbox-app",
    app_secret: environment.SANDBOX_APP_SECRET,
    instagram_app_id: environment.SANDBOX_INSTAGRAM_APP_ID || undefined,
    instagram_app_secret: environment.SANDBOX_INSTAGRAM_APP_SECRET || undefined,
    verify_token: environment.SANDBOX_VERIFY_TOKEN,
    paystack_key: environment.SANDBOX_PAYSTACK_KEY || "sk_test_sandbox",
  };
}

function place_of(flag, text) {
  const found = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  if (!found) throw new Error(`--${flag} must be HOST:PORT`);
  return { host: found[1] ?? found[2], port: Number(found[3]) };
}

async function main() {
  process.on("SIGTERM", () => process.exit(0));
  process.on("SIGINT", () => process.exit(0));
  process.on("unhandledRejection", (error) => console.error(`sandbox: a background step failed: ${error?.stack ?? error}`));
  try {
    const { url } = await start_sandbox(options_of(process.argv.slice(2), process.env));
    console.log(`sandbox ready on ${url}`);
  } catch (error) {
    console.error(`sandbox: ${error.message}`);
    process.exit(2);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
