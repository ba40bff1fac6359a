import { useApi } from "../api/hooks";
import { list_payment_reviews, list_refunds } from "../api/operations";
import { useWords } from "../words/provider";
import { useHere } from "./business";

const most = 99;

/** How much of the money waits for a person, by page; nothing where nothing does. */
export function useMoneyWaiting(): Record<string, string> {
  const { number } = useWords();
  const { business_id } = useHere();
  const reviews = useApi(list_payment_reviews, { business_id, query: { state: "open", limit: most } });
  const refunds = useApi(list_refunds, { business_id, query: { state: "awaiting_approval", limit: most } });
  const counts: Record<string, string> = {};
  for (const [path, { data }] of Object.entries({ payments: reviews, refunds }))
    if (data && data.items.length > 0) counts[path] = data.next_cursor ? `${number(most)}+` : number(data.items.length);
  return counts;
}
