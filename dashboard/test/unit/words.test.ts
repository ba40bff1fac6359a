import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseSync } from "vite";
import { describe, expect, test, vi } from "vitest";
import { ar as arOfAll } from "../../src/words/ar";
import { en as enOfAll } from "../../src/words/en";
import { fr as frOfAll } from "../../src/words/fr";
import { ar as arOfGuide } from "../../src/words/guide_ar";
import { en as enOfGuide } from "../../src/words/guide_en";
import { fr as frOfGuide } from "../../src/words/guide_fr";
import { ar as arOfIntegrations } from "../../src/words/integrations_ar";
import { en as enOfIntegrations } from "../../src/words/integrations_en";
import { fr as frOfIntegrations } from "../../src/words/integrations_fr";
import { ar as arOfNotifications } from "../../src/words/notifications_ar";
import { en as enOfNotifications } from "../../src/words/notifications_en";
import { fr as frOfNotifications } from "../../src/words/notifications_fr";
import { ar as arOfOrders } from "../../src/words/orders_ar";
import { en as enOfOrders } from "../../src/words/orders_en";
import { fr as frOfOrders } from "../../src/words/orders_fr";
import { ar as arOfProducts } from "../../src/words/products_ar";
import { en as enOfProducts } from "../../src/words/products_en";
import { fr as frOfProducts } from "../../src/words/products_fr";
import { ar as arOfSecurity } from "../../src/words/security_ar";
import { en as enOfSecurity } from "../../src/words/security_en";
import { fr as frOfSecurity } from "../../src/words/security_fr";
import { ar as arOfTasks } from "../../src/words/tasks_ar";
import { en as enOfTasks } from "../../src/words/tasks_en";
import { fr as frOfTasks } from "../../src/words/tasks_fr";
import { ar as arOfTraining } from "../../src/words/training_ar";
import { en as enOfTraining } from "../../src/words/training_en";
import { fr as frOfTraining } from "../../src/words/training_fr";
import { actionsOf, type Catalogue, type Key, preferredLanguage, say, wordsOf } from "../../src/words/words";

const en = { ...enOfAll, ...enOfTraining, ...enOfNotifications, ...enOfSecurity, ...enOfIntegrations, ...enOfTasks, ...enOfOrders, ...enOfProducts, ...enOfGuide };
const fr = { ...frOfAll, ...frOfTraining, ...frOfNotifications, ...frOfSecurity, ...frOfIntegrations, ...frOfTasks, ...frOfOrders, ...frOfProducts, ...frOfGuide };
const ar = { ...arOfAll, ...arOfTraining, ...arOfNotifications, ...arOfSecurity, ...arOfIntegrations, ...arOfTasks, ...arOfOrders, ...arOfProducts, ...arOfGuide };
const src = path.resolve(import.meta.dirname, "../../src");
const sources = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".tsx"));
const others: Array<[string, Catalogue]> = [
  ["fr", fr],
  ["ar", ar],
];
const textsOf = (entry: Catalogue[Key]) => (typeof entry === "string" ? [entry] : Object.values(entry));
const namesIn = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort();

