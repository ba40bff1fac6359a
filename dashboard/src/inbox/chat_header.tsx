// Above a thread: whose it is, and what can be done with it.

import { AlarmClock, ArrowLeft, Bot, Clock, PanelRight, Tag, UserRound, UserRoundPlus } from "lucide-react";
import { Link } from "wouter";
import { useChange } from "../api/hooks";
import { assign_conversation, attach_label, type Conversation, detach_label, end_snooze, snooze_conversation, take_over_conversation } from "../api/operations";
import { useHere } from "../app/business";
import { customerName } from "../lib/customers";
import { names } from "../lib/names";
import { useNow } from "../lib/now";
import { atHour, daysToMonday } from "../lib/zone";
import { Avatar } from "../parts/avatar";
import { Badge } from "../parts/badge";
import { Button, IconButton } from "../parts/button";
import { ChannelMark } from "../parts/channel";
import { Menu, MenuCheck, MenuHead, MenuItem, MenuLine } from "../parts/menu";
import { tellProblem } from "../parts/toast";
import { useWords } from "../words/provider";
import { labelColours, useLabels, useMembers } from "./people";
import { sendWindow } from "./window";

export type OpenMenu = "assign" | "snooze" | "labels" | null;

interface Given {
  chat: Conversation;
  back: string;
  menu: OpenMenu;
  onMenu(menu: OpenMenu): void;
  isSideOpen: boolean;
  onSide(): void;
  onChat(chat: Conversation): void;
  onOwner(owner: Pick<Conversation, "owner" | "epoch" | "taken_by">): void;
}

export function ChatHeader({ chat, back, menu, onMenu, isSideOpen, onSide, onChat, onOwner }: Given) {
  const { t, left } = useWords();
  const { business_id, may, me } = useHere();
  const { nameOf } = useMembers();
  const labels = useLabels();
  const now = useNow(30_000);
  const ids = { business_id, conversation_id: chat.id };
  const takeOver = useChange(take_over_conversation, onOwner);
  const window = sendWindow(chat.channel, chat.last_customer_at, now);
  const name = customerName(t, chat.customer_name, chat.customer_id);
  const open = (wanted: OpenMenu) => (isOpen: boolean) => onMenu(isOpen ? wanted : null);
  return (
    <header className="flex min-h-15 items-center gap-2 border-b border-line bg-surface px-2 py-2 max-sm:flex-wrap max-sm:gap-y-0 max-sm:pb-0 sm:px-4">
      <Link href={back} aria-label={t("inbox.back")} className="inline-flex size-11 shrink-0 items-center justify-center rounded-md text-ink-soft hover:bg-hover lg:hidden">
        <ArrowLeft aria-hidden className="size-5 rtl:rotate-180" />
      </Link>
      <span className="relative shrink-0 max-sm:hidden">
        <Avatar name={name} id={chat.customer_id} />
        <ChannelMark channel={chat.channel} className="absolute -end-1 -bottom-1 ring-2 ring-surface" />
      </span>
      <div className="min-w-0 flex-1">
        <h1 className="truncate text-lg font-semibold">
          <bdi>{name}</bdi>
        </h1>
        <p className="flex items-center gap-2 overflow-hidden text-sm whitespace-nowrap text-ink-faint">
          {chat.owner === "ai" ? (
            <span className="inline-flex items-center gap-1 text-ai">
              <Bot aria-hidden className="size-3.5" />
              {t("owner.ai-answers")}
            </span>
          ) : (
            <span className="inline-flex items-center gap-1">
              <UserRound aria-hidden className="size-3.5" />
              {chat.taken_by === me.id ? t("owner.you") : t("owner.named", { name: nameOf(chat.taken_by) ?? t("owner.person") })}
            </span>
          )}
          {window.state === "open" && (
            <span className={names("inline-flex items-center gap-1", window.closesAt - now < 4 * 3_600_000 && "text-warn")} title={t("window.ends")}>
              <Clock aria-hidden className="size-3.5" />
              {left(window.closesAt - now)}
            </span>
          )}
          {chat.snoozed_until && <Badge tone="info">{t("snooze.is")}</Badge>}
          {chat.is_blocked && <Badge tone="bad">{t("customer.blocked")}</Badge>}
        </p>
      </div>
      <div className="flex items-center gap-2 max-sm:w-full max-sm:justify-end">
        {may(take_over_conversation) && chat.owner === "ai" && (
          <Button size="small" isBusy={takeOver.isPending} onClick={() => takeOver.mutate(ids, { onError: tellProblem })}>
            {t("inbox.take-over")}
          </Button>
        )}
        {may(assign_conversation) && (
          <div className="flex items-center">
            <AssignMenu chat={chat} isOpen={menu === "assign"} onOpenChange={open("assign")} onChat={onChat} />
            <LabelMenu chat={chat} isOpen={menu === "labels"} onOpenChange={open("labels")} onChat={onChat} all={labels.all} />
            <SnoozeMenu chat={chat} isOpen={menu === "snooze"} onOpenChange={open("snooze")} onChat={onChat} />
          </div>
        )}
        <IconButton label={t("inbox.side")} isOn={isSideOpen} onClick={onSide}>
          <PanelRight aria-hidden className="size-4.5 rtl:-scale-x-100" />
        </IconButton>
      </div>
    </header>
  );
}

