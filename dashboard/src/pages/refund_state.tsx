import type { Refund } from "../api/operations";
import { Badge, type Tone } from "../parts/badge";
import { useOrderWords } from "../words/orders";

const tones: Record<Refund["state"], Tone> = {
  awaiting_approval: "warn",
  rejected: "neutral",
  approved: "info",
  sending: "info",
  pending: "info",
  needs_attention: "warn",
  succeeded: "good",
  failed: "bad",
  unproved: "warn",
};

export function RefundState({ state }: { state: Refund["state"] }) {
  const { word } = useOrderWords();
  return <Badge tone={tones[state]}>{word("refund-state", state)}</Badge>;
}
