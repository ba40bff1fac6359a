import { useState } from "react";
import { keyOf } from "../api/hooks";
import type { Input, Operation, Shape } from "../api/operation";
import { asProblem } from "../api/problem";
import { useServices } from "../app/services";
import { tell, tellProblem } from "../parts/toast";
import { type OrderKey, useOrderWords } from "../words/orders";
import type { Key } from "../words/words";
import { useMoneyMoved } from "./use_money_moved";
import { wishKeys } from "./wish_keys";

/** Decisions about one thing of the money, which `show` reads: keeps a key until the answer is known, shows what came of it. */
export function useDecision<S extends Shape>(show: Operation<S>, ids: Input<S>) {
  const { queries } = useServices();
  const { t } = useOrderWords();
  const moved = useMoneyMoved();
  const [keyed] = useState(wishKeys);
  /** -> whether it is decided so. */
  return async (wish: unknown, done: OrderKey | Key, work: (key: string) => Promise<S["answer"]>): Promise<boolean> => {
    try {
      queries.setQueryData(keyOf(show, ids), await keyed(wish, work));
      void moved();
      tell(t(done));
      return true;
    } catch (error) {
      if (asProblem(error).kind !== "conflict") throw error;
      // Somebody was first, say: what it is now takes the form's place, the reason stays to be read.
      tellProblem(error);
      void moved();
      return false;
    }
  };
}