interface MenuGiven {
  chat: Conversation;
  isOpen: boolean;
  onOpenChange(open: boolean): void;
  onChat(chat: Conversation): void;
}

function AssignMenu({ chat, onChat, ...menu }: MenuGiven) {
  const { t } = useWords();
  const { business_id, me } = useHere();
  const { all, nameOf } = useMembers();
  const assign = useChange(assign_conversation, onChat);
  const to = (assignee_id: string | null) => assign.mutate({ business_id, conversation_id: chat.id, body: { assignee_id } }, { onError: tellProblem });
  const assignee = nameOf(chat.assignee_id);
  const others = all.filter(({ id, role }) => id !== me.id && role !== "viewer");
  return (
    <Menu
      {...menu}
      trigger={
        <IconButton label={assignee ? t("assign.is", { name: assignee }) : t("assign.label")}>
          {chat.assignee_id ? <Avatar name={assignee ?? "?"} id={chat.assignee_id} size="small" /> : <UserRoundPlus aria-hidden className="size-4.5" />}
        </IconButton>
      }
    >
      <MenuHead>{t("assign.label")}</MenuHead>
      <MenuCheck isOn={chat.assignee_id === me.id} onSelect={() => to(chat.assignee_id === me.id ? null : me.id)}>
        {t("assign.me")}
      </MenuCheck>
      {others.map((one) => (
        <MenuCheck key={one.id} isOn={chat.assignee_id === one.id} onSelect={() => to(one.id)}>
          {one.name || one.email}
        </MenuCheck>
      ))}
      {chat.assignee_id && (
        <>
          <MenuLine />
          <MenuItem onSelect={() => to(null)}>{t("assign.nobody")}</MenuItem>
        </>
      )}
    </Menu>
  );
}

function LabelMenu({ chat, onChat, all, ...menu }: MenuGiven & { all: ReturnType<typeof useLabels>["all"] }) {
  const { t } = useWords();
  const { business_id } = useHere();
  const attach = useChange(attach_label, onChat);
  const detach = useChange(detach_label, onChat);
  return (
    <Menu
      {...menu}
      trigger={
        <IconButton label={t("labels.label")}>
          <Tag aria-hidden className="size-4.5" />
        </IconButton>
      }
    >
      <MenuHead>{t("labels.label")}</MenuHead>
      {all.length === 0 && <p className="px-2.5 pb-2 text-sm text-ink-faint">{t("labels.none")}</p>}
      {all.map((label) => {
        const isOn = chat.label_ids.includes(label.id);
        const wish = { business_id, conversation_id: chat.id, label_id: label.id };
        return (
          <MenuCheck key={label.id} isOn={isOn} onSelect={() => (isOn ? detach : attach).mutate(wish, { onError: tellProblem })}>
            <span className={names("rounded-full px-2 text-sm", labelColours[label.colour])}>{label.name}</span>
          </MenuCheck>
        );
      })}
    </Menu>
  );
}

function SnoozeMenu({ chat, onChat, ...menu }: MenuGiven) {
  const { t, date, zone } = useWords();
  const { business_id } = useHere();
  const now = useNow(60_000);
  const snooze = useChange(snooze_conversation, onChat);
  const end = useChange(end_snooze, onChat);
  const ids = { business_id, conversation_id: chat.id };
  const choices = [
    { label: t("snooze.hours"), at: now + 3 * 3_600_000 },
    { label: t("snooze.tomorrow"), at: atHour(1, 9, zone, now) },
    { label: t("snooze.monday"), at: atHour(daysToMonday(zone, now), 9, zone, now) },
  ];
  return (
    <Menu
      {...menu}
      trigger={
        <IconButton label={t("snooze.label")} isOn={chat.snoozed_until !== null}>
          <AlarmClock aria-hidden className="size-4.5" />
        </IconButton>
      }
    >
      <MenuHead>{t("snooze.label")}</MenuHead>
      {choices.map(({ label, at }) => (
        <MenuItem key={label} onSelect={() => snooze.mutate({ ...ids, body: { until: new Date(at).toISOString() } }, { onError: tellProblem })}>
          <span className="flex-1">{label}</span>
          <span className="text-sm text-ink-faint">{date(at)}</span>
        </MenuItem>
      ))}
      {chat.snoozed_until && (
        <>
          <MenuLine />
          <MenuItem onSelect={() => end.mutate(ids, { onError: tellProblem })}>{t("snooze.end")}</MenuItem>
        </>
      )}
    </Menu>
  );
}
