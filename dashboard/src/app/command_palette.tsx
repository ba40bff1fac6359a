// Cmd/Ctrl-K: to any page, chat or order by a few letters.

import * as Radix from "@radix-ui/react-dialog";
import { CornerDownLeft, MessageSquare, ShoppingBag } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useDeferredValue, useId, useMemo, useState } from "react";
import { useLocation } from "wouter";
import { useApi } from "../api/hooks";
import { list_conversations, list_orders, save_training_draft } from "../api/operations";
import { customerName } from "../lib/customers";
import { names } from "../lib/names";
import { useFocusBack } from "../parts/focus_back";
import { useWords } from "../words/provider";
import { useHere } from "./business";
import { guidePlace, usePlaces } from "./frame";

interface Found {
  id: string;
  icon: ReactNode;
  label: string;
  hint?: string;
  to: string;
}

export default function CommandPalette({ onClose }: { onClose(): void }) {
  const { t, money } = useWords();
  const { business_id, at, may } = useHere();
  const mayGuide = may(save_training_draft);
  const { main, money: moneyPlaces, more } = usePlaces();
  const [, go] = useLocation();
  const listId = useId();
  const back = useFocusBack();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const words = useDeferredValue(text.trim());
  const isOn = words.length > 0;
  const chats = useApi(list_conversations, { business_id, query: { name: words, limit: 5 } }, { isOn, keepsOld: true });
  const orders = useApi(list_orders, { business_id, query: { search: words, limit: 5 } }, { isOn, keepsOld: true });

  const found = useMemo<Found[]>(() => {
    const lower = words.toLowerCase();
    const pages = [...main, ...moneyPlaces, ...more, ...(mayGuide ? [guidePlace] : [])]
      .filter(({ label }) => t(label).toLowerCase().includes(lower))
      .map(({ path, label, icon: Icon }) => ({ id: path, icon: <Icon aria-hidden className="size-4" />, label: t(label), to: at(path) }));
    if (!isOn) return pages;
    const people = (chats.data?.items ?? []).map((one) => ({
      id: one.id,
      icon: <MessageSquare aria-hidden className="size-4" />,
      label: customerName(t, one.customer_name, one.customer_id),
      hint: one.preview,
      to: at(`inbox/${one.id}`),
    }));
    const sales = (orders.data?.items ?? []).map((one) => ({
      id: one.id,
      icon: <ShoppingBag aria-hidden className="size-4" />,
      label: t("order.title", { number: String(one.number) }),
      hint: `${one.customer_name} · ${money(one.total_minor, one.currency)}`,
      to: at(`orders/${one.id}`),
    }));
    return [...pages, ...people, ...sales];
  }, [main, moneyPlaces, more, mayGuide, words, isOn, chats.data, orders.data, t, money, at]);

  const current = Math.min(chosen, found.length - 1);
  const open = (one: Found | undefined) => {
    if (!one) return;
    onClose();
    go(one.to);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setChosen(Math.min(current + 1, found.length - 1));
    else if (event.key === "ArrowUp") setChosen(Math.max(current - 1, 0));
    else if (event.key === "Enter") open(found[current]);
    else return;
    event.preventDefault();
  };

  return (
    <Radix.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/45" />
        <Radix.Content
          {...back}
          aria-describedby={undefined}
          className="fixed inset-x-3 top-[10dvh] z-50 mx-auto max-w-xl overflow-hidden rounded-lg bg-surface shadow-floating focus:outline-none"
        >
          <Radix.Title className="sr-only">{t("palette.open")}</Radix.Title>
          <input
            role="combobox"
            aria-expanded="true"
            aria-controls={listId}
            aria-activedescendant={found[current] ? `${listId}-${current}` : undefined}
            aria-label={t("palette.hint")}
            placeholder={t("palette.hint")}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setChosen(0);
            }}
            onKeyDown={press}
            className="min-h-13 w-full border-b border-line bg-transparent px-4 text-lg outline-none"
          />
          <div id={listId} role="listbox" aria-label={t("palette.results")} className="scroll-quiet max-h-[55dvh] min-h-24 overflow-y-auto p-1.5">
            {found.length === 0 && <p className="px-3 py-6 text-center text-base text-ink-faint">{t("palette.nothing")}</p>}
            {found.map((one, index) => (
              <div
                key={one.id}
                id={`${listId}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === current}
                onPointerMove={() => setChosen(index)}
                onClick={() => open(one)}
                onKeyDown={press}
                className={names("flex min-h-10 cursor-pointer items-center gap-3 rounded-md px-3 text-base", index === current && "bg-hover")}
              >
                <span className="text-ink-faint">{one.icon}</span>
                <span className="shrink-0 font-medium">{one.label}</span>
                {one.hint && <span className="min-w-0 flex-1 truncate text-ink-faint">{one.hint}</span>}
                {index === current && <CornerDownLeft aria-hidden className="ms-auto size-4 shrink-0 text-ink-faint rtl:-scale-x-100" />}
              </div>
            ))}
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
