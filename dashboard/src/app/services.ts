// What one page has one of. Made once, in main.tsx; tests make their own.

import { QueryClient } from "@tanstack/react-query";
import { createContext, useContext, useSyncExternalStore } from "react";
import { type Call, client } from "../api/client";
import { asProblem } from "../api/problem";
import { KeptInbox, type KeptPorts } from "../offline/kept_inbox";
import type { Session, SessionState } from "../session/session";

export interface Services {
  session: Session;
  call: Call;
  queries: QueryClient;
  kept: KeptInbox;
}

export function servicesOf(session: Session, keptPorts: KeptPorts): Services {
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        // Live events say what is old; without them a look back is a reason to read again.
        staleTime: 30_000,
        gcTime: 10 * 60_000,
        retry: (failures, error) => failures < 2 && asProblem(error).isPassing && asProblem(error).status !== 429,
        retryDelay: (attempt) => Math.min(8000, 600 * 2 ** attempt),
      },
      mutations: { retry: false },
    },
  });
  // Also at a start without a session: the tab may have been reloaded meanwhile, or opened again.
  session.subscribe(() => {
    if (session.state === "signed-out") forget(queries);
  });
  return { session, call: client(session), queries, kept: new KeptInbox(queries, session, keptPorts) };
}

/** Nothing of what one person read or began to write is there for the next. */
function forget(queries: QueryClient): void {
  queries.clear();
  for (const name of Object.keys(sessionStorage)) if (name.startsWith("sellavie.draft.")) sessionStorage.removeItem(name);
}

const Context = createContext<Services | null>(null);
export const ServicesProvider = Context;

export function useServices(): Services {
  const services = useContext(Context);
  if (!services) throw new Error("no ServicesProvider");
  return services;
}

export function useSession(): SessionState {
  const { session } = useServices();
  return useSyncExternalStore(session.subscribe, () => session.state);
}

/** When the inbox on this device was read, while it is what is shown: the session's beginning has no answer. */
export function useKeptSince(): number | null {
  const { kept } = useServices();
  return useSyncExternalStore(kept.subscribe, () => kept.since);
}
