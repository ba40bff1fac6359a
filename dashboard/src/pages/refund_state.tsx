import type { Refund } from "../api/operations";
import { Badge, type Tone } from "../parts/badge";
import { useWords } from "../words/provider";

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
  const { word } = useWords();
  return <Badge tone={tones[state]}>{word("refund-state", state)}</Badge>;
}
