import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { moneyReads } from "../live/money";

/** Money changed its place: what shows it is read again. */
export function useMoneyMoved() {
  const { business_id } = useHere();
  const { queries } = useServices();
  return () => Promise.all([...moneyReads, "list_orders", "show_order", "list_order_timeline"].map((what) => queries.invalidateQueries({ queryKey: [what, { business_id }] })));
}
