import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { EventApplier } from "./apply";
import { browserFollowPorts, follow, type LiveState } from "./follow";

const Context = createContext<{ state: LiveState; applier: EventApplier } | null>(null);

/** The business's events, for as long as one of its pages is open. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const { session, call, queries } = useServices();
  const { business_id, me } = useHere();
  const [state, setState] = useState<LiveState>("connecting");
  const [applier, setApplier] = useState(() => new EventApplier({ queries, call, business_id, accountId: me.id }));

  useEffect(() => {
    const end = new AbortController();
    const own = new EventApplier({ queries, call, business_id, accountId: me.id });
    setApplier(own);
    void follow(
      {
        url: `/api/v1/events?business_id=${business_id}`,
        tokens: session,
        onEvent: (event) => own.take(event),
        onState: (now) => !end.signal.aborted && setState(now),
        signal: end.signal,
        wake: window,
      },
      browserFollowPorts,
    ).then(() => {
      // The right to listen has gone: what the person may still do is asked anew.
      if (end.signal.aborted) return;
      void queries.invalidateQueries({ queryKey: ["show_me"] });
      void queries.invalidateQueries({ queryKey: ["show_business", { business_id }] });
    });
    return () => {
      end.abort();
      own.stop();
    };
  }, [session, call, queries, business_id, me.id]);

  return <Context value={{ state, applier }}>{children}</Context>;
}

function useLive() {
  const live = useContext(Context);
  if (!live) throw new Error("no LiveProvider");
  return live;
}

export const useLiveState = (): LiveState => useLive().state;

export function useIsAnswering(conversation_id: string): boolean {
  const { applier } = useLive();
  return useSyncExternalStore(applier.subscribe, () => applier.isAnswering(conversation_id));
}
