// What the assistant can read in a system prompt and in a customer's sentence: products, the open order, wishes.

// `- [A1] Ankara 6 yards: NGN 15,000.00 (20 in stock)` -> {sku, name, price, stock, words}
export function products_in(system) {
  const lines = system.matchAll(/^[ \t]*- \[([^\]\s]{1,64})\] (.{1,200}?): ([^\n(]{1,60}?)(?: \(([^)\n]{0,60})\))?[ \t]*\r?$/gm);
  return [...lines].map(([, sku, name, price, stock]) => ({ sku, name, price, stock, words: words_of(name) }));
}

export function open_order_in(system) {
  const line = /^[ \t]*Open order:[ \t]*(.*)$/m.exec(system)?.[1].trim() ?? "";
  return /^(|none\.?|no|nothing|-|null)$/i.test(line) ? undefined : line;
}

export function nonce_in(system) {
  return /^[ \t]*Nonce:[ \t]*(\S+)[ \t]*\r?$/m.exec(system)?.[1];
}

// The product that a text is about, or undefined. Its whole name or sku wins over single words.
export function product_in(text, products) {
  return mark_products(text, products).first;
}

// "2 Ankara 6 yards and one aso oke" -> [{sku, quantity}]. `it` stands for the product spoken of before.
export function wishes_in(text, products, spoken_of) {
  const found = new Map();
  for (const segment of segments_of(mark_products(text, products).text)) {
    const { product, rest } = product_of(segment, products, spoken_of);
    if (product) found.set(product.sku, (found.get(product.sku) ?? 0) + quantity_in(rest));
  }
  return [...found].map(([sku, quantity]) => ({ sku, quantity }));
}

const numbers = {
  a: 1, an: 1, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10, eleven: 11, twelve: 12,
  fifteen: 15, twenty: 20, thirty: 30, fifty: 50, hundred: 100, couple: 2, pair: 2, dozen: 12,
};
const small_words = new Set(["the", "and", "for", "with", "of", "set", "new", "size", "yard", "piece", "pack"]);

export function quantity_in(text) {
  const digits = /(?:^|[^\d.,])x?[ \t]?(\d{1,6})(?![\d.,]\d)/i.exec(` ${text}`);
  if (digits) return Number(digits[1]);
  const words = text.toLowerCase().match(/[a-z]+/g) ?? [];
  if (words.includes("half") && words.includes("dozen")) return 6;
  const named = words.filter((word) => Object.hasOwn(numbers, word)).map((word) => numbers[word]);
  return named.length > 0 ? Math.max(...named) : 1;
}

function words_of(text) {
  const all = text.toLowerCase().match(/[\p{L}\d]+/gu) ?? [];
  return all.map(singular);
}

function singular(word) {
  return word.length > 3 && word.endsWith("s") ? word.slice(0, -1) : word;
}

// Replaces each whole name or sku by a mark (a private-use character), so that digits inside a name are no quantity.
const first_mark = 0xe000;

function mark_products(text, products) {
  let marked = text.replace(/[\ue000-\uf8ff]/g, " ");
  const by_length = [...products.keys()].sort((a, b) => products[b].name.length - products[a].name.length);
  for (const index of by_length) {
    const { name, sku } = products[index];
    const mark = ` ${String.fromCharCode(first_mark + index)} `;
    marked = marked.replace(whole(name), mark).replace(whole(sku), mark);
  }
  const at = /[\ue000-\uf8ff]/.exec(marked)?.[0];
  return { text: marked, first: at ? products[at.charCodeAt(0) - first_mark] : best_by_words(marked, products) };
}

function whole(phrase) {
  const pattern = phrase.trim().split(/\s+/).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("\\s+");
  return new RegExp(`(?<![\\p{L}\\d])${pattern}(?:s|es)?(?![\\p{L}\\d])`, "giu");
}

function segments_of(text) {
  return text.split(/[;\n+&]|,(?!\d)|\band\b|\bplus\b/i).filter((segment) => segment.trim() !== "");
}

function product_of(segment, products, spoken_of) {
  const mark = /[\ue000-\uf8ff]/.exec(segment);
  if (mark) return { product: products[mark[0].charCodeAt(0) - first_mark], rest: segment.replace(mark[0], " ") };
  const product = best_by_words(segment, products);
  if (product) return { product, rest: without_words(segment, product.words) };
  const meant = spoken_of && /\b(it|them|those|these|that|this|one|ones|\d{1,4}|of them)\b/i.test(segment) ? spoken_of : undefined;
  return { product: meant, rest: segment };
}

function best_by_words(text, products) {
  const said = new Set(words_of(text));
  let best;
  let best_score = 0;
  for (const product of products) {
    const telling = product.words.filter((word) => word.length >= 3 && !small_words.has(word) && !/^\d+$/.test(word));
    const hits = telling.filter((word) => said.has(word)).length;
    const exact = product.words.filter((word) => said.has(word)).length;
    const score = hits === 0 ? 0 : hits + exact / (10 * product.words.length);
    if (score > best_score) [best, best_score] = [product, score];
  }
  return best;
}

// Takes the name's words out of "2 ankara 6 yards", once each, the rightmost first: what is left in front is the quantity.
function without_words(text, words) {
  const parts = text.split(/(\s+)/);
  const left = [...words];
  for (let i = parts.length - 1; i >= 0; i -= 1) {
    const at = left.indexOf(singular(parts[i].toLowerCase().replace(/[^\p{L}\d]/gu, "")));
    if (at < 0) continue;
    left.splice(at, 1);
    parts[i] = "";
  }
  return parts.join("");
}
