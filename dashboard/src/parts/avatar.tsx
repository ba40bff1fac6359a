import { names } from "../lib/names";

const hues = [
  "bg-[#d7eadf] text-[#14532d] dark:bg-[#1c3a29] dark:text-[#a7e3bf]",
  "bg-[#e2e4fb] text-[#3730a3] dark:bg-[#272a4d] dark:text-[#c0c5ff]",
  "bg-[#fbe3d3] text-[#7c2d12] dark:bg-[#47291a] dark:text-[#f8c5a4]",
  "bg-[#fbdfe9] text-[#831843] dark:bg-[#461d2f] dark:text-[#f7b7d1]",
  "bg-[#d9ecf4] text-[#164e63] dark:bg-[#183642] dark:text-[#a5dcef]",
  "bg-[#f3ecc9] text-[#5b4a05] dark:bg-[#383112] dark:text-[#ead98c]",
];

/** Two letters that stand for a person; always of the same colour for the same id. */
export function Avatar({ name, id, size = "medium" }: { name: string; id: string; size?: "small" | "medium" | "large" }) {
  const sizes = { small: "size-6 text-[0.625rem]", medium: "size-9 text-xs", large: "size-12 text-base" };
  return (
    <span aria-hidden="true" className={names("inline-flex shrink-0 items-center justify-center rounded-full font-semibold", sizes[size], hues[hueOf(id)])}>
      {initialsOf(name)}
    </span>
  );
}

function hueOf(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  return sum % hues.length;
}

export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/\s+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return (
    letters
      .map((word) => [...(word ?? "")].find((one) => /[\p{L}\p{N}]/u.test(one)) ?? "")
      .join("")
      .toUpperCase() || "?"
  );
}
