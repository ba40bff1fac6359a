import type { ReactNode } from "react";
import { list_webhook_endpoints } from "../api/operations";
import { useHere } from "../app/business";
import { useFilters } from "../lib/query";
import { Page } from "../parts/page";
import { TabLinks } from "../parts/tabs";
import { useWords } from "../words/provider";
import { BusinessSettings } from "./settings_business";
import { LabelSettings } from "./settings_labels";
import { NotificationChoices } from "./settings_notifications";
import { OrderSettings } from "./settings_orders";
import { BrowserPush } from "./settings_push";
import { ReplySettings } from "./settings_replies";
import { WebhookSettings } from "./settings_webhooks";
import { OwnSettings } from "./settings_you";

export default function Settings() {
  const { t } = useWords();
  const { at, may } = useHere();
  const [{ tab = "business" }] = useFilters("tab");
  const tabs: Array<{ id: string; label: string; page: ReactNode }> = [
    { id: "business", label: t("settings.business"), page: <BusinessSettings /> },
    { id: "orders", label: t("nav.orders"), page: <OrderSettings /> },
    { id: "replies", label: t("settings.replies"), page: <ReplySettings /> },
    { id: "labels", label: t("settings.labels"), page: <LabelSettings /> },
    {
      id: "notifications",
      label: t("settings.notifications"),
      page: (
        <div className="flex flex-col gap-5">
          <BrowserPush />
          <NotificationChoices />
        </div>
      ),
    },
    ...(may(list_webhook_endpoints) ? [{ id: "webhooks", label: t("settings.webhooks"), page: <WebhookSettings /> }] : []),
    { id: "you", label: t("settings.you"), page: <OwnSettings /> },
  ];
  const current = tabs.find(({ id }) => id === tab) ?? tabs[0];
  return (
    <Page title={t("nav.settings")} isNarrow>
      <TabLinks label={t("nav.settings")} current={current?.id ?? ""} tabs={tabs.map(({ id, label }) => ({ id, label, to: `${at("settings")}?tab=${id}` }))} />
      {current?.page}
    </Page>
  );
}
