import type { Payment } from "../api/operations";
import { Badge, type Tone } from "../parts/badge";
import { useOrderWords } from "../words/orders";

/** The customer's bank asks for the money: nothing goes on until a person releases the order. */
export function DisputedBadge() {
  const { t } = useOrderWords();
  return <Badge tone="bad">{t("money.disputed")}</Badge>;
}

const tones: Record<Payment["status"], Tone> = { intent: "neutral", link: "info", paid: "good", failed: "bad", expired: "neutral", review: "warn" };

export function PaymentStatus({ status }: { status: Payment["status"] }) {
  const { word } = useOrderWords();
  return <Badge tone={tones[status]}>{word("payment-status", status)}</Badge>;
}
