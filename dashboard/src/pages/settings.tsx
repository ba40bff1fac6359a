import { Pencil, Plus, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useApi, whole } from "../api/hooks";
import {
  add_canned_reply,
  add_label,
  type CannedReply,
  change_business,
  change_canned_reply,
  change_label,
  change_me,
  change_notification_settings,
  type Label,
  list_canned_replies,
  list_labels,
  type NotificationSettings,
  remove_canned_reply,
  remove_label,
  show_notification_settings,
} from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { type Theme, useTheme } from "../app/theme";
import { labelColours } from "../inbox/people";
import { useForm } from "../lib/form";
import { names } from "../lib/names";
import { useFilters } from "../lib/query";
import { Button, IconButton } from "../parts/button";
import { Card } from "../parts/card";
import { ConfirmDialog, Dialog } from "../parts/dialog";
import { Checkbox, Field, Select, TextArea, TextInput } from "../parts/field";
import { Page } from "../parts/page";
import { ErrorState, ProblemBanner, SkeletonRows } from "../parts/states";
import { TabLinks } from "../parts/tabs";
import { tell } from "../parts/toast";
import { useLanguage, useWords } from "../words/provider";
import { type Language, languages } from "../words/words";
import { currencies, zones } from "./found";

export default function Settings() {
  const { t } = useWords();
  const { at } = useHere();
  const [{ tab = "business" }] = useFilters("tab");
  const tabs: Array<{ id: string; label: string; page: ReactNode }> = [
    { id: "business", label: t("settings.business"), page: <BusinessForm /> },
    { id: "replies", label: t("settings.replies"), page: <CannedReplies /> },
    { id: "labels", label: t("settings.labels"), page: <Labels /> },
    { id: "notifications", label: t("settings.notifications"), page: <Notifications /> },
    { id: "you", label: t("settings.you"), page: <You /> },
  ];
  const current = tabs.find(({ id }) => id === tab) ?? tabs[0];
  return (
    <Page title={t("nav.settings")} isNarrow>
      <TabLinks label={t("nav.settings")} current={current?.id ?? ""} tabs={tabs.map(({ id, label }) => ({ id, label, to: `${at("settings")}?tab=${id}` }))} />
      {current?.page}
    </Page>
  );
}

function BusinessForm() {
  const { t, language } = useWords();
  const { business_id, business, may } = useHere();
  const { call, queries } = useServices();
  const currencyNames = new Intl.DisplayNames(language, { type: "currency" });
  const form = useForm({ name: business.name, currency: business.currency, timezone: business.timezone, locale: business.locale }, async (fields) => {
    const body = Object.fromEntries(Object.entries(fields).filter(([name, value]) => value !== business[name as keyof typeof fields]));
    if (Object.keys(body).length > 0) queries.setQueryData(["show_business", { business_id }], await call(change_business, { business_id, version: business.version, body }));
    void queries.invalidateQueries({ queryKey: ["show_me"] });
    tell(t("action.saved"));
  });
  const isReadOnly = !may(change_business);
  return (
    <Card title={t("settings.business")} hint={isReadOnly ? t("settings.read-only") : undefined}>
      <form onSubmit={form.onSubmit} noValidate>
        <fieldset disabled={isReadOnly} className="flex flex-col gap-4">
          <ProblemBanner error={form.refusal} />
          <Field label={t("field.business-name")} hint={t("found.name-hint")} error={form.errorOf("name")}>
            <TextInput {...form.text("name")} required />
          </Field>
          <Field label={t("field.currency")} hint={t("found.currency-hint")} error={form.errorOf("currency")}>
            <Select {...form.text("currency")}>
              {[...new Set([business.currency, ...currencies])].map((code) => (
                <option key={code} value={code}>
                  {`${code} · ${currencyNames.of(code) ?? code}`}
                </option>
              ))}
            </Select>
          </Field>
          <Field label={t("field.timezone")} error={form.errorOf("timezone")}>
            <Select {...form.text("timezone")}>
              {[...new Set([business.timezone, ...zones()])].map((zone) => (
                <option key={zone}>{zone}</option>
              ))}
            </Select>
          </Field>
          <Field label={t("settings.locale")} hint={t("settings.locale-hint")} error={form.errorOf("locale")}>
            <TextInput {...form.text("locale")} className="max-w-40 font-mono" />
          </Field>
          {!isReadOnly && (
            <div className="flex justify-end">
              <Button type="submit" look="primary" isBusy={form.isBusy}>
                {t("action.save")}
              </Button>
            </div>
          )}
        </fieldset>
      </form>
    </Card>
  );
}

// ---- canned replies --------------------------------------------------------------------------

