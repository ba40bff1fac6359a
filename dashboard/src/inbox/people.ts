import { useMemo } from "react";
import { useApi, whole } from "../api/hooks";
import { type Label, list_labels, list_members, type Member } from "../api/operations";
import { useHere } from "../app/business";

/** The team, by account. A hundred are shown by name; a team is seldom larger. */
export function useMembers(): { all: Member[]; nameOf(account: string | null): string | null } {
  const { business_id } = useHere();
  const { data } = useApi(list_members, { business_id, query: whole }, { staleMs: 5 * 60_000 });
  return useMemo(() => {
    const all = data?.items ?? [];
    const names = new Map(all.map((one) => [one.id, one.name || one.email]));
    return { all, nameOf: (account) => (account ? (names.get(account) ?? null) : null) };
  }, [data]);
}

export function useLabels(): { all: Label[]; of(ids: string[]): Label[] } {
  const { business_id } = useHere();
  const { data } = useApi(list_labels, { business_id, query: whole }, { staleMs: 5 * 60_000 });
  return useMemo(() => {
    const all = data?.items ?? [];
    return { all, of: (ids) => all.filter((one) => ids.includes(one.id)) };
  }, [data]);
}

export const labelColours: Record<Label["colour"], string> = {
  grey: "bg-line text-ink",
  red: "bg-[#fbdcd9] text-[#8a1c15] dark:bg-[#4a1f1b] dark:text-[#ffb3ab]",
  orange: "bg-[#fde2cc] text-[#84380a] dark:bg-[#47290f] dark:text-[#fbc192]",
  yellow: "bg-[#f7ecc0] text-[#5e4b03] dark:bg-[#3b330e] dark:text-[#ecd983]",
  green: "bg-[#d8efdd] text-[#14532d] dark:bg-[#173a24] dark:text-[#9fe0b5]",
  teal: "bg-[#d1eeea] text-[#0d504a] dark:bg-[#113b37] dark:text-[#8ee0d5]",
  blue: "bg-[#dae8fb] text-[#164a8a] dark:bg-[#1a3152] dark:text-[#a9cdfb]",
  purple: "bg-[#e9e0fb] text-[#4c2d94] dark:bg-[#312452] dark:text-[#cdb8fb]",
  pink: "bg-[#fbdcea] text-[#83164c] dark:bg-[#4a1c33] dark:text-[#fbb3d4]",
};
