import { useHere } from "../app/business";
import { useMoneyWaiting } from "../app/use_money_waiting";
import { TabLinks } from "../parts/tabs";
import { useOrderWords } from "../words/orders";

/** Orders and their money; a number says how much waits for a person. */
export function OrderTabs({ current }: { current: "orders" | "payments" | "refunds" | "invoices" }) {
  const { t } = useOrderWords();
  const { at } = useHere();
  const waiting = useMoneyWaiting();
  const labels = { orders: "nav.orders", payments: "order.payments", refunds: "money.refunds", invoices: "money.invoices" } as const;
  const tabs = (["orders", "payments", "refunds", "invoices"] as const).map((id) => ({ id, label: t(labels[id]), to: at(id), ...(waiting[id] ? { count: waiting[id] } : {}) }));
  return <TabLinks label={t("money.tabs")} current={current} tabs={tabs} />;
}