function CannedReplies() {
  const { t } = useWords();
  const { business_id, may } = useHere();
  const { call, queries } = useServices();
  const replies = useApi(list_canned_replies, { business_id, query: whole });
  const [edited, setEdited] = useState<CannedReply | "new" | null>(null);
  const [removed, setRemoved] = useState<CannedReply | null>(null);
  const again = () => queries.invalidateQueries({ queryKey: ["list_canned_replies", { business_id }] });
  const mayChange = may(add_canned_reply);
  return (
    <Card
      title={t("settings.replies")}
      hint={t("replies.hint")}
      isFlush
      actions={
        mayChange && (
          <Button size="small" icon={<Plus aria-hidden className="size-4" />} onClick={() => setEdited("new")}>
            {t("replies.new")}
          </Button>
        )
      }
    >
      {replies.isPending && <SkeletonRows count={3} />}
      {replies.error && !replies.data && <ErrorState error={replies.error} onRetry={replies.refetch} />}
      {replies.data?.items.length === 0 && <p className="px-5 pb-5 text-ink-faint">{t("replies.none")}</p>}
      <ul className="divide-y divide-line">
        {replies.data?.items.map((one) => (
          <li key={one.id} className="flex items-start gap-3 px-4 py-3 sm:px-5">
            <div className="min-w-0 flex-1">
              <p className="font-mono text-sm font-medium">/{one.shortcut}</p>
              <p className="line-clamp-2 whitespace-pre-wrap text-ink-soft">{one.text}</p>
            </div>
            {mayChange && <RowActions name={one.shortcut} onEdit={() => setEdited(one)} onRemove={() => setRemoved(one)} />}
          </li>
        ))}
      </ul>
      {edited && <EditReply reply={edited === "new" ? null : edited} onClose={() => setEdited(null)} onDone={again} />}
      <ConfirmDialog
        isOpen={removed !== null}
        onClose={() => setRemoved(null)}
        title={t("remove.title", { name: `/${removed?.shortcut}` })}
        hint={t("replies.remove-hint")}
        action={t("action.remove")}
        onConfirm={async () => {
          if (removed) await call(remove_canned_reply, { business_id, canned_reply_id: removed.id });
          await again();
        }}
      />
    </Card>
  );
}

function RowActions({ name, onEdit, onRemove }: { name: string; onEdit(): void; onRemove(): void }) {
  const { t } = useWords();
  return (
    <span className="flex">
      <IconButton label={t("action.edit-name", { name })} onClick={onEdit}>
        <Pencil aria-hidden className="size-4" />
      </IconButton>
      <IconButton label={t("action.remove-name", { name })} onClick={onRemove}>
        <Trash2 aria-hidden className="size-4" />
      </IconButton>
    </span>
  );
}

