import { asProblem } from "../api/problem";
import { newKey } from "../lib/ids";

export type Keyed = <T>(wish: string, work: (key: string) => Promise<T>) => Promise<T>;

/**
 * Idempotency-Keys that live as long as their wish: the same while its answer is not known, so that trying again after a
 * lost one does nothing twice; another after a definite answer, and for another wish.
 */
export function wishKeys(makeKey: () => string = newKey): Keyed {
  const keys = new Map<string, string>();
  return async (wish, work) => {
    const key = keys.get(wish) ?? makeKey();
    keys.set(wish, key);
    try {
      const done = await work(key);
      keys.delete(wish);
      return done;
    } catch (error) {
      if (!asProblem(error).isPassing) keys.delete(wish);
      throw error;
    }
  };
}
