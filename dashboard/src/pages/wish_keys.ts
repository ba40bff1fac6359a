import { asProblem } from "../api/problem";
import { newKey } from "../lib/ids";

type Keyed = <T>(wish: unknown, work: (key: string) => Promise<T>) => Promise<T>;

/**
 * Idempotency-Keys that live as long as their wish: the same while its answer is not known, so that trying again after a
 * lost one does nothing twice; another after a definite answer, and for another wish. A wish is all that is sent with it:
 * the server refuses a key that comes again with something else.
 */
export function wishKeys(makeKey: () => string = newKey): Keyed {
  const keys = new Map<string, string>();
  return async (wish, work) => {
    const said = JSON.stringify(wish);
    const key = keys.get(said) ?? makeKey();
    keys.set(said, key);
    try {
      const done = await work(key);
      keys.delete(said);
      return done;
    } catch (error) {
      if (!asProblem(error).isPassing) keys.delete(said);
      throw error;
    }
  };
}
