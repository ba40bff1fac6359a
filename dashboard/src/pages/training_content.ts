// What the AI is taught, as the form edits it, and the server's limits: rules R1, R2 and R4 of protocol/training/content.hpp.
// What is too long is told at its field before it is sent; the server has the last word.

import type { Training } from "../api/operations";

export interface Faq {
  question: string;
  answer: string;
}

export type Lessons = {
  tone: string;
  facts: string[];
  faqs: Faq[];
  rules: string[];
  forbidden_topics: string[];
  topics: string[];
  keywords: string[];
};

export type Part = keyof Lessons;
export type ListPart = Exclude<Part, "tone" | "faqs">;

export const limits = {
  tone: { characters: 500, bytes: 1000 },
  line: { characters: 500, bytes: 1000 },
  question: { characters: 300, bytes: 500 },
  answer: { characters: 600, bytes: 1000 },
  topic: { characters: 120, bytes: 300 },
  keyword: { characters: 60, bytes: 200 },
};
export const most = { facts: 100, faqs: 60, rules: 40, forbidden_topics: 40, topics: 40, keywords: 60 };
export const mostTokens = 2400;

export const lineLimits: Record<ListPart, { characters: number; bytes: number }> = {
  facts: limits.line,
  rules: limits.line,
  forbidden_topics: limits.topic,
  topics: limits.topic,
  keywords: limits.keyword,
};

export function lessonsOf({ tone, facts, faqs, rules, forbidden_topics, hand_over }: Training): Lessons {
  // In one order of their members, because they are compared as JSON.
  return { tone, facts, faqs: faqs.map(({ question, answer }) => ({ question, answer })), rules, forbidden_topics, topics: hand_over.topics, keywords: hand_over.keywords };
}

export function trainingOf({ topics, keywords, ...others }: Lessons): Training {
  return { ...others, hand_over: { keywords, topics } };
}

/** Where the server says what is wrong with it. */
export const pathOf = (part: Part): string => (part === "keywords" || part === "topics" ? `/hand_over/${part}` : `/${part}`);

/** Without the rows that nobody filled in. */
export function cleaned(all: Lessons): Lessons {
  const lines = (given: string[]) => given.map((one) => one.trim()).filter(Boolean);
  return {
    tone: all.tone.trim(),
    facts: lines(all.facts),
    faqs: all.faqs.map(({ question, answer }) => ({ question: question.trim(), answer: answer.trim() })).filter(({ question, answer }) => question || answer),
    rules: lines(all.rules),
    forbidden_topics: lines(all.forbidden_topics),
    topics: lines(all.topics),
    keywords: lines(all.keywords),
  };
}

/** What stands at a path of the server's, as JSON: what was refused may stand elsewhere by now. */
export function at(all: Lessons, path: string): string {
  let value: unknown = trainingOf(all);
  for (const step of path.split("/").slice(1)) value = (value as Record<string, unknown> | undefined)?.[step];
  return JSON.stringify(value) ?? "";
}

const characters = (text: string): number => [...text].length;
const bytes = (text: string): number => new TextEncoder().encode(text).length;

export interface Misfit {
  why: "empty" | "characters" | "bytes" | "items" | "sign" | "tokens";
  count: number;
}

export function misfitOf(text: string, { characters: longest, bytes: largest }: { characters: number; bytes: number }): Misfit | null {
  const length = characters(text);
  if (length > longest) return { why: "characters", count: length - longest };
  // A letter may take four bytes: what is left out is told in letters of the text at hand.
  const size = bytes(text);
  return size > largest ? { why: "bytes", count: Math.ceil((length * (size - largest)) / size) } : null;
}

/** By the field that the server would name; "" is the whole. */
export function misfitsOf(all: Lessons): Record<string, Misfit> {
  const found: Record<string, Misfit> = {};
  const note = (path: string, misfit: Misfit | null) => {
    if (misfit) found[path] = misfit;
  };
  const list = (part: Exclude<Part, "tone">) => note(pathOf(part), all[part].length > most[part] ? { why: "items", count: most[part] } : null);
  note("/tone", misfitOf(all.tone, limits.tone));
  for (const part of Object.keys(lineLimits) as ListPart[]) {
    list(part);
    for (const [index, text] of all[part].entries()) note(`${pathOf(part)}/${index}`, misfitOf(text, lineLimits[part]));
  }
  for (const [index, text] of all.keywords.entries()) if (!/[\p{L}\p{N}\p{S}]/u.test(text)) note(`/hand_over/keywords/${index}`, { why: "sign", count: 0 });
  list("faqs");
  for (const [index, { question, answer }] of all.faqs.entries()) {
    note(`/faqs/${index}/question`, question ? misfitOf(question, limits.question) : { why: "empty", count: 0 });
    note(`/faqs/${index}/answer`, answer ? misfitOf(answer, limits.answer) : { why: "empty", count: 0 });
  }
  const tokens = tokensOf(all);
  if (Object.keys(found).length === 0 && tokens > mostTokens) note("", { why: "tokens", count: tokens - mostTokens });
  return found;
}

/** Of the room that a prompt has for it: at four bytes a token, with each line's frame. Keywords are asked no model. */
export function tokensOf(all: Lessons): number {
  const lines = [...all.facts, ...all.rules, ...all.forbidden_topics, ...all.topics].reduce((sum, line) => sum + bytes(line) + 3, 0);
  const faqs = all.faqs.reduce((sum, { question, answer }) => sum + bytes(question) + bytes(answer) + 10, 0);
  return Math.ceil((bytes(all.tone) + lines + faqs) / 4);
}

/** What was typed here on top of what somebody else saved: line by line, so that neither loses what only one of them wrote. */
export function merged(base: Lessons, mine: Lessons, theirs: Lessons): Lessons {
  const list = <One>(was: One[], typed: One[], now: One[]): One[] => {
    const key = (one: One) => JSON.stringify(one);
    const [before, here, there] = [was, typed, now].map((all) => new Set(all.map(key))) as [Set<string>, Set<string>, Set<string>];
    const isKept = (one: One) => here.has(key(one)) || !before.has(key(one));
    return [...now.filter(isKept), ...typed.filter((one) => !before.has(key(one)) && !there.has(key(one)))];
  };
  return {
    tone: mine.tone === base.tone ? theirs.tone : mine.tone,
    facts: list(base.facts, mine.facts, theirs.facts),
    faqs: list(base.faqs, mine.faqs, theirs.faqs),
    rules: list(base.rules, mine.rules, theirs.rules),
    forbidden_topics: list(base.forbidden_topics, mine.forbidden_topics, theirs.forbidden_topics),
    topics: list(base.topics, mine.topics, theirs.topics),
    keywords: list(base.keywords, mine.keywords, theirs.keywords),
  };
}
