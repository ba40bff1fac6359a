import { useHere } from "../app/business";
import { useServices } from "../app/services";

/** Money changed its place: what shows it is read again. */
export function useMoneyMoved() {
  const { business_id } = useHere();
  const { queries } = useServices();
  const shows = ["list_payment_reviews", "show_payment_review", "list_payments", "list_refunds", "show_refund", "list_orders", "show_order", "list_order_timeline"];
  return () => Promise.all(shows.map((what) => queries.invalidateQueries({ queryKey: [what, { business_id }] })));
}
