import { useApi, whole } from "../api/hooks";
import { type Connection, get_training, list_connections, list_products, type Product, show_plan } from "../api/operations";
import { type GuideStep, type ShopState, stepsDone } from "../lib/guide";
import { useTried } from "../lib/guide_kept";
import { useHere } from "./business";

/** How far a shop is on its way to the first reply. */
export function useGuide(): {
  shop: (ShopState<Connection> & { product: Product | null }) | null;
  done: Record<GuideStep, boolean> | null;
  error: unknown;
  again(): Promise<unknown>;
} {
  const { business_id } = useHere();
  const isTried = useTried(business_id);
  const products = useApi(list_products, { business_id, query: { active: true, limit: 1 } });
  const training = useApi(get_training, { business_id });
  const connections = useApi(list_connections, { business_id, query: whole });
  const plan = useApi(show_plan, { business_id });
  const all = [products, training, connections, plan];
  const isThere = products.data && training.data && connections.data && plan.data;
  const shop = isThere
    ? {
        hasProducts: products.data.items.length > 0,
        product: products.data.items[0] ?? null,
        published: training.data.number,
        connections: connections.data.items,
        plan: plan.data,
      }
    : null;
  return {
    shop,
    done: shop && stepsDone(shop, isTried),
    error: all.find(({ error, data }) => error && !data)?.error ?? null,
    again: () => Promise.all(all.map(({ refetch }) => refetch())),
  };
}
