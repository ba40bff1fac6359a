import { useApi } from "../api/hooks";
import { change_notification_settings, type NotificationSettings, show_notification_settings } from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { Card } from "../parts/card";
import { Checkbox, Field, Select, TextInput } from "../parts/field";
import { FormButtons } from "../parts/form_buttons";
import { ErrorState, SkeletonRows } from "../parts/states";
import { tell } from "../parts/toast";
import { useNotificationWords } from "../words/notifications";
import { EditsBanner, useEdits } from "./meanwhile";

export function NotificationChoices() {
  const { business_id } = useHere();
  const found = useApi(show_notification_settings, { business_id });
  if (found.error && !found.data) return <ErrorState error={found.error} onRetry={found.refetch} />;
  if (!found.data) return <SkeletonRows count={7} />;
  return <NotificationForm settings={found.data} />;
}

const ways = ["in_app", "email", "push"] as const;

function NotificationForm({ settings }: { settings: NotificationSettings }) {
  const { t, word, zone } = useNotificationWords();
  const { me, business_id } = useHere();
  const { call, queries } = useServices();
  const edits = useEdits({
    state: settings,
    fieldsOf: ({ kinds, quiet_hours, digest }: NotificationSettings) => ({ kinds, quiet_hours, digest }),
    reread: () => call(show_notification_settings, { business_id }),
    save: async (body, { version }) => {
      const saved = await call(change_notification_settings, { business_id, version, body });
      tell(t("action.saved"));
      return saved;
    },
    keep: (now) => queries.setQueryData(["show_notification_settings", { business_id }], now),
  });
  const { kinds, quiet_hours, digest } = edits.fields;
  return (
    <Card title={t("settings.notifications")} hint={t("notifications.hint")}>
      <form onSubmit={edits.onSubmit} className="flex flex-col gap-5" noValidate>
        <EditsBanner
          edits={edits}
          subject_id={me.id}
          labels={{ kinds: t("notifications.what"), quiet_hours: t("notifications.quiet"), digest: t("notifications.digest") }}
          shown={(name, value) => (name === "digest" ? word("digest", String(value)) : "")}
        />
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
                      onChange={(event) => edits.set("kinds", { ...kinds, [kind]: { ...kinds[kind], [way]: event.target.checked } })}
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
          onChange={(event) => edits.set("quiet_hours", event.target.checked ? { from: "22:00", to: "07:00", timezone: zone } : null)}
        />
        {quiet_hours && (
          <div className="grid max-w-sm grid-cols-2 gap-3">
            <Field label={t("notifications.from")} error={edits.problem?.fields["/quiet_hours/from"]}>
              <TextInput type="time" required value={quiet_hours.from} onChange={(event) => edits.set("quiet_hours", { ...quiet_hours, from: event.target.value })} />
            </Field>
            <Field label={t("notifications.to")} error={edits.problem?.fields["/quiet_hours/to"]}>
              <TextInput type="time" required value={quiet_hours.to} onChange={(event) => edits.set("quiet_hours", { ...quiet_hours, to: event.target.value })} />
            </Field>
          </div>
        )}
        <Field label={t("notifications.digest")}>
          <Select value={digest} onChange={(event) => edits.set("digest", event.target.value as typeof digest)} className="max-w-56">
            {(["off", "daily", "weekly"] as const).map((rhythm) => (
              <option key={rhythm} value={rhythm}>
                {word("digest", rhythm)}
              </option>
            ))}
          </Select>
        </Field>
        <FormButtons isBusy={edits.isBusy} />
      </form>
    </Card>
  );
}
