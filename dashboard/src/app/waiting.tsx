import { useEffect, useState } from "react";
import { Spinner } from "../parts/spinner";
import { useWords } from "../words/provider";

/** Nothing for a moment, because most waits are shorter; then a sign. */
export function Waiting() {
  const { t } = useWords();
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), 250);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div role="status" aria-label={t("state.loading")} className="flex min-h-60 flex-1 items-center justify-center text-ink-faint">
      {isLong && <Spinner className="size-6" />}
    </div>
  );
}
