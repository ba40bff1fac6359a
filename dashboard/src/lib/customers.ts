import type { Words } from "../words/words";

/** Channels do not always tell a name: then a few signs of the id tell one customer from another. */
export function customerName(t: Words["t"], name: string, id: string): string {
  return name || t("customer.unnamed", { code: id.slice(-4).toUpperCase() });
}
