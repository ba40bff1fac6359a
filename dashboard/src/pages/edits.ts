// Edits of a state that others may change meanwhile. Values are compared as JSON has them.

export type Fields = Record<string, unknown>;

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** The fields in which two states differ. */
export function differing<F extends Fields>(one: F, other: F): Array<keyof F & string> {
  return Object.keys(one).filter((name) => !isSame(one[name], other[name]));
}

/** Of what was typed only that which differs from `base`: what others changed meanwhile stays. */
export function changed<F extends Fields>(base: F, typed: F): Partial<F> {
  return Object.fromEntries(differing(base, typed).map((name) => [name, typed[name]])) as Partial<F>;
}

/** What was typed, on top of a newer state. */
export function rebased<F extends Fields>(base: F, typed: F, newer: F): F {
  return { ...newer, ...changed(base, typed) };
}

interface Logged {
  account_name: string;
  after: string | null;
}

/** Whose entry of the activity log, newest first, says what some of `values` are now. */
export function authorOf(entries: readonly Logged[], values: Fields): string | null {
  for (const { account_name, after } of entries) {
    const said = logged(after);
    const names = Object.keys(values).filter((name) => name in said);
    if (names.length > 0 && names.every((name) => isSame(said[name], values[name]))) return account_name || null;
  }
  return null;
}

function logged(text: string | null): Fields {
  try {
    const said: unknown = JSON.parse(text ?? "{}");
    return typeof said === "object" && said !== null ? (said as Fields) : {};
  } catch {
    return {};
  }
}

export interface Versioned {
  version: number;
}

/**
 * Saves with the state that the edits began from. When that is old only in what is not edited here, once more with the
 * newer one; else `meanwhile` gets it and the refusal is thrown.
 */
export async function saveFrom<S extends Versioned, F extends Fields>(
  base: S,
  of: { fieldsOf(state: S): F; save(from: S): Promise<S>; reread(): Promise<S>; isStale(error: unknown): boolean; meanwhile(newer: S): void },
): Promise<S> {
  for (let from = base; ; ) {
    try {
      return await of.save(from);
    } catch (error) {
      if (!of.isStale(error)) throw error;
      const newer = await of.reread();
      if (newer.version <= from.version || differing(of.fieldsOf(base), of.fieldsOf(newer)).length > 0) {
        of.meanwhile(newer);
        throw error;
      }
      from = newer;
    }
  }
}
