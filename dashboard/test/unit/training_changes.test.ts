import { describe, expect, test } from "vitest";
import { type Change, changesBetween, type Piece, piecesBetween } from "../../src/pages/training_changes";
import type { Lessons } from "../../src/pages/training_content";

const none: Lessons = { tone: "", facts: [], faqs: [], rules: [], forbidden_topics: [], topics: [], keywords: [] };
const marks = { same: ["", ""], removed: ["[-", "-]"], added: ["[+", "+]"] } as const;
const shown = (pieces: Piece[] | null) => pieces?.map(({ kind, text }) => marks[kind].join(text)).join("") ?? null;
const told = ({ kind, question, text }: Change) => [kind, shown(question), shown(text)].filter((part) => part !== null);
const between = (before: Partial<Lessons>, after: Partial<Lessons>) =>
  changesBetween({ ...none, ...before }, { ...none, ...after }).map(({ part, changes }) => [part, ...changes.map(told)]);

describe("what differs between two trainings", () => {
  test("is nothing when only the order changed", () => {
    expect(between({ facts: ["a", "b", "b"] }, { facts: ["b", "a", "b"] })).toEqual([]);
  });
  test("is told part by part, in the order of the page", () => {
    expect(between({ rules: ["Be kind."], facts: ["Open on Sunday."] }, { tone: "warm", facts: ["Parking is free."] })).toEqual([
      ["tone", ["added", "[+warm+]"]],
      ["facts", ["removed", "[-Open on Sunday.-]"], ["added", "[+Parking is free.+]"]],
      ["rules", ["removed", "[-Be kind.-]"]],
    ]);
  });
  test("shows the words of a line that was reworded", () => {
    expect(between({ facts: ["We deliver in Lagos in 2 days.", "x"] }, { facts: ["x", "We deliver in Abuja in 3 days."] })).toEqual([
      ["facts", ["changed", "We deliver in [-Lagos-][+Abuja+] in [-2-][+3+] days."]],
    ]);
  });
  test("shows another text as a whole, not the words that happen to be in both", () => {
    expect(between({ tone: "Warm and short, in English." }, { tone: "Short. Never in French or any other language." })).toEqual([
      ["tone", ["removed", "[-Warm and short, in English.-]"], ["added", "[+Short. Never in French or any other language.+]"]],
    ]);
  });
  test("takes lines that have little in common for two", () => {
    expect(between({ topics: ["refunds."] }, { topics: ["complaints."] })).toEqual([["topics", ["removed", "[-refunds.-]"], ["added", "[+complaints.+]"]]]);
  });
  test("tells of each line that stands there twice", () => {
    expect(between({ keywords: ["a"] }, { keywords: ["a", "a"] })).toEqual([["keywords", ["added", "[+a+]"]]]);
  });
  test("keeps a question with its answer", () => {
    const faq = (question: string, answer: string) => ({ faqs: [{ question, answer }] });
    expect(between(faq("Where?", "Lagos."), faq("Where?", "Far away now"))).toEqual([["faqs", ["changed", "Where?", "[-Lagos.-][+Far away now+]"]]]);
    expect(between(faq("Where are you?", "In Lagos, Marina."), faq("Where is it?", "In Lagos, Marina."))).toEqual([
      ["faqs", ["changed", "[-Where are you?-][+Where is it?+]", "In Lagos, Marina."]],
    ]);
    expect(between(none, faq("When?", "Daily."))).toEqual([["faqs", ["added", "[+When?+]", "[+Daily.+]"]]]);
  });
});

describe("the pieces of a text", () => {
  test("make up what it was and what it is", () => {
    const texts = ["", "warm, short", "Warm and  short!", "مرحبا بكم في المتجر", "مرحبا بك في متجرنا", "é\nè 🙂 ok", "a a a b a"];
    for (const before of texts)
      for (const after of texts) {
        const pieces = piecesBetween(before, after);
        const of = (kind: Piece["kind"]) => pieces.filter((piece) => piece.kind === "same" || piece.kind === kind).map(({ text }) => text);
        expect(of("removed").join("")).toBe(before);
        expect(of("added").join("")).toBe(after);
      }
  });
  test("stand together where words beside each other changed", () => {
    expect(shown(piecesBetween("the old red hat", "the new blue hat"))).toBe("the [-old red-][+new blue+] hat");
  });
});
