// How much the person has not read, and the list of it. A chunk of its own: nothing waits for it.

import { Bell } from "lucide-react";
import { type ComponentType, useState } from "react";
import { useApi } from "../api/hooks";
import { count_unread_notifications } from "../api/operations";
import { ApiProblem } from "../api/problem";
import { IconButton } from "../parts/button";
import { Drawer } from "../parts/dialog";
import { tellProblem } from "../parts/toast";
import { notificationCatalogueOf } from "../words/notifications";
import { useLanguage, useWords } from "../words/provider";
import { useHere } from "./business";

/** More are a badge as wide as the bar. */
const most = 99;

export default function NotificationBell() {
  const { t, number } = useWords();
  const { language } = useLanguage();
  const { business_id } = useHere();
  const [isOpen, setOpen] = useState(false);
  const [List, setList] = useState<ComponentType<{ onClose(): void }> | null>(null);
  const unread = useApi(count_unread_notifications, { business_id }).data?.unread ?? 0;
  const shown = unread > most ? `${number(most)}+` : number(unread);
  const label = unread > 0 ? `${t("settings.notifications")}: ${shown} (${t("inbox.unread")})` : t("settings.notifications");
  const open = async () => {
    try {
      const [{ default: Read }] = await Promise.all([import("./bell_list"), notificationCatalogueOf(language)]);
      setList(() => Read);
      setOpen(true);
    } catch {
      tellProblem(new ApiProblem({ kind: "network" }));
    }
  };
  return (
    <>
      <IconButton label={label} aria-haspopup="dialog" aria-expanded={isOpen} className="relative self-center" onClick={open}>
        <Bell aria-hidden className="size-5" strokeWidth={1.8} />
        {unread > 0 && (
          <span aria-hidden className="absolute end-0 top-0 min-w-4.5 rounded-full bg-brand px-1 text-center text-xs font-semibold text-on-brand tabular-nums">
            {shown}
          </span>
        )}
      </IconButton>
      <span aria-live="polite" className="sr-only">
        {unread > 0 && label}
      </span>
      <Drawer isOpen={isOpen && List !== null} onClose={() => setOpen(false)} title={t("settings.notifications")}>
        {List && <List onClose={() => setOpen(false)} />}
      </Drawer>
    </>
  );
}
