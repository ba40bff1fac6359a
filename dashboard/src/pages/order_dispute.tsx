import { useEffect } from "react";
import { usePages } from "../api/hooks";
import { list_order_timeline, type Order, release_order_dispute } from "../api/operations";
import { useHere } from "../app/business";
import { Button } from "../parts/button";
import { Banner } from "../parts/states";
import { useOrderWords } from "../words/orders";

/** That the order is frozen, since when, what that means, and the way out of it for who may. */
export function DisputeBanner({ order, onRelease }: { order: Order; onRelease(): void }) {
  const { t, date } = useOrderWords();
  const { business_id, may } = useHere();
  // As the history below asks: it is read once.
  const { rows, hasMore, loadMore } = usePages(list_order_timeline, { business_id, order_id: order.id, query: { limit: 50 } });
  const begun = rows.findLast(({ kind }) => kind === "disputed");
  // Oldest first: the dispute may be on a further page, which is asked for once.
  // biome-ignore lint/correctness/useExhaustiveDependencies: not with every drawing
  useEffect(() => {
    if (!begun && hasMore) loadMore();
  }, [begun, rows.length]);
  return (
    <Banner
      tone="warn"
      action={
        may(release_order_dispute) && (
          <Button size="small" onClick={onRelease}>
            {t("dispute.release")}
          </Button>
        )
      }
    >
      <strong className="font-semibold">{begun ? t("dispute.since", { when: date(begun.at) }) : t("dispute.title")}</strong>
      <span className="block">{t("dispute.hint")}</span>
      {!may(release_order_dispute) && <span className="block">{t("dispute.admins-release")}</span>}
    </Banner>
  );
}
