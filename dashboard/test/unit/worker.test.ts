import { readFileSync } from "node:fs";
import path from "node:path";
import { createContext, runInContext } from "node:vm";
import { describe, expect, test } from "vitest";

const origin = "https://shop.example";
const source = readFileSync(path.resolve(import.meta.dirname, "../../public/sw.js"), "utf8");
const routes = readFileSync(path.resolve(import.meta.dirname, "../../../net/dashboard/dashboard_routes.hpp"), "utf8");

type Headers = Record<string, string>;
const html = (text: string, headers: Headers = {}) => new Response(text, { headers: { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-cache", ...headers } });
const script = (text: string, headers: Headers = {}) =>
  new Response(text, { headers: { "Content-Type": "text/javascript", "Cache-Control": "public, max-age=31536000, immutable", ...headers } });

/** The worker, with a cache and a network of the test's own. */
function worker() {
  const listeners: Record<string, (event: unknown) => void> = {};
  const kept = new Map<string, Response>();
  const urlOf = (asked: string | { url: string }) => (typeof asked === "string" ? `${origin}${asked}` : asked.url);
  const network = { answer: (_path: string): Response => html("the index"), isThere: true, isDiskFull: false };
  const cache = {
    match: async (asked: string | { url: string }) => kept.get(urlOf(asked))?.clone(),
    put: async (asked: string | { url: string }, answer: Response) => {
      if (network.isDiskFull) throw new DOMException("full", "QuotaExceededError");
      kept.set(urlOf(asked), answer);
    },
    add: async (asked: string) => void kept.set(urlOf(asked), network.answer(asked)),
    keys: async () => [...kept.keys()].map((url) => ({ url })),
    delete: async ({ url }: { url: string }) => kept.delete(url),
  };
  const shown: Array<{ title: string; options: { tag: string; data: { url: string } } }> = [];
  const windows: Array<{ url: string; focus(): void }> = [];
  const opened: string[] = [];
  const scope = {
    URL,
    registration: { showNotification: async (title: string, options: (typeof shown)[number]["options"]) => void shown.push({ title, options }) },
    Response,
    location: { origin },
    skipWaiting: () => {},
    clients: { claim: async () => {}, matchAll: async () => windows, openWindow: async (url: string) => void opened.push(url) },
    caches: { open: async () => cache, keys: async () => ["shell-1"], delete: async () => true },
    addEventListener: (name: string, listener: (event: unknown) => void) => {
      listeners[name] = listener;
    },
    fetch: async ({ url }: { url: string }) => {
      if (!network.isThere) throw new TypeError("no network");
      return network.answer(new URL(url).pathname);
    },
  };
  runInContext(source, createContext(scope));
  /** -> the text that the worker answers; null when it leaves the request to the browser. */
  const ask = async (where: string, { mode = "cors", method = "GET" } = {}): Promise<string | null> => {
    let answer: Promise<Response> | null = null;
    listeners.fetch?.({
      request: { url: new URL(where, origin).href, mode, method },
      respondWith: (given: Promise<Response>) => {
        answer = given;
      },
    });
    const given = (await answer) as Response | null;
    return given && (given.type === "error" ? "error" : given.text());
  };
  const happens = async (name: string, event: object) => {
    let end: Promise<unknown> = Promise.resolve();
    listeners[name]?.({ ...event, waitUntil: (given: Promise<unknown>) => (end = given) });
    await end;
  };
  const hear = (text: string | null) => happens("push", { data: text === null ? null : { json: () => JSON.parse(text) } });
  const press = (url: string) => happens("notificationclick", { notification: { close: () => {}, data: { url } } });
  const visit = (where: string) => ask(where, { mode: "navigate" });
  const paths = () => [...kept.keys()].map((url) => url.replace(origin, ""));
  return { ask, visit, paths, network, kept, hear, press, shown, windows, opened };
}

describe("the service worker", () => {
  test("gives the index of the last visit to each page when there is no network", async () => {
    const { visit, network, paths } = worker();
    expect(await visit("/businesses/1/inbox?folder=mine")).toBe("the index");
    network.isThere = false;
    expect([await visit("/sign-in"), await visit("/businesses/1/orders/2"), paths()]).toEqual(["the index", "the index", ["/"]]);
  });
  test("knows the server's pages", () => {
    const table = /page_paths\{([^}]+(?:\{[^}]*\}[^}]*)*)\};/.exec(routes)?.[1] ?? "";
    const served = [...table.matchAll(/"([^"]+)"/g)].map(([, one]) => one).filter((one) => one !== "/parts" && one !== "/businesses/{rest*}");
    expect(served).toHaveLength(9);
    const known = /const pages = (\[[^\]]+\])/.exec(source)?.[1] ?? "[]";
    expect((JSON.parse(known) as string[]).sort()).toEqual(served.sort());
  });
  test("keeps files that carry their hash, and asks for each once", async () => {
    const { ask, network, paths } = worker();
    network.answer = (where) => script(`of ${where}`);
    expect(await ask("/assets/index-1a2b.js")).toBe("of /assets/index-1a2b.js");
    network.isThere = false;
    expect([await ask("/assets/index-1a2b.js"), paths()]).toEqual(["of /assets/index-1a2b.js", ["/assets/index-1a2b.js"]]);
  });
  test.each([
    ["the API", "/api/v1/businesses/1/conversations", "cors"],
    ["the API's own pages", "/api/docs", "navigate"],
    ["a private picture", "/api/v1/businesses/1/products/2/images/3", "no-cors"],
    ["a customer's file", "/media/abc", "navigate"],
    ["the page behind a payment", "/pay/return/abc", "navigate"],
    ["an invoice", "/i/abc", "navigate"],
    ["another site", "https://elsewhere.example/assets/x.js", "cors"],
  ])("leaves %s alone", async (_, where, mode) => {
    const { ask, paths } = worker();
    expect([await ask(where, { mode }), paths()]).toEqual([null, []]);
  });
  test("leaves what changes something alone", async () => {
    const { ask } = worker();
    expect(await ask("/assets/x.js", { method: "POST" })).toBeNull();
  });
  test("keeps nothing that says that it is not to be kept, nor what is no success", async () => {
    const { ask, visit, network, paths } = worker();
    network.answer = () => html("a proxy's own page", { "Cache-Control": "no-store" });
    expect(await visit("/")).toBe("a proxy's own page");
    for (const caching of ["no-store", "private, max-age=60"]) {
      network.answer = () => script("private", { "Cache-Control": caching });
      await ask("/assets/x.js");
    }
    network.answer = () => new Response("gone", { status: 404 });
    expect([await ask("/assets/y.js"), paths()]).toEqual(["gone", []]);
  });
  test("gives the answer when there is no room to keep it", async () => {
    const { ask, visit, network } = worker();
    network.isDiskFull = true;
    expect([await visit("/"), await ask("/assets/x.js")]).toEqual(["the index", "the index"]);
  });
  test("forgets the oldest of many files, and never the index", async () => {
    const { ask, visit, network, paths } = worker();
    await visit("/");
    network.answer = (where) => script(where);
    for (let i = 0; i < 130; ++i) await ask(`/assets/${i}.js`);
    expect([paths()[0], paths().length, paths()[1]]).toEqual(["/", 121, "/assets/10.js"]);
  });
  test("shows a message of the server, and something when it cannot read it", async () => {
    const { hear, shown } = worker();
    await hear('{"title":"A chat waits for you.","url":"/businesses/1/inbox/2","tag":"hand_over 1 2"}');
    await hear("no JSON");
    await hear(null);
    expect(shown.map(({ title, options }) => [title, options.tag, options.data.url])).toEqual([
      ["A chat waits for you.", "hand_over 1 2", "/businesses/1/inbox/2"],
      ["Sellavie", "", "/"],
      ["Sellavie", "", "/"],
    ]);
  });
  test("leads to the message's page: one that is there comes forward, else a new one, and none of another site", async () => {
    const { press, windows, opened } = worker();
    const focused: string[] = [];
    for (const where of ["/businesses/1/settings", "/businesses/1/inbox/2?folder=mine"]) windows.push({ url: `${origin}${where}`, focus: () => void focused.push(where) });
    await press("/businesses/1/inbox/2");
    await press("/businesses/1/orders/3");
    await press("https://elsewhere.example/");
    expect([focused, opened]).toEqual([["/businesses/1/inbox/2?folder=mine"], [`${origin}/businesses/1/orders/3`]]);
  });
});
