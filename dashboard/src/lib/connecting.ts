// A login at Meta that this tab began: what the way back needs to know. Gone with the tab, as the login is.

export interface Connecting {
  business_id: string;
  connect_flow_id: string;
  state: string;
  /** Of the business's pages, the one where it was begun. */
  back: "connections" | "guide";
}

const place = "sellavie.connecting";

export function keepConnecting(flow: Connecting): void {
  sessionStorage.setItem(place, JSON.stringify(flow));
}

export function takeConnecting(): Connecting | null {
  try {
    const flow = JSON.parse(sessionStorage.getItem(place) ?? "null") as Partial<Connecting> | null;
    const isWhole = typeof flow?.business_id === "string" && typeof flow.connect_flow_id === "string" && typeof flow.state === "string";
    return isWhole ? ({ ...flow, back: flow.back === "guide" ? "guide" : "connections" } as Connecting) : null;
  } catch {
    return null;
  }
}

export function forgetConnecting(): void {
  sessionStorage.removeItem(place);
}
