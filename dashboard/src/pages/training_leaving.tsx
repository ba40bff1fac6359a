// Keeps a page whose edits are not saved until the person says that they may go: by a link, by the way back, and by
// closing the tab. Where the browser has no Navigation API only the last is asked about.

import { useLayoutEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { useServices } from "../app/services";
import { ConfirmDialog } from "../parts/dialog";
import { useTrainingWords } from "../words/training";

export function Leaving({ isHeld }: { isHeld: boolean }) {
  const { t } = useTrainingWords();
  const { session } = useServices();
  const [, go] = useLocation();
  const [wanted, setWanted] = useState<{ url: string; key: string } | null>(null);
  const mayLeave = useRef(false);
  // Before another page takes this one's place, and gone when it does.
  useLayoutEffect(() => {
    if (!isHeld) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    const hold = (event: NavigateEvent) => {
      const { url, key, sameDocument } = event.destination;
      const isElsewhere = sameDocument && new URL(url).pathname !== location.pathname;
      if (!isElsewhere || !event.cancelable || mayLeave.current || session.state === "signed-out") return;
      event.preventDefault();
      setWanted({ url, key });
    };
    const ways = "navigation" in window ? window.navigation : null;
    addEventListener("beforeunload", ask);
    ways?.addEventListener("navigate", hold);
    return () => {
      removeEventListener("beforeunload", ask);
      ways?.removeEventListener("navigate", hold);
    };
  }, [isHeld, session]);
  return (
    <ConfirmDialog
      isOpen={wanted !== null}
      onClose={() => setWanted(null)}
      title={t("training.leave-title")}
      hint={t("training.leave-hint")}
      action={t("training.leave")}
      onConfirm={async () => {
        if (!wanted) return;
        mayLeave.current = true;
        // Back or on in the history, else to a new place.
        if (wanted.key) window.navigation.traverseTo(wanted.key);
        else go(wanted.url.slice(location.origin.length));
      }}
    />
  );
}
