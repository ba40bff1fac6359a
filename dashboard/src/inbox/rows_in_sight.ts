// Of rows that are all of one height: which are in sight. Ten thousand of them cost as much as those few.

import { type RefObject, useCallback, useLayoutEffect, useState } from "react";

/** Drawn beyond each edge. */
export const beyond = 6;

/** The first and last row to draw of `count`; -1 as the last when there are none. */
export function rowsWithin(scrollTop: number, height: number, rowHeight: number, count: number): { first: number; last: number } {
  const first = Math.max(0, Math.min(Math.floor(scrollTop / rowHeight) - beyond, count - 1));
  const last = Math.min(count - 1, Math.ceil((scrollTop + height) / rowHeight) + beyond);
  return { first, last };
}

export function useRowsInSight(scroller: RefObject<HTMLElement | null>, count: number, rowHeight: number) {
  const [seen, setSeen] = useState({ top: 0, height: 900 });
  const isThere = count > 0;
  const look = useCallback(() => {
    const pane = scroller.current;
    if (!pane) return;
    // In steps of a row: less than that changes nothing.
    const top = Math.floor(pane.scrollTop / rowHeight) * rowHeight;
    setSeen((before) => (before.top === top && before.height === pane.clientHeight ? before : { top, height: pane.clientHeight }));
  }, [scroller, rowHeight]);
  useLayoutEffect(() => {
    const pane = scroller.current;
    if (!pane || !isThere) return;
    look();
    const watcher = new ResizeObserver(look);
    watcher.observe(pane);
    return () => watcher.disconnect();
  }, [scroller, look, isThere]);
  const show = useCallback(
    (index: number) => {
      const pane = scroller.current;
      if (!pane) return;
      const top = index * rowHeight;
      if (top < pane.scrollTop) pane.scrollTop = top;
      else if (top + rowHeight > pane.scrollTop + pane.clientHeight) pane.scrollTop = top + rowHeight - pane.clientHeight;
    },
    [scroller, rowHeight],
  );
  return { ...rowsWithin(seen.top, seen.height, rowHeight, count), onScroll: look, show };
}
