// Two things. Messages of the server are shown, and lead to their page.
// The shell without a network: files that carry their hash are kept, pages are asked for first and taken from the last
// visit when nobody answers. Everything else, above all what the API says and private pictures, is not looked at here.

const cacheName = "shell-1";
// Those of net/dashboard/dashboard_routes.hpp: each is the same index. A page of the server that is none of these, such
// as the one behind a payment, must not take the index's place.
const pages = ["/", "/sign-in", "/sign-up", "/verify-email", "/forgot-password", "/reset-password", "/invitation", "/start", "/connect/return"];
const isPage = (pathname) => pages.includes(pathname) || pathname.startsWith("/businesses/");

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(caches.open(cacheName).then((cache) => cache.add("/")));
});

addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== cacheName).map((name) => caches.delete(name))))
      .then(() => clients.claim()),
  );
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && isPage(pathname)) event.respondWith(page(request));
  else if (pathname.startsWith("/assets/")) event.respondWith(asset(request));
});

// {title, url, tag}, in English; one with the tag of another takes its place. Browsers want something to be shown each time.
addEventListener("push", (event) => {
  const { title = "Sellavie", url = "/", tag = "" } = readMessage(event.data);
  event.waitUntil(registration.showNotification(title, { tag, icon: "/icon.svg", lang: "en", dir: "ltr", data: { url } }));
});

function readMessage(data) {
  try {
    return data.json() ?? {};
  } catch {
    return {};
  }
}

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openPage(event.notification.data?.url ?? "/"));
});

// A page that is there already comes forward. Others are left as they are: somebody may be writing there.
async function openPage(url) {
  const wanted = new URL(url, location.origin);
  if (wanted.origin !== location.origin) return;
  const windows = await clients.matchAll({ type: "window" });
  const there = windows.find((one) => new URL(one.url).pathname === wanted.pathname);
  await (there ? there.focus() : clients.openWindow(wanted.href));
}

async function page(request) {
  const cache = await caches.open(cacheName);
  try {
    const answer = await fetch(request);
    if (answer.headers.get("Content-Type")?.startsWith("text/html")) await keep(cache, "/", answer);
    return answer;
  } catch {
    return (await cache.match("/")) ?? Response.error();
  }
}

async function asset(request) {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  await keep(cache, request, answer);
  await forgetOldest(cache);
  return answer;
}

// A full disk takes nothing away from the answer.
async function keep(cache, name, answer) {
  if (!answer.ok || answer.redirected || /no-store|private/.test(answer.headers.get("Cache-Control") ?? "")) return;
  await cache.put(name, answer.clone()).catch(() => {});
}

// Of earlier versions some stay for a page that is still open; not all of them. The index is asked for last, and stays.
async function forgetOldest(cache) {
  const most = 120;
  const kept = (await cache.keys()).filter(({ url }) => new URL(url).pathname !== "/");
  await Promise.all(kept.slice(0, Math.max(0, kept.length - most)).map((request) => cache.delete(request)));
}
