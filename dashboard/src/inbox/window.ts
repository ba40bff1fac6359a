// Until when a business may write to a customer (protocol/channel/window): for 24 hours after the customer's last
// message, and on Messenger and Instagram a person for 7 days. The server decides; this tells it beforehand.

export type Channel = "messenger" | "instagram" | "whatsapp";

export type SendWindow = { state: "open"; closesAt: number; isForPeopleOnly: boolean } | { state: "closed"; why: "never-opened" | "only-a-template" | "expired" };

const hourMs = 3_600_000;

export function sendWindow(channel: Channel, lastCustomerAt: string | null, now: number): SendWindow {
  if (lastCustomerAt === null) return { state: "closed", why: "never-opened" };
  const last = Date.parse(lastCustomerAt);
  if (now <= last + 24 * hourMs) return { state: "open", closesAt: last + 24 * hourMs, isForPeopleOnly: false };
  if (channel === "whatsapp") return { state: "closed", why: "only-a-template" };
  if (now <= last + 7 * 24 * hourMs) return { state: "open", closesAt: last + 7 * 24 * hourMs, isForPeopleOnly: true };
  return { state: "closed", why: "expired" };
}
