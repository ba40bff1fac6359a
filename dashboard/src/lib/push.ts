// Messages to this browser, also while no page is open: what the browser knows of them, and the server's part.
//
//   P1  The browser is asked for leave only when the person presses the button.
//   P2  It is on when the browser has a subscription and the server has one of this session: signing out ends the
//       latter alone.
//   P3  A subscription for another key than the server's of now is ended and made anew: its messages would never come.

import type { Call } from "../api/client";
import { add_push_subscription, list_push_subscriptions, remove_push_subscription, show_push_key } from "../api/operations";

type PushState = "unsupported" | "denied" | "off" | "on";
/** Why it is not on, as the end of a key "push.…". */
export type PushRefusal = "denied" | "dismissed" | "unreachable" | "unsupported";

export interface PushPorts {
  isSupported(): boolean;
  permission(): NotificationPermission;
  ask(): Promise<NotificationPermission>;
  /** Of the worker that is registered; with `begin`, one is registered where there is none. */
  manager(begin?: "begin"): Promise<PushManager | null>;
}

export const browserPushPorts: PushPorts = {
  isSupported: () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window,
  permission: () => Notification.permission,
  ask: () => Notification.requestPermission(),
  manager: async (begin) => {
    const workers = navigator.serviceWorker;
    const registered = (await workers.getRegistration()) ?? (begin && (await workers.register("/sw.js").catch(() => null)));
    return registered?.pushManager ?? null;
  },
};

const ours = async (call: Call) => (await call(list_push_subscriptions, { query: { limit: 100 } })).items.filter((one) => one.is_this_session);

export async function pushState(call: Call, ports: PushPorts): Promise<PushState> {
  if (!ports.isSupported()) return "unsupported";
  if (ports.permission() === "denied") return "denied";
  const [here, there] = await Promise.all([ports.manager().then((manager) => manager?.getSubscription()), ours(call)]);
  return here && there.length > 0 ? "on" : "off";
}

/** -> null: it is on. Throws what the server refuses. */
export async function subscribe(call: Call, ports: PushPorts): Promise<PushRefusal | null> {
  const leave = await ports.ask();
  if (leave !== "granted") return leave === "denied" ? "denied" : "dismissed";
  const manager = await ports.manager("begin");
  if (!manager) return "unsupported";
  const { public_key } = await call(show_push_key, {});
  const given = await subscriptionFor(manager, public_key).catch(() => null);
  const { endpoint, keys } = given?.toJSON() ?? {};
  if (!endpoint || !keys?.p256dh || !keys.auth) return "unreachable";
  await call(add_push_subscription, { body: { endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } } });
  return null;
}

async function subscriptionFor(manager: PushManager, public_key: string): Promise<PushSubscription> {
  const known = await manager.getSubscription();
  if (known) {
    const { applicationServerKey: of } = known.options;
    if (of && encoded(of) === public_key) return known;
    await known.unsubscribe();
  }
  return manager.subscribe({ userVisibleOnly: true, applicationServerKey: public_key });
}

/** base64url without padding, as the server writes it. */
const encoded = (bytes: ArrayBuffer) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** The server's part first: should the browser's fail, nothing comes all the same. */
export async function unsubscribe(call: Call, ports: PushPorts): Promise<void> {
  for (const { id } of await ours(call)) await call(remove_push_subscription, { push_subscription_id: id });
  const known = await (await ports.manager())?.getSubscription();
  await known?.unsubscribe().catch(() => false);
}
