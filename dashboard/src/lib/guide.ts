// From signing up to the first reply: which steps are done, and whether the AI answers. All of it from what the server
// says, so that another device shows the same.
//
// G1  A business is there once it is founded; products are what is offered now, not what is archived.
// G2  The AI is taught once something is published: a draft is taught to nobody.
// G3  A channel is connected while Meta takes our access to it.
// G4  A trial leaves no trace on the server: the step counts as done once the AI has answered anybody, or here, just now.
// G5  The AI answers when a channel is connected, Meta sends us its messages as far as is known, and the plan has replies left.
// G6  It is finished when the AI answers, and has something to sell and to say. A trial is worth it, and no condition.

import type { Connection, Plan } from "../api/operations";

export const guideSteps = ["business", "products", "training", "channel", "try", "live"] as const;
export type GuideStep = (typeof guideSteps)[number];

export interface ShopState<Channel = Pick<Connection, "state" | "subscribed">> {
  hasProducts: boolean;
  /** The number of the version that is taught; 0: none. */
  published: number;
  connections: Channel[];
  plan: Pick<Plan, "state" | "ai_replies">;
}

/** Why nobody is answered. */
export type Lack = "channel" | "access" | "messages" | "replies";

/** What the AI lacks to answer; empty: it answers now. */
export function lacksOf({ connections, plan }: Pick<ShopState, "connections" | "plan">): Lack[] {
  const lacks: Lack[] = [];
  const there = connections.filter(({ state }) => state !== "disconnected");
  const active = there.filter(({ state }) => state === "active");
  if (there.length === 0) lacks.push("channel");
  else if (active.length === 0) lacks.push("access");
  else if (active.every(({ subscribed }) => subscribed === false)) lacks.push("messages");
  if (plan.state === "paused") lacks.push("replies");
  return lacks;
}

export function stepsDone(shop: ShopState, isTried = false): Record<GuideStep, boolean> {
  return {
    business: true,
    products: shop.hasProducts,
    training: shop.published > 0,
    channel: shop.connections.some(({ state }) => state === "active"),
    try: isTried || shop.plan.ai_replies.used > 0,
    live: lacksOf(shop).length === 0,
  };
}

/** The first that is left to do, without one that is done just now; null: none. */
export const nextStep = (done: Record<GuideStep, boolean>, finished?: GuideStep): GuideStep | null => guideSteps.find((step) => !done[step] && step !== finished) ?? null;

export const isFinished = (done: Record<GuideStep, boolean>): boolean => guideSteps.every((step) => done[step] || step === "try");
