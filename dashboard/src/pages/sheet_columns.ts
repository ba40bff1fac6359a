// Which column of a sheet is what. The server finds columns by their usual names, or by those that it is told; of one that
// a person leaves out it is told nothing, so the sheet that is sent calls it otherwise: "(price)".

export type Mapping<Field extends string> = Partial<Record<Field, string>>;

/** `field` is this column; no other field is then. Empty: it is not in the sheet. */
export function mapped<Field extends string>(mapping: Mapping<Field>, field: Field, column: string): Mapping<Field> {
  const others = Object.entries<string | undefined>(mapping).filter(([, taken]) => !taken || taken !== column);
  return { ...(Object.fromEntries(others) as Mapping<Field>), [field]: column };
}

/** The sheet, in which columns that are nothing have names that mean nothing. */
export function withoutUnused(sheet: string, header: readonly string[], used: readonly string[]): string {
  const left = new Set(used);
  // Of two columns with one name the first is meant.
  const names = header.map((name) => (left.delete(name) ? name : `(${name})`));
  const { separator, end } = firstRecord(sheet);
  return names.map((name) => `"${name.replaceAll('"', '""')}"`).join(separator) + sheet.slice(end);
}

/** What the first line calls the columns, for a sheet that the server does not understand without being told. */
export const headerOf = (sheet: string): string[] => firstRecord(sheet).names;

/** Its names, and where it ends; a name in quotes may go over lines. */
function firstRecord(sheet: string): { names: string[]; separator: string; end: number } {
  const separator = separatorOf(sheet);
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"?)?([^${separator}\\n\\r]*)(${separator}?)`, "y");
  const names: string[] = [];
  for (;;) {
    const [, quoted, bare = "", more] = cell.exec(sheet) ?? [];
    names.push((quoted?.replaceAll('""', '"') ?? bare).trim());
    if (!more) return { names, separator, end: cell.lastIndex };
  }
}

/** As the server finds it: what stands most often in the first line. */
function separatorOf(sheet: string): string {
  const counts = new Map([",", ";", "\t"].map((sign) => [sign, 0]));
  let isQuoted = false;
  for (const sign of sheet) {
    if (sign === '"') isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (sign === "\n" || sign === "\r") break;
    const count = counts.get(sign);
    if (count !== undefined) counts.set(sign, count + 1);
  }
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most))[0];
}
