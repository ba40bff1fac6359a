import { createContext, type ReactNode, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { newKey } from "../lib/ids";
import { placeMessages } from "../live/apply";
import { Outbox, type OutboxPorts, outboxPlace, type Waiting } from "./outbox";

const Context = createContext<Outbox | null>(null);

/** Of the account, whatever business is open: what was written goes out. */
export function OutboxProvider({ children }: { children: ReactNode }) {
  const { call, queries } = useServices();
  const { me } = useHere();
  const ports = useMemo<OutboxPorts>(
    () => ({
      call,
      storage: localStorage,
      now: () => Date.now(),
      makeKey: newKey,
      sleep: (ms) =>
        new Promise((resolve) => {
          const timer = setTimeout(done, ms);
          addEventListener("online", done, { once: true });
          function done() {
            clearTimeout(timer);
            removeEventListener("online", done);
            resolve();
          }
        }),
      alone: async (name, work) => ("locks" in navigator ? await navigator.locks.request(name, work) : work()),
      onElsewhere: (changed, signal) => addEventListener("storage", ({ key }) => (key === null || key.startsWith(outboxPlace)) && changed(), { signal }),
      onSent: ({ business_id, conversation_id }, sent) => {
        placeMessages(queries, business_id, conversation_id, sent.messages);
        void queries.invalidateQueries({ queryKey: ["show_conversation", { business_id, conversation_id }] });
      },
    }),
    [call, queries],
  );
  const [outbox, setOutbox] = useState<Outbox | null>(null);
  useEffect(() => {
    const own = new Outbox(me.id, ports);
    setOutbox(own);
    own.begin();
    return () => own.stop();
  }, [me.id, ports]);
  return outbox && <Context value={outbox}>{children}</Context>;
}

export function useOutbox(): Outbox {
  const outbox = useContext(Context);
  if (!outbox) throw new Error("no OutboxProvider");
  return outbox;
}

export function useWaiting(conversation_id: string): Waiting[] {
  const outbox = useOutbox();
  const all = useSyncExternalStore(outbox.subscribe, () => outbox.waiting);
  return useMemo(() => all.filter((one) => one.conversation_id === conversation_id), [all, conversation_id]);
}
