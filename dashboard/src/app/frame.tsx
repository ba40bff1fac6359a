// Navigation: a side bar on a desk, a bar under the thumb on a phone, and what is the same everywhere.

import {
  Activity,
  Banknote,
  Bot,
  Cable,
  ChevronsUpDown,
  CreditCard,
  Ellipsis,
  FileText,
  Inbox,
  ListTodo,
  LogOut,
  type LucideIcon,
  Package,
  Plus,
  Rocket,
  Search,
  Settings,
  ShieldCheck,
  ShoppingBag,
  Undo2,
  Users,
  UsersRound,
} from "lucide-react";
import { type ComponentType, lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { Link, useLocation } from "wouter";
import { list_activity, save_training_draft } from "../api/operations";
import { useGuideAway } from "../lib/guide_kept";
import { names } from "../lib/names";
import { useLiveState } from "../live/provider";
import { Avatar } from "../parts/avatar";
import { Kbd } from "../parts/kbd";
import { Menu, MenuHead, MenuItem, MenuLine, readMenu } from "../parts/menu";
import { Spinner } from "../parts/spinner";
import { useWords } from "../words/provider";
import type { Key } from "../words/words";
import { useHere } from "./business";
import { useKeptSince } from "./services";
import { useSignOut } from "./sign_out";
import { useMoneyWaiting } from "./use_money_waiting";

const CommandPalette = lazy(() => import("./command_palette"));
// Everything else works without it.
const Nothing = () => null;
const GuideLink = lazy<ComponentType>(() => import("./guide_link").catch(() => ({ default: Nothing })));
const Bell = lazy<ComponentType>(() => import("./bell").catch(() => ({ default: Nothing })));

export interface Place {
  path: string;
  label: Key;
  icon: LucideIcon;
  /** On a phone below "More": the bar has room for four. */
  isInMore?: boolean;
}

export function usePlaces(): { main: Place[]; money: Place[]; more: Place[] } {
  const { may } = useHere();
  return {
    main: [
      { path: "inbox", label: "nav.inbox", icon: Inbox },
      { path: "tasks", label: "nav.tasks", icon: ListTodo, isInMore: true },
      { path: "orders", label: "nav.orders", icon: ShoppingBag },
      { path: "products", label: "nav.products", icon: Package },
      { path: "customers", label: "nav.customers", icon: UsersRound },
    ],
    money: [
      { path: "payments", label: "order.payments", icon: Banknote },
      { path: "refunds", label: "money.refunds", icon: Undo2 },
      { path: "invoices", label: "money.invoices", icon: FileText },
    ],
    more: [
      { path: "training", label: "nav.training", icon: Bot },
      { path: "connections", label: "nav.connections", icon: Cable },
      { path: "team", label: "nav.team", icon: Users },
      { path: "plan", label: "nav.plan", icon: CreditCard },
      ...(may(list_activity) ? [{ path: "activity", label: "nav.activity", icon: Activity } as const] : []),
      { path: "settings", label: "nav.settings", icon: Settings },
      { path: "security", label: "nav.security", icon: ShieldCheck },
    ],
  };
}

/** The guided start: for those who can do what it asks for. */
export const guidePlace: Place = { path: "guide", label: "nav.guide", icon: Rocket };

function useIsGuideWanted(): boolean {
  const { may, me, business_id } = useHere();
  const isAway = useGuideAway(business_id, me.id);
  return may(save_training_draft) && !isAway;
}

export function Frame({ children }: { children: ReactNode }) {
  const { t } = useWords();
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const [path] = useLocation();
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setPaletteOpen((open) => !open);
      }
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
  // Behind the page, which waits for none of it: whoever wants to sign out may have no network then.
  useEffect(readMenu, []);
  // On a phone a chat takes the whole screen.
  const isChat = /\/inbox\/./.test(path);
  return (
    <div className="flex min-h-dvh">
      <a href="#content" className="sr-only z-60 rounded-md bg-brand px-4 py-2 text-on-brand focus:not-sr-only focus:fixed focus:start-3 focus:top-3">
        {t("nav.skip")}
      </a>
      <SideBar onSearch={() => setPaletteOpen(true)} />
      <div className={names("flex min-w-0 flex-1 flex-col", !isChat && "max-lg:pb-14")}>
        <LiveNotice />
        <main id="content" tabIndex={-1} className="flex min-h-0 flex-1 flex-col focus:outline-none">
          {children}
        </main>
      </div>
      {!isChat && <BottomBar />}
      {isPaletteOpen && (
        <Suspense fallback={null}>
          <CommandPalette onClose={() => setPaletteOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}

function SideBar({ onSearch }: { onSearch(): void }) {
  const { t } = useWords();
  const { main, money, more } = usePlaces();
  const waiting = useMoneyWaiting();
  const isGuideWanted = useIsGuideWanted();
  return (
    <header className="sticky top-0 hidden h-dvh w-56 shrink-0 flex-col gap-4 border-e border-line bg-sunken px-3 py-3 lg:flex">
      <div className="flex items-center gap-1">
        <BusinessMenu />
        <Suspense>
          <Bell />
        </Suspense>
      </div>
      <button
        type="button"
        onClick={onSearch}
        className="flex min-h-9 items-center gap-2.5 rounded-md border border-line bg-surface px-2.5 text-base text-ink-faint hover:border-line-strong hover:text-ink-soft"
      >
        <Search aria-hidden className="size-4" />
        <span className="flex-1 text-start">{t("palette.open")}</span>
        <Kbd>{t("key.command-k")}</Kbd>
      </button>
      <nav aria-label={t("nav.main")} className="scroll-quiet flex min-h-0 flex-1 flex-col gap-0.5 overflow-y-auto">
        {main.map((place) => (
          <NavLink key={place.path} {...place} />
        ))}
        <p className="px-2.5 pt-4 pb-1 text-xs font-medium text-ink-faint">{t("nav.money")}</p>
        {money.map((place) => (
          <NavLink key={place.path} {...place} waiting={waiting[place.path]} />
        ))}
        <p className="px-2.5 pt-4 pb-1 text-xs font-medium text-ink-faint">{t("nav.business")}</p>
        {more.map((place) => (
          <NavLink key={place.path} {...place} />
        ))}
      </nav>
      {isGuideWanted && (
        <Suspense>
          <GuideLink />
        </Suspense>
      )}
      <AccountMenu />
    </header>
  );
}

function useIsAt(path: string): boolean {
  const { at } = useHere();
  const [here] = useLocation();
  return here === at(path) || here.startsWith(`${at(path)}/`);
}

function NavLink({ path, label, icon: Icon, waiting }: Place & { waiting?: string | undefined }) {
  const { t } = useWords();
  const { at } = useHere();
  const isHere = useIsAt(path);
  return (
    <Link
      href={at(path)}
      aria-current={isHere ? "page" : undefined}
      className={names(
        "flex min-h-9 items-center gap-2.5 rounded-md px-2.5 text-base font-medium",
        isHere ? "bg-surface text-ink shadow-raised" : "text-ink-soft hover:bg-hover hover:text-ink",
      )}
    >
      <Icon aria-hidden className={names("size-4.5", isHere && "text-brand")} strokeWidth={1.8} />
      <span className="min-w-0 flex-1 truncate">{t(label)}</span>
      <WaitingCount count={waiting} />
    </Link>
  );
}

/** How much of a page waits for a person. */
function WaitingCount({ count }: { count: string | undefined }) {
  const { t } = useWords();
  if (!count) return null;
  return (
    <span className="ms-auto rounded-full bg-warn-soft px-1.5 text-xs font-medium text-warn tabular-nums">
      {count} <span className="sr-only">{t("nav.waiting")}</span>
    </span>
  );
}

function BusinessMenu() {
  const { t } = useWords();
  const { me, business, business_id } = useHere();
  const [, go] = useLocation();
  return (
    <Menu
      align="start"
      trigger={
        <button type="button" className="flex min-h-11 w-full items-center gap-2.5 rounded-md px-1.5 text-start hover:bg-hover">
          <span aria-hidden className="inline-flex size-8 shrink-0 items-center justify-center rounded-lg bg-brand text-base font-bold text-on-brand">
            {[...business.name][0]?.toUpperCase()}
          </span>
          <span className="min-w-0 flex-1 truncate text-base font-semibold">{business.name}</span>
          <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-ink-faint" />
        </button>
      }
    >
      <MenuHead>{t("nav.businesses")}</MenuHead>
      {me.memberships.map((one) => (
        <MenuItem key={one.business_id} onSelect={() => go(`/businesses/${one.business_id}/inbox`)} disabled={one.business_id === business_id}>
          <span className="min-w-0 flex-1 truncate">{one.business_name}</span>
          <span className="text-sm text-ink-faint">{t(`role.${one.role}`)}</span>
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem icon={<Plus aria-hidden className="size-4" />} onSelect={() => go("/start")}>
        {t("nav.found")}
      </MenuItem>
    </Menu>
  );
}

function AccountMenu() {
  const { t } = useWords();
  const { me, at } = useHere();
  const [, go] = useLocation();
  const signOut = useSignOut();
  return (
    <Menu
      align="start"
      trigger={
        <button type="button" className="flex min-h-11 w-full items-center gap-2.5 rounded-md px-1.5 text-start hover:bg-hover">
          <Avatar name={me.name || me.email} id={me.id} size="medium" />
          <span className="min-w-0 flex-1">
            <bdi className="block truncate text-base font-medium [text-align:-webkit-match-parent] [text-align:match-parent]">{me.name || me.email}</bdi>
            {me.name && <bdi className="block truncate text-xs text-ink-faint [text-align:-webkit-match-parent] [text-align:match-parent]">{me.email}</bdi>}
          </span>
          <Ellipsis aria-hidden className="size-4 shrink-0 text-ink-faint" />
        </button>
      }
    >
      <MenuItem icon={<ShieldCheck aria-hidden className="size-4" />} onSelect={() => go(at("security"))}>
        {t("nav.security")}
      </MenuItem>
      <MenuItem icon={<Settings aria-hidden className="size-4" />} onSelect={() => go(at("settings"))}>
        {t("nav.settings")}
      </MenuItem>
      <MenuLine />
      <MenuItem icon={<LogOut aria-hidden className="size-4 rtl:rotate-180" />} onSelect={signOut}>
        {t("nav.sign-out")}
      </MenuItem>
    </Menu>
  );
}

const isUnderThumb = ({ isInMore }: Place) => !isInMore;

function BottomBar() {
  const { t } = useWords();
  const { at, me, business_id } = useHere();
  const { main, money, more } = usePlaces();
  const waiting = useMoneyWaiting();
  const isGuideWanted = useIsGuideWanted();
  const [, go] = useLocation();
  const signOut = useSignOut();
  const item = "flex min-w-0 flex-auto flex-col items-center justify-center gap-0.5 text-xs font-medium";
  return (
    <nav aria-label={t("nav.main")} className="fixed inset-x-0 bottom-0 z-30 flex h-14 items-stretch border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] lg:hidden">
      {main.filter(isUnderThumb).map((place) => (
        <BottomLink key={place.path} place={place} className={item} to={at(place.path)} />
      ))}
      <Suspense>
        <Bell />
      </Suspense>
      <Menu
        trigger={
          <button type="button" className={names(item, "text-ink-soft")}>
            <span className="relative">
              <Ellipsis aria-hidden className="size-5" />
              {Object.keys(waiting).length > 0 && <span aria-hidden className="absolute -end-1 top-0 size-2 rounded-full bg-warn" />}
            </span>
            {t("nav.more")}
          </button>
        }
      >
        {[...(isGuideWanted ? [guidePlace] : []), ...main.filter((place) => !isUnderThumb(place)), ...money, ...more].map(({ path, label, icon: Icon }) => (
          <MenuItem key={path} icon={<Icon aria-hidden className="size-4" />} onSelect={() => go(at(path))}>
            {t(label)}
            <WaitingCount count={waiting[path]} />
          </MenuItem>
        ))}
        {me.memberships.length > 1 && (
          <>
            <MenuLine />
            <MenuHead>{t("nav.businesses")}</MenuHead>
            {me.memberships.map((one) => (
              <MenuItem key={one.business_id} onSelect={() => go(`/businesses/${one.business_id}/inbox`)} disabled={one.business_id === business_id}>
                {one.business_name}
              </MenuItem>
            ))}
          </>
        )}
        <MenuLine />
        <MenuItem icon={<LogOut aria-hidden className="size-4 rtl:rotate-180" />} onSelect={signOut}>
          {t("nav.sign-out")}
        </MenuItem>
      </Menu>
    </nav>
  );
}

function BottomLink({ place: { path, label, icon: Icon }, to, className }: { place: Place; to: string; className: string }) {
  const { t } = useWords();
  const isHere = useIsAt(path);
  return (
    <Link href={to} aria-current={isHere ? "page" : undefined} className={names(className, isHere ? "text-brand" : "text-ink-soft")}>
      <Icon aria-hidden className="size-5" strokeWidth={1.8} />
      <span className="max-w-full truncate">{t(label)}</span>
    </Link>
  );
}

/** Said after a moment: most gaps end before anybody reads of them. */
function LiveNotice() {
  const { t, date } = useWords();
  const state = useLiveState();
  const since = useKeptSince();
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    setLong(false);
    if (state === "live") return;
    const timer = setTimeout(() => setLong(true), 1500);
    return () => clearTimeout(timer);
  }, [state]);
  if (since === null && (state === "live" || !isLong)) return null;
  return (
    <div role="status" data-notice className="flex h-8 shrink-0 items-center justify-center gap-2 bg-warn-soft px-3 text-xs font-medium text-warn sm:text-sm">
      {state !== "stopped" && <Spinner className="size-3.5 shrink-0" />}
      {since !== null ? t("live.kept", { at: date(since, "both") }) : t(state === "stopped" ? "live.stopped" : "live.reconnecting")}
    </div>
  );
}
