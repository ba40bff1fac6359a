import type { OrderSummary, Payment } from "../api/operations";
import { Badge, type Tone } from "../parts/badge";
import { useWords } from "../words/provider";

const tones: Record<OrderSummary["status"], Tone> = { draft: "neutral", awaiting_payment: "warn", paid: "good", fulfilled: "brand", cancelled: "neutral", refunded: "info" };

export function OrderStatus({ status }: { status: OrderSummary["status"] }) {
  const { word } = useWords();
  return <Badge tone={tones[status]}>{word("order-status", status)}</Badge>;
}

/** The customer's bank asks for the money: nothing goes on until a person releases the order. */
export function DisputedBadge() {
  const { t } = useWords();
  return <Badge tone="bad">{t("money.disputed")}</Badge>;
}

const paymentTones: Record<Payment["status"], Tone> = { intent: "neutral", link: "info", paid: "good", failed: "bad", expired: "neutral", review: "warn" };

export function PaymentStatus({ status }: { status: Payment["status"] }) {
  const { word } = useWords();
  return <Badge tone={paymentTones[status]}>{word("payment-status", status)}</Badge>;
}