describe("the catalogues", () => {
  test("a plural is chosen by the language's rules and its number written as the language does", () => {
    expect(say(en, "en", "order.piece-count", { count: 1 })).toBe("1 piece");
    expect(say(en, "en", "order.piece-count", { count: 1200 })).toBe("1,200 pieces");
    const forms = [0, 1, 2, 3, 11, 100].map((count) => say(ar, "ar", "order.piece-count", { count }).replace(/[\d٠-٩٬,]+/g, "#"));
    expect(new Set(forms).size).toBeGreaterThan(4);
  });
  test("what writes numbers, chooses plurals and tells times is made once a language, however many texts there are", () => {
    const made: string[] = [];
    const counted = <Of extends new (...given: never[]) => object>(of: Of) =>
      new Proxy(of, {
        construct(target, given, as) {
          made.push(of.name);
          return Reflect.construct(target, given, as);
        },
      });
    const { NumberFormat, PluralRules, RelativeTimeFormat } = Intl;
    vi.stubGlobal("Intl", { NumberFormat: counted(NumberFormat), PluralRules: counted(PluralRules), RelativeTimeFormat: counted(RelativeTimeFormat) });
    const { t, number, ago } = wordsOf(en, "fr", "UTC");
    for (let count = 0; count < 3; ++count) expect([t("message.attachments", { count: 5 }), number(5), ago(0, 60_000)]).toEqual(["5 files", "5", expect.stringMatching(/1\smin/)]);
    vi.unstubAllGlobals();
    expect(made.sort()).toEqual(["NumberFormat", "PluralRules", "RelativeTimeFormat"]);
  });
  test("a value is put in as it is, whatever stands in it", () => {
    expect(say(en, "en", "team.invited", { email: "{email}$&" })).toBe("A mail to {email}$& is on its way");
  });
  test.each(others)("%s fills in what English fills in, in each of its forms", (_, catalogue) => {
    const wrong = (Object.keys(en) as Key[]).filter((key) => {
      const wanted = namesIn(textsOf((en as Catalogue)[key]).join(" ")).filter((name) => name !== "count");
      return textsOf(catalogue[key]).some((text) => JSON.stringify(namesIn(text).filter((name) => name !== "count")) !== JSON.stringify(wanted));
    });
    expect(wrong).toEqual([]);
  });
  test.each(others)("%s has a form for each of the language's plurals", (language, catalogue) => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const wrong = (Object.keys(en) as Key[]).filter(
      (key) => typeof catalogue[key] !== "string" && forms.some((form) => !(form in (catalogue[key] as object)) && form !== "many" && form !== "zero"),
    );
    expect(wrong).toEqual([]);
  });
  test("no text is left untranslated", () => {
    const same = (Object.keys(en) as Key[]).filter((key) => JSON.stringify(ar[key]) === JSON.stringify((en as Catalogue)[key]) && /\p{L}{3}/u.test(String(en[key])));
    expect(same).toEqual(
      [
        "channel.messenger",
        "channel.instagram",
        "channel.whatsapp",
        "author.system",
        "provider.paystack",
        "provider.flutterwave",
        "provider.stripe",
        "order.times",
        "actor.system",
        "product.sku",
        "import.field.sku",
      ].filter((key) => same.includes(key as Key)),
    );
  });
  test.each(["fr", "ar"] as const)("no action of the log is left untranslated: %s", async (language) => {
    const [own, english] = await Promise.all([actionsOf(language), actionsOf("en")]);
    expect(Object.keys(own).sort()).toEqual(Object.keys(english).sort());
    expect(Object.keys(english).filter((action) => own[action] === english[action])).toEqual([]);
  });
  test("the first known language of the person is taken", () => {
    expect([preferredLanguage(null, ["de", "fr-CI", "en"]), preferredLanguage("ar", ["fr"]), preferredLanguage("xx", [])]).toEqual(["fr", "ar", "en"]);
  });
});

interface Node {
  type: string;
  [member: string]: unknown;
}

/** Texts that a page would show without a catalogue, as "line: text". */
function bareTexts(code: string, file: string): string[] {
  const found: string[] = [];
  const isText = (text: unknown) => typeof text === "string" && /\p{L}{2}/u.test(text);
  const note = (at: Node, text: unknown) => found.push(`${file}:${code.slice(0, at.start as number).split("\n").length}: ${String(text).trim()}`);
  const shown = new Set(["label", "title", "hint", "alt", "placeholder", "aria-label", "action", "name"]);
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const one of node) visit(one);
    if (typeof node !== "object" || node === null || !("type" in node)) return;
    const at = node as Node;
    const value = at.value as Node | null | undefined;
    if (at.type === "JSXText" && isText(at.value)) note(at, at.value);
    if (at.type === "JSXExpressionContainer" && (at.expression as Node).type === "Literal" && isText((at.expression as Node).value)) note(at, (at.expression as Node).value);
    if (at.type === "JSXAttribute" && value?.type === "Literal" && shown.has(nameOf(at.name as Node)) && isText(value.value) && nameOf(at.name as Node) !== "name")
      note(at, value.value);
    for (const [member, inner] of Object.entries(at)) if (member !== "parent") visit(inner);
  };
  visit(parseSync(file, code).program);
  return found;
}

const nameOf = (name: Node) => String(name.name ?? "");

describe("the pages", () => {
  test("show nothing that is not in a catalogue", () => {
    expect(sources.length).toBeGreaterThan(50);
    const product = /: (Sellavie|CSV)$/;
    const found = sources.filter((file) => file !== "pages/parts.tsx").flatMap((file) => bareTexts(readFileSync(path.join(src, file), "utf8"), file));
    expect(found.filter((text) => !product.test(text))).toEqual([]);
  });
  test("would be caught showing one", () => {
    const code = 'export const X = () => <p title="Some text">Hello <b>{"you"}</b></p>;';
    expect(bareTexts(code, "x.tsx")).toHaveLength(3);
  });
  test("use every text that is there", () => {
    const all = sources
      .concat(readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => /^(?!words).*\.ts$/.test(file)))
      .map((file) => readFileSync(path.join(src, file), "utf8"))
      .join("\n");
    const made = [...all.matchAll(/(?:word\("([a-z-]+)"|t\(`([a-z-]+(?:\.[a-z-]+)*)\.\$)/g)].map((found) => `${found[1] ?? found[2]}.`);
    const unused = Object.keys(en).filter((key) => !all.includes(`"${key}"`) && !made.some((prefix) => key.startsWith(prefix)));
    expect(unused).toEqual([]);
  });
});