function EditReply({ reply, onClose, onDone }: { reply: CannedReply | null; onClose(): void; onDone(): unknown }) {
  const { t } = useWords();
  const { business_id } = useHere();
  const { call } = useServices();
  const form = useForm({ shortcut: reply?.shortcut ?? "", text: reply?.text ?? "" }, async ({ shortcut, text }) => {
    const body = { shortcut: shortcut.trim().replace(/^\//, ""), text: text.trim() };
    if (reply) await call(change_canned_reply, { business_id, canned_reply_id: reply.id, version: reply.version, body });
    else await call(add_canned_reply, { business_id, body });
    await onDone();
    onClose();
  });
  return (
    <Dialog isOpen onClose={onClose} title={t(reply ? "replies.edit" : "replies.new")}>
      <form onSubmit={form.onSubmit} className="flex flex-col gap-4" noValidate>
        <ProblemBanner error={form.refusal} />
        <Field label={t("replies.shortcut")} hint={t("replies.shortcut-hint")} error={form.errorOf("shortcut")}>
          <TextInput {...form.text("shortcut")} required className="font-mono" autoCapitalize="off" />
        </Field>
        <Field label={t("replies.text")} error={form.errorOf("text")}>
          <TextArea {...form.text("text")} required className="min-h-32" dir="auto" />
        </Field>
        <Buttons onClose={onClose} isBusy={form.isBusy} />
      </form>
    </Dialog>
  );
}

function Buttons({ onClose, isBusy }: { onClose(): void; isBusy: boolean }) {
  const { t } = useWords();
  return (
    <div className="flex justify-end gap-2">
      <Button onClick={onClose}>{t("action.cancel")}</Button>
      <Button type="submit" look="primary" isBusy={isBusy}>
        {t("action.save")}
      </Button>
    </div>
  );
}

// ---- labels ----------------------------------------------------------------------------------

function Labels() {
  const { t } = useWords();
  const { business_id, may } = useHere();
  const { call, queries } = useServices();
  const labels = useApi(list_labels, { business_id, query: whole });
  const [edited, setEdited] = useState<Label | "new" | null>(null);
  const [removed, setRemoved] = useState<Label | null>(null);
  const again = () => queries.invalidateQueries({ queryKey: ["list_labels", { business_id }] });
  const mayChange = may(add_label);
  return (
    <Card
      title={t("settings.labels")}
      hint={t("labels.hint")}
      isFlush
      actions={
        mayChange && (
          <Button size="small" icon={<Plus aria-hidden className="size-4" />} onClick={() => setEdited("new")}>
            {t("labels.new")}
          </Button>
        )
      }
    >
      {labels.isPending && <SkeletonRows count={3} />}
      {labels.error && !labels.data && <ErrorState error={labels.error} onRetry={labels.refetch} />}
      {labels.data?.items.length === 0 && <p className="px-5 pb-5 text-ink-faint">{t("labels.none")}</p>}
      <ul className="divide-y divide-line">
        {labels.data?.items.map((one) => (
          <li key={one.id} className="flex items-center gap-3 px-4 py-2 sm:px-5">
            <span className="min-w-0 flex-1">
              <span className={names("rounded-full px-2.5 py-0.5", labelColours[one.colour])}>{one.name}</span>
            </span>
            {mayChange && <RowActions name={one.name} onEdit={() => setEdited(one)} onRemove={() => setRemoved(one)} />}
          </li>
        ))}
      </ul>
      {edited && <EditLabel label={edited === "new" ? null : edited} onClose={() => setEdited(null)} onDone={again} />}
      <ConfirmDialog
        isOpen={removed !== null}
        onClose={() => setRemoved(null)}
        title={t("remove.title", { name: removed?.name ?? "" })}
        hint={t("labels.remove-hint")}
        action={t("action.remove")}
        onConfirm={async () => {
          if (removed) await call(remove_label, { business_id, label_id: removed.id });
          await again();
        }}
      />
    </Card>
  );
}

function EditLabel({ label, onClose, onDone }: { label: Label | null; onClose(): void; onDone(): unknown }) {
  const { t, word } = useWords();
  const { business_id } = useHere();
  const { call } = useServices();
  const form = useForm({ name: label?.name ?? "", colour: label?.colour ?? ("green" as Label["colour"]) }, async ({ name, colour }) => {
    const body = { name: name.trim(), colour };
    if (label) await call(change_label, { business_id, label_id: label.id, version: label.version, body });
    else await call(add_label, { business_id, body });
    await onDone();
    onClose();
  });
  return (
    <Dialog isOpen onClose={onClose} title={t(label ? "labels.edit" : "labels.new")}>
      <form onSubmit={form.onSubmit} className="flex flex-col gap-4" noValidate>
        <ProblemBanner error={form.refusal} />
        <Field label={t("field.name")} error={form.errorOf("name")}>
          <TextInput {...form.text("name")} required maxLength={60} />
        </Field>
        <fieldset>
          <legend className="mb-2 text-sm font-medium">{t("labels.colour")}</legend>
          <div className="flex flex-wrap gap-2">
            {(Object.keys(labelColours) as Array<Label["colour"]>).map((colour) => (
              <label
                key={colour}
                className={names(
                  "relative inline-flex min-h-8 cursor-pointer items-center rounded-full px-3 text-sm has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-brand",
                  labelColours[colour],
                  form.fields.colour === colour && "ring-2 ring-brand ring-offset-2 ring-offset-surface",
                )}
              >
                <input
                  type="radio"
                  name="colour"
                  value={colour}
                  checked={form.fields.colour === colour}
                  onChange={() => form.set("colour", colour)}
                  className="absolute inset-0 cursor-pointer opacity-0"
                />
                {word("colour", colour)}
              </label>
            ))}
          </div>
        </fieldset>
        <Buttons onClose={onClose} isBusy={form.isBusy} />
      </form>
    </Dialog>
  );
}

// ---- notifications ---------------------------------------------------------------------------

function Notifications() {
  const { business_id } = useHere();
  const found = useApi(show_notification_settings, { business_id });
  if (found.error && !found.data) return <ErrorState error={found.error} onRetry={found.refetch} />;
  if (!found.data) return <SkeletonRows count={7} />;
  return <NotificationForm key={found.data.version} settings={found.data} />;
}

const ways = ["in_app", "email", "push"] as const;

function NotificationForm({ settings }: { settings: NotificationSettings }) {
  const { t, word, zone } = useWords();
  const { business_id } = useHere();
  const { call, queries } = useServices();
  const form = useForm({ kinds: settings.kinds, quiet_hours: settings.quiet_hours, digest: settings.digest }, async (body) => {
    queries.setQueryData(["show_notification_settings", { business_id }], await call(change_notification_settings, { business_id, version: settings.version, body }));
    tell(t("action.saved"));
  });
  const { kinds, quiet_hours, digest } = form.fields;
  return (
    <Card title={t("settings.notifications")} hint={t("notifications.hint")}>
      <form onSubmit={form.onSubmit} className="flex flex-col gap-5" noValidate>
        <ProblemBanner error={form.problem} />
        <table className="w-full text-base">
          <caption className="sr-only">{t("settings.notifications")}</caption>
          <thead>
            <tr className="text-xs text-ink-faint">
              <th scope="col" className="py-1.5 text-start font-medium">
                {t("notifications.what")}
              </th>
              {ways.map((way) => (
                <th key={way} scope="col" className="w-18 px-1 text-center font-medium">
                  {t(`notifications.${way}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {(Object.keys(kinds) as Array<keyof typeof kinds>).map((kind) => (
              <tr key={kind} className="border-t border-line">
                <th scope="row" className="py-2 text-start font-normal">
                  {word("notification", kind)}
                </th>
                {ways.map((way) => (
                  <td key={way} className="text-center">
                    <input
                      type="checkbox"
                      aria-label={`${word("notification", kind)}: ${t(`notifications.${way}`)}`}
                      checked={kinds[kind][way]}
                      onChange={(event) => form.set("kinds", { ...kinds, [kind]: { ...kinds[kind], [way]: event.target.checked } })}
                      className="size-4.5 accent-brand"
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        <Checkbox
          label={t("notifications.quiet")}
          hint={t("notifications.quiet-hint")}
          checked={quiet_hours !== null}
          onChange={(event) => form.set("quiet_hours", event.target.checked ? { from: "22:00", to: "07:00", timezone: zone } : null)}
        />
        {quiet_hours && (
          <div className="grid max-w-sm grid-cols-2 gap-3">
            <Field label={t("notifications.from")} error={form.problem?.fields["/quiet_hours/from"]}>
              <TextInput type="time" required value={quiet_hours.from} onChange={(event) => form.set("quiet_hours", { ...quiet_hours, from: event.target.value })} />
            </Field>
            <Field label={t("notifications.to")} error={form.problem?.fields["/quiet_hours/to"]}>
              <TextInput type="time" required value={quiet_hours.to} onChange={(event) => form.set("quiet_hours", { ...quiet_hours, to: event.target.value })} />
            </Field>
          </div>
        )}
        <Field label={t("notifications.digest")}>
          <Select value={digest} onChange={(event) => form.set("digest", event.target.value as typeof digest)} className="max-w-56">
            {(["off", "daily", "weekly"] as const).map((rhythm) => (
              <option key={rhythm} value={rhythm}>
                {word("digest", rhythm)}
              </option>
            ))}
          </Select>
        </Field>
        <div className="flex justify-end">
          <Button type="submit" look="primary" isBusy={form.isBusy}>
            {t("action.save")}
          </Button>
        </div>
      </form>
    </Card>
  );
}

// ---- the person ------------------------------------------------------------------------------

function You() {
  const { t } = useWords();
  const { me } = useHere();
  const { call, queries } = useServices();
  const { language, choose } = useLanguage();
  const [theme, setTheme] = useTheme();
  const form = useForm({ name: me.name }, async ({ name }) => {
    queries.setQueryData(["show_me", {}], await call(change_me, { body: { name: name.trim() } }));
    void queries.invalidateQueries({ queryKey: ["list_members"] });
    tell(t("action.saved"));
  });
  return (
    <div className="flex flex-col gap-5">
      <Card title={t("settings.you")}>
        <form onSubmit={form.onSubmit} className="flex flex-col gap-4" noValidate>
          <ProblemBanner error={form.refusal} />
          <Field label={t("field.your-name")} hint={t("settings.name-hint")} error={form.errorOf("name")}>
            <TextInput {...form.text("name")} required autoComplete="name" />
          </Field>
          <Field label={t("field.email")}>
            <TextInput value={me.email} readOnly />
          </Field>
          <div className="flex justify-end">
            <Button type="submit" look="primary" isBusy={form.isBusy}>
              {t("action.save")}
            </Button>
          </div>
        </form>
      </Card>
      <Card title={t("settings.look")} hint={t("settings.look-hint")}>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t("language.choose")}>
            <Select value={language} onChange={(event) => choose(event.target.value as Language)}>
              {Object.entries(languages).map(([id, { name }]) => (
                <option key={id} value={id} lang={id}>
                  {name}
                </option>
              ))}
            </Select>
          </Field>
          <Field label={t("theme.choose")}>
            <Select value={theme} onChange={(event) => setTheme(event.target.value as Theme)}>
              {(["system", "light", "dark"] as const).map((one) => (
                <option key={one} value={one}>
                  {t(`theme.${one}`)}
                </option>
              ))}
            </Select>
          </Field>
        </div>
      </Card>
    </div>
  );
}
