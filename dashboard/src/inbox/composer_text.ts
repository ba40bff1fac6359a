// What in a text being written asks for help.

/** "/ho" at the beginning: "ho". */
export function slashWord(text: string): string | null {
  return /^\/(\S*)$/.exec(text)?.[1] ?? null;
}

/** "… @Ng" at the end: "Ng", with up to one space in it. */
export function mentionWords(text: string): string | null {
  return /(?:^|\s)@((?:\S+ )?\S*)$/.exec(text)?.[1] ?? null;
}

/** The accounts whose names stand behind an @. A name that is the beginning of another one counts only by itself. */
export function mentionedIn(text: string, members: Array<{ id: string; name: string; email: string }>): string[] {
  const found: string[] = [];
  const byLength = members.map(({ id, name, email }) => ({ id, name: name || email })).sort((a, b) => b.name.length - a.name.length);
  let rest = text.toLowerCase();
  for (const { id, name } of byLength) {
    const mark = `@${name.toLowerCase()}`;
    if (!rest.includes(mark)) continue;
    found.push(id);
    rest = rest.replaceAll(mark, "");
  }
  return found;
}
