// An order that a person makes for the customer of a chat. The server has the prices.

import { Minus, Plus, X } from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";
import { useApi } from "../api/hooks";
import { list_conversations, list_products, type Product, place_order, show_conversation } from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { customerName } from "../lib/customers";
import { Avatar } from "../parts/avatar";
import { Button, IconButton } from "../parts/button";
import { ChannelMark } from "../parts/channel";
import { Drawer } from "../parts/dialog";
import { Checkbox, Field, TextArea } from "../parts/field";
import { SearchInput } from "../parts/search_input";
import { ErrorState, ProblemBanner, SkeletonRows } from "../parts/states";
import { tell } from "../parts/toast";
import { useOrderWords } from "../words/orders";
import { wishKeys } from "./wish_keys";

interface Line {
  product: Product;
  quantity: number;
}

const mostOfOne = 10_000;

export function NewOrder({ conversation_id, onClose }: { conversation_id: string | null; onClose(): void }) {
  const { t, money } = useOrderWords();
  const { business_id, business, at } = useHere();
  const { call, queries } = useServices();
  const [, go] = useLocation();
  const [chat, setChat] = useState(conversation_id);
  const [lines, setLines] = useState<Line[]>([]);
  const [note, setNote] = useState("");
  const [sendsLink, setSendsLink] = useState(true);
  const [tells, setTells] = useState(true);
  const [isDuplicate, setDuplicate] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [keyed] = useState(wishKeys);

  const change = (product: Product, quantity: number) => {
    setLines((before) => {
      const others = before.filter((line) => line.product.id !== product.id);
      if (quantity < 1) return others;
      const known = before.some((line) => line.product.id === product.id);
      const line = { product, quantity: Math.min(quantity, mostOfOne) };
      return known ? before.map((one) => (one.product.id === product.id ? line : one)) : [...before, line];
    });
  };
  const total = lines.reduce((sum, { product, quantity }) => sum + product.price_minor * quantity, 0);

  const submit = async () => {
    if (!chat) return;
    setBusy(true);
    setError(null);
    try {
      const body = {
        conversation_id: chat,
        items: lines.map(({ product, quantity }) => ({ sku: product.sku, quantity })),
        ...(note.trim() ? { note: note.trim() } : {}),
        ...(isDuplicate ? { allow_duplicate: true } : {}),
        tell_customer: tells,
        send_payment_link: sendsLink,
      };
      const made = await keyed(body, (key) => call(place_order, { business_id, key, body }));
      queries.setQueryData(["show_order", { business_id, order_id: made.order.id }], made.order);
      void queries.invalidateQueries({ queryKey: ["list_orders", { business_id }] });
      tell(t(made.is_new ? (made.payment_link === "failed" ? "order.placed-without-link" : "order.placed-now") : "order.was-there"));
      go(at(`orders/${made.order.id}`));
    } catch (refused) {
      setError(refused);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Drawer isOpen onClose={onClose} title={t("order.new")} hint={t("order.new-hint")}>
      <div className="flex flex-col gap-5">
        {chat ? <Chosen conversation_id={chat} onChange={() => setChat(null)} /> : <ChooseChat onChoose={setChat} />}
        {chat && (
          <>
            <ChooseProducts lines={lines} onChange={change} />
            {lines.length > 0 && (
              <ul className="flex flex-col divide-y divide-line rounded-lg border border-line">
                {lines.map(({ product, quantity }) => (
                  <li key={product.id} className="flex items-center gap-3 p-3">
                    <div className="min-w-0 flex-1">
                      <p className="truncate font-medium">{product.name}</p>
                      <p className="text-sm text-ink-faint">{money(product.price_minor, product.currency)}</p>
                    </div>
                    <div className="flex items-center">
                      <IconButton label={t("order.less", { name: product.name })} onClick={() => change(product, quantity - 1)}>
                        {quantity > 1 ? <Minus aria-hidden className="size-4" /> : <X aria-hidden className="size-4" />}
                      </IconButton>
                      <input
                        aria-label={t("order.quantity-of", { name: product.name })}
                        inputMode="numeric"
                        value={quantity}
                        onChange={(event) => change(product, Number(event.target.value.replace(/\D/g, "")) || 1)}
                        className="w-12 rounded-md bg-transparent text-center tabular-nums"
                      />
                      <IconButton label={t("order.one-more", { name: product.name })} onClick={() => change(product, quantity + 1)}>
                        <Plus aria-hidden className="size-4" />
                      </IconButton>
                    </div>
                  </li>
                ))}
                <li className="flex items-baseline justify-between p-3 font-semibold">
                  {t("order.total")}
                  <span className="tabular-nums">{money(total, business.currency)}</span>
                </li>
              </ul>
            )}
            <Field label={t("order.note")}>
              <TextArea value={note} maxLength={250} onChange={(event) => setNote(event.target.value)} />
            </Field>
            <div className="flex flex-col gap-3">
              <Checkbox label={t("order.tell")} checked={tells} onChange={(event) => setTells(event.target.checked)} />
              <Checkbox label={t("order.send-link")} checked={sendsLink} onChange={(event) => setSendsLink(event.target.checked)} />
              <Checkbox label={t("order.duplicate")} hint={t("order.duplicate-hint")} checked={isDuplicate} onChange={(event) => setDuplicate(event.target.checked)} />
            </div>
            <ProblemBanner error={error} />
            <Button look="primary" isBusy={isBusy} disabled={lines.length === 0} onClick={submit}>
              {t("order.place")}
            </Button>
          </>
        )}
      </div>
    </Drawer>
  );
}

function Chosen({ conversation_id, onChange }: { conversation_id: string; onChange(): void }) {
  const { t } = useOrderWords();
  const { business_id } = useHere();
  const chat = useApi(show_conversation, { business_id, conversation_id });
  if (chat.error) return <ErrorState error={chat.error} onRetry={chat.refetch} />;
  if (!chat.data) return <SkeletonRows count={1} />;
  const name = customerName(t, chat.data.customer_name, chat.data.customer_id);
  return (
    <div className="flex items-center gap-3 rounded-lg bg-sunken p-3">
      <Avatar name={name} id={chat.data.customer_id} />
      <bdi className="min-w-0 flex-1 truncate font-medium">{name}</bdi>
      <ChannelMark channel={chat.data.channel} />
      <Button size="small" look="quiet" onClick={onChange}>
        {t("action.change")}
      </Button>
    </div>
  );
}

function ChooseChat({ onChoose }: { onChoose(id: string): void }) {
  const { t } = useOrderWords();
  const { business_id } = useHere();
  const [name, setName] = useState("");
  const chats = useApi(list_conversations, { business_id, query: { limit: 12, ...(name ? { name } : {}) } }, { keepsOld: true });
  return (
    <div className="flex flex-col gap-2">
      <h3 className="text-sm font-medium">{t("order.for-whom")}</h3>
      <SearchInput label={t("customer.search")} value={name} onSearch={setName} />
      {chats.isPending && <SkeletonRows count={4} />}
      {chats.error && <ErrorState error={chats.error} onRetry={chats.refetch} />}
      {chats.data?.items.length === 0 && <p className="py-4 text-center text-ink-faint">{t("customer.none-found")}</p>}
      {chats.data?.items.map((one) => (
        <button key={one.id} type="button" onClick={() => onChoose(one.id)} className="flex min-h-13 items-center gap-3 rounded-lg px-2 text-start hover:bg-hover">
          <Avatar name={one.customer_name} id={one.customer_id} />
          <span className="min-w-0 flex-1">
            <bdi className="block truncate font-medium">{customerName(t, one.customer_name, one.customer_id)}</bdi>
            <bdi className="block truncate text-sm text-ink-faint">{one.preview}</bdi>
          </span>
          <ChannelMark channel={one.channel} />
        </button>
      ))}
    </div>
  );
}

function ChooseProducts({ lines, onChange }: { lines: Line[]; onChange(product: Product, quantity: number): void }) {
  const { t, money } = useOrderWords();
  const { business_id } = useHere();
  const [search, setSearch] = useState("");
  const products = useApi(list_products, { business_id, query: { active: true, limit: 8, ...(search ? { search } : {}) } }, { keepsOld: true });
  const taken = new Set(lines.map(({ product }) => product.id));
  return (
    <div className="flex flex-col gap-2">
      <h3 className="text-sm font-medium">{t("order.what")}</h3>
      <SearchInput label={t("product.search")} value={search} onSearch={setSearch} />
      {products.error && <ErrorState error={products.error} onRetry={products.refetch} />}
      <ul className="flex flex-col">
        {products.data?.items
          .filter(({ id }) => !taken.has(id))
          .map((product) => (
            <li key={product.id}>
              <button
                type="button"
                disabled={product.stock < 1}
                onClick={() => onChange(product, 1)}
                className="flex min-h-11 w-full items-center gap-3 rounded-lg px-2 text-start hover:bg-hover disabled:opacity-50"
              >
                <Plus aria-hidden className="size-4 text-brand" />
                <span className="min-w-0 flex-1 truncate">{product.name}</span>
                <span className="text-sm text-ink-faint">{product.stock < 1 ? t("stock.none") : money(product.price_minor, product.currency)}</span>
              </button>
            </li>
          ))}
      </ul>
    </div>
  );
}
