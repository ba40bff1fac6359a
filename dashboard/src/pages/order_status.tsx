import type { OrderSummary } from "../api/operations";
import { Badge, type Tone } from "../parts/badge";
import { useWords } from "../words/provider";

const tones: Record<OrderSummary["status"], Tone> = { draft: "neutral", awaiting_payment: "warn", paid: "good", fulfilled: "brand", cancelled: "neutral", refunded: "info" };

export function OrderStatus({ status }: { status: OrderSummary["status"] }) {
  const { word } = useWords();
  return <Badge tone={tones[status]}>{word("order-status", status)}</Badge>;
}
