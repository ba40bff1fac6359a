// What differs between two trainings, for people: lines that came, lines that went, and within a line that was reworded,
// its words. An order that changed is no difference: the AI reads all of it.

import type { Lessons, Part } from "./training_content";

export interface Piece {
  kind: "same" | "removed" | "added";
  text: string;
}

export interface Change {
  kind: "added" | "removed" | "changed";
  /** Of a question that is asked often; null: a line. */
  question: Piece[] | null;
  text: Piece[];
}

export interface PartChanges {
  part: Part;
  changes: Change[];
}

export const parts: Part[] = ["tone", "facts", "faqs", "rules", "forbidden_topics", "topics", "keywords"];

/** Only parts that differ. */
export function changesBetween(before: Lessons, after: Lessons): PartChanges[] {
  return parts
    .map((part) => {
      if (part === "tone") return { part, changes: entryChanges(toneEntry(before.tone), toneEntry(after.tone)) };
      if (part === "faqs") return { part, changes: entryChanges(before.faqs.map(faqEntry), after.faqs.map(faqEntry)) };
      return { part, changes: entryChanges(before[part].map(lineEntry), after[part].map(lineEntry)) };
    })
    .filter(({ changes }) => changes.length > 0);
}

interface Entry {
  question: string | null;
  text: string;
}

const lineEntry = (text: string): Entry => ({ question: null, text });
const toneEntry = (tone: string) => (tone === "" ? [] : [lineEntry(tone)]);
const faqEntry = ({ question, answer }: { question: string; answer: string }): Entry => ({ question, text: answer });

function entryChanges(before: Entry[], after: Entry[]): Change[] {
  const came = without(after, before);
  const changes: Change[] = [];
  for (const old of without(before, after)) {
    const next = closest(old, came);
    if (next) came.splice(came.indexOf(next), 1);
    changes.push(next ? reworded(old, next) : one("removed", old));
  }
  return [...changes, ...came.map((entry) => one("added", entry))];
}

/** Each of `others` takes away one that is equal to it. */
function without(entries: Entry[], others: Entry[]): Entry[] {
  const counts = new Map<string, number>();
  for (const other of others) counts.set(keyOf(other), (counts.get(keyOf(other)) ?? 0) + 1);
  return entries.filter((entry) => {
    const left = counts.get(keyOf(entry)) ?? 0;
    counts.set(keyOf(entry), left - 1);
    return left <= 0;
  });
}

const keyOf = ({ question, text }: Entry) => JSON.stringify([question, text]);

/** Less of the words in common, and a text is easier to read as another one. */
const leastLikeness = 0.6;

function closest(old: Entry, candidates: Entry[]): Entry | undefined {
  if (old.question !== null) {
    const same = candidates.find(({ question }) => question === old.question);
    if (same) return same;
  }
  let best: { entry: Entry; likeness: number } | undefined;
  for (const entry of candidates) {
    const likeness = likenessOf(wholeOf(old), wholeOf(entry));
    if (likeness >= leastLikeness && likeness > (best?.likeness ?? 0)) best = { entry, likeness };
  }
  return best?.entry;
}

const said = (text: string) => wordsOf(text).filter((word) => /[\p{L}\p{N}]/u.test(word));

const wholeOf = ({ question, text }: Entry) => `${question ?? ""} ${text}`;

function likenessOf(one: string, other: string): number {
  const words = said(one);
  const left = said(other);
  const all = words.length + left.length;
  const common = words.filter((word) => {
    const at = left.indexOf(word);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
  return (2 * common.length) / Math.max(1, all);
}

const one = (kind: "added" | "removed", { question, text }: Entry): Change => ({
  kind,
  question: question === null ? null : [{ kind, text: question }],
  text: [{ kind, text }],
});

const reworded = (before: Entry, after: Entry): Change => ({
  kind: "changed",
  question: before.question === null || after.question === null ? null : exchange(before.question, after.question),
  text: exchange(before.text, after.text),
});

function exchange(before: string, after: string): Piece[] {
  if (before === after || likenessOf(before, after) >= leastLikeness) return piecesBetween(before, after);
  return [
    { kind: "removed", text: before },
    { kind: "added", text: after },
  ];
}

/** Words and what stands between them; together they are the text. */
const wordsOf = (text: string): string[] => text.match(/[\p{L}\p{M}\p{N}]+|\s+|[^\p{L}\p{M}\p{N}\s]/gu) ?? [];

/** The longest common run of words stays; pieces of a kind stand together. */
export function piecesBetween(before: string, after: string): Piece[] {
  const [old, next] = [wordsOf(before), wordsOf(after)];
  // length[i][j]: of the longest that old from i on and next from j on have in common
  const length = Array.from({ length: old.length + 1 }, () => new Array<number>(next.length + 1).fill(0));
  const at = (i: number, j: number) => length[i]?.[j] ?? 0;
  for (let i = old.length - 1; i >= 0; --i)
    for (let j = next.length - 1; j >= 0; --j) (length[i] as number[])[j] = old[i] === next[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const pieces: Piece[] = [];
  const put = (kind: Piece["kind"], text: string | undefined) => {
    const last = pieces.at(-1);
    if (last?.kind === kind) last.text += text ?? "";
    else pieces.push({ kind, text: text ?? "" });
  };
  let [i, j] = [0, 0];
  while (i < old.length || j < next.length) {
    if (i < old.length && j < next.length && old[i] === next[j]) {
      put("same", old[i++]);
      ++j;
    } else if (j >= next.length || (i < old.length && at(i + 1, j) >= at(i, j + 1))) put("removed", old[i++]);
    else put("added", next[j++]);
  }
  return joined(pieces);
}

/** "red blue" for "old green" reads as one exchange and not as two with a space between. */
function joined(pieces: Piece[]): Piece[] {
  const found: Piece[] = [];
  let [removed, added] = ["", ""];
  const flush = () => {
    if (removed) found.push({ kind: "removed", text: removed });
    if (added) found.push({ kind: "added", text: added });
    [removed, added] = ["", ""];
  };
  for (const [index, { kind, text }] of pieces.entries()) {
    const isBetween = kind === "same" && text.trim() === "" && (removed || added) && index < pieces.length - 1;
    if (kind === "removed" || isBetween) removed += text;
    if (kind === "added" || isBetween) added += text;
    if (kind !== "same" || isBetween) continue;
    flush();
    found.push({ kind, text });
  }
  flush();
  return found;
}
