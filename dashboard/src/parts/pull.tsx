// A thumb pulls a list down at its top, and it is read again. Live events do that anyway; this is for who wants to be sure.

import { type TouchEvent, useRef, useState } from "react";
import { useWords } from "../words/provider";
import { Spinner } from "./spinner";

/** In pixels of the thumb's way, of which the list goes half. */
const enough = 120;
const farthest = 180;
const patienceMs = 10_000;

/** -> what the scrolling element listens to, and what stands at its top */
export function usePull(refresh: () => unknown) {
  const { t } = useWords();
  const from = useRef<number | null>(null);
  const [way, setWay] = useState(0);
  const [isRefreshing, setRefreshing] = useState(false);

  const onTouchStart = ({ touches, currentTarget }: TouchEvent) => {
    from.current = touches.length === 1 && currentTarget.scrollTop <= 0 && !isRefreshing ? (touches[0]?.clientY ?? null) : null;
  };
  const onTouchMove = ({ touches, currentTarget }: TouchEvent) => {
    const y = touches[0]?.clientY;
    if (from.current === null || y === undefined) return;
    // Who goes up first reads on.
    if (touches.length > 1 || currentTarget.scrollTop > 0 || y < from.current) {
      from.current = null;
      setWay(0);
    } else {
      setWay(Math.min(y - from.current, farthest));
    }
  };
  const end = async (isWanted: boolean) => {
    from.current = null;
    setWay(0);
    if (!isWanted) return;
    setRefreshing(true);
    // Without a network it waits for one; the mark does not.
    await Promise.race([Promise.resolve(refresh()).catch(() => {}), new Promise((then) => setTimeout(then, patienceMs))]);
    setRefreshing(false);
  };

  const isEnough = way >= enough;
  const text = isRefreshing ? "pull.refreshing" : isEnough ? "pull.let-go" : "pull.pull";
  return {
    gestures: { onTouchStart, onTouchMove, onTouchEnd: () => void end(isEnough), onTouchCancel: () => void end(false) },
    mark: (way > 0 || isRefreshing) && (
      <div role="status" className="flex items-center justify-center gap-2 overflow-hidden text-sm text-ink-soft" style={{ height: isRefreshing ? enough / 3 : way / 2 }}>
        <Spinner className={isRefreshing ? "" : "animate-none"} />
        {t(text)}
      </div>
    ),
  };
}
