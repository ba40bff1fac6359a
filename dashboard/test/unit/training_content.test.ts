import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { differing } from "../../src/pages/edits";
import { at, cleaned, type Lessons, lessonsOf, limits, merged, misfitsOf, most, mostTokens, pathOf, tokensOf, trainingOf } from "../../src/pages/training_content";

const none: Lessons = { tone: "", facts: [], faqs: [], rules: [], forbidden_topics: [], topics: [], keywords: [] };
const lessons = (more: Partial<Lessons>): Lessons => ({ ...none, ...more });

describe("the limits", () => {
  const header = readFileSync(path.resolve(import.meta.dirname, "../../../protocol/training/content.hpp"), "utf8");
  test("are the server's", () => {
    const texts = Object.fromEntries(
      [...header.matchAll(/text_limits (\w+)_limits\{([\d']+), ([\d']+)\}/g)].map(([, name = "", characters = "", bytes = ""]) => [
        name,
        { characters: Number(characters.replace("'", "")), bytes: Number(bytes.replace("'", "")) },
      ]),
    );
    expect(limits).toEqual(texts);
    const counts = Object.fromEntries([...header.matchAll(/most_(\w+) = ([\d']+);/g)].map(([, name = "", count = ""]) => [name, Number(count.replace("'", ""))]));
    expect({ facts: most.facts, faqs: most.faqs, rules: most.rules, topics: most.topics, keywords: most.keywords, tokens: mostTokens }).toEqual(counts);
    expect(most.forbidden_topics).toBe(counts.topics);
  });
  test("are told at the field that the server would name", () => {
    const wrong = lessons({
      tone: "x".repeat(503),
      facts: ["fine", "₦".repeat(400)],
      faqs: [{ question: "Where?", answer: "" }],
      rules: Array.from({ length: 41 }, () => "x"),
      keywords: ["?!", "lawyer", "🙂"],
    });
    expect(misfitsOf(wrong)).toEqual({
      "/tone": { why: "characters", count: 3 },
      "/facts/1": { why: "bytes", count: 67 },
      "/faqs/0/answer": { why: "empty", count: 0 },
      "/rules": { why: "items", count: 40 },
      "/hand_over/keywords/0": { why: "sign", count: 0 },
    });
  });
  test("of all of it are told only when each part fits", () => {
    const long = lessons({ facts: Array.from({ length: 30 }, () => "x".repeat(400)) });
    expect(misfitsOf(long)).toEqual({ "": { why: "tokens", count: tokensOf(long) - mostTokens } });
    expect(misfitsOf({ ...long, tone: "x".repeat(501) })[""]).toBeUndefined();
    expect(misfitsOf(none)).toEqual({});
  });
  test("count as the server does: four bytes a token, a frame each line, keywords not", () => {
    expect(tokensOf(lessons({ tone: "1234" }))).toBe(1);
    expect(tokensOf(lessons({ facts: ["12345"], keywords: ["x".repeat(60)] }))).toBe(2);
    expect(tokensOf(lessons({ faqs: [{ question: "é", answer: "" }] }))).toBe(3);
  });
});

describe("the form", () => {
  const training = { tone: "warm", facts: ["a"], faqs: [], rules: [], forbidden_topics: [], hand_over: { keywords: ["k"], topics: ["t"] } };
  test("sends what it was given", () => {
    expect(trainingOf(lessonsOf(training))).toEqual(training);
    // The server writes members by the alphabet.
    const told = lessonsOf({ ...training, faqs: [{ answer: "A", question: "Q" }] });
    expect(differing(told, cleaned(told)), "nothing was typed").toEqual([]);
    expect([pathOf("topics"), pathOf("facts")]).toEqual(["/hand_over/topics", "/facts"]);
  });
  test("finds what the server names", () => {
    const all = lessons({ keywords: ["a", "b"], faqs: [{ question: "Q", answer: "A" }] });
    expect(["/hand_over/keywords/1", "/faqs/0/answer", "/facts/7", "/faqs/3/question"].map((path) => at(all, path))).toEqual(['"b"', '"A"', "", ""]);
    expect(at(all, "")).toBe(at({ ...all }, ""));
  });
  test("leaves out rows that nobody filled in, and keeps a question that waits for its answer", () => {
    const typed = lessons({
      tone: " warm ",
      facts: ["", " a ", "  "],
      faqs: [
        { question: " ", answer: "" },
        { question: "Where?", answer: " " },
      ],
    });
    expect(cleaned(typed)).toEqual(lessons({ tone: "warm", facts: ["a"], faqs: [{ question: "Where?", answer: "" }] }));
  });
});

describe("two who edit at once", () => {
  const base = lessons({ tone: "warm", facts: ["one", "two", "three"], faqs: [{ question: "Q", answer: "A" }] });
  test("keep what each of them added and took out", () => {
    const mine = { ...base, facts: ["one", "two changed", "three", "mine"] };
    const theirs = { ...base, tone: "icy", facts: ["theirs", "one", "two"] };
    expect(merged(base, mine, theirs)).toEqual({ ...base, tone: "icy", facts: ["theirs", "one", "two changed", "mine"] });
  });
  test("see both wordings of what both reworded", () => {
    const mine = { ...base, tone: "mine", faqs: [{ question: "Q", answer: "mine" }] };
    const theirs = { ...base, tone: "theirs", faqs: [{ question: "Q", answer: "theirs" }] };
    expect(merged(base, mine, theirs)).toMatchObject({ tone: "mine", faqs: [{ answer: "theirs" }, { answer: "mine" }] });
  });
  test("do not double what both added", () => {
    const mine = { ...base, keywords: ["lawyer"] };
    expect(merged(base, mine, mine).keywords).toEqual(["lawyer"]);
  });
});
