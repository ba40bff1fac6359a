import { useApi } from "../api/hooks";
import { list_payment_reviews, list_refunds } from "../api/operations";
import { useHere } from "../app/business";
import { TabLinks } from "../parts/tabs";
import { useWords } from "../words/provider";

const most = 99;

/** Orders and their money; a number says how much waits for a person. */
export function OrderTabs({ current }: { current: "orders" | "payments" | "refunds" | "invoices" }) {
  const { t, number } = useWords();
  const { business_id, at } = useHere();
  const reviews = useApi(list_payment_reviews, { business_id, query: { state: "open", limit: most } });
  const refunds = useApi(list_refunds, { business_id, query: { state: "awaiting_approval", limit: most } });
  const count = (page: { items: unknown[]; next_cursor: string | null } | undefined) =>
    page && page.items.length > 0 ? { count: page.next_cursor ? `${number(most)}+` : number(page.items.length) } : {};
  const to = (view: string) => `${at("orders")}?view=${view}`;
  return (
    <TabLinks
      label={t("money.tabs")}
      current={current}
      tabs={[
        { id: "orders", label: t("nav.orders"), to: at("orders") },
        { id: "payments", label: t("order.payments"), to: to("payments"), ...count(reviews.data) },
        { id: "refunds", label: t("money.refunds"), to: to("refunds"), ...count(refunds.data) },
        { id: "invoices", label: t("money.invoices"), to: to("invoices") },
      ]}
    />
  );
}
