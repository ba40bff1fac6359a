// What the shop is told of its stock, and its customers of their orders, without anybody doing it.

import { useState } from "react";
import { useApi } from "../api/hooks";
import { type Business, change_business, change_invoice_settings, type InvoiceSettings, show_invoice_settings } from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { Card } from "../parts/card";
import { Checkbox, Field, Select, TextInput } from "../parts/field";
import { FormButtons } from "../parts/form_buttons";
import { ErrorState, SkeletonRows } from "../parts/states";
import { tell, tellProblem } from "../parts/toast";
import { useNotificationWords } from "../words/notifications";
import { EditsBanner } from "./meanwhile";
import { numberOrNone, textOf } from "./reminder_fields";
import { useBusinessEdits } from "./use_business_edits";

export function OrderSettings() {
  return (
    <div className="flex flex-col gap-5">
      <Reminders />
      <MailedDocuments />
    </div>
  );
}

const fieldsOf = ({ low_stock_at, checkout_reminders, checkout_reminder_minutes }: Business) => ({
  low_stock_at: textOf(low_stock_at),
  checkout_reminders: String(checkout_reminders),
  checkout_reminder_minutes: textOf(checkout_reminder_minutes),
});

function Reminders() {
  const { t } = useNotificationWords();
  const { business_id, may } = useHere();
  const edits = useBusinessEdits(fieldsOf, (typed, { checkout_reminders }) => {
    // A time that is not shown is not changed.
    const shown = Object.entries(typed).filter(([name]) => name !== "checkout_reminder_minutes" || checkout_reminders !== "0");
    // What is no number goes as it is: the server says what is wrong with it.
    return Object.fromEntries(shown.map(([name, text]) => [name, numberOrNone(text)])) as object;
  });
  const isReadOnly = !may(change_business);
  const labels = { low_stock_at: t("reminders.low-stock"), checkout_reminders: t("reminders.count"), checkout_reminder_minutes: t("reminders.minutes") };
  return (
    <Card title={t("reminders.title")} hint={isReadOnly ? t("settings.read-only") : undefined}>
      <form onSubmit={edits.onSubmit} noValidate>
        <fieldset disabled={isReadOnly} className="flex flex-col gap-4">
          <EditsBanner edits={edits} subject_id={business_id} labels={labels} />
          <Field label={labels.low_stock_at} hint={t("reminders.low-stock-hint")} error={edits.errorOf("low_stock_at")}>
            <TextInput {...edits.text("low_stock_at")} inputMode="numeric" className="max-w-40" />
          </Field>
          <Field label={labels.checkout_reminders} hint={t("reminders.count-hint")} error={edits.errorOf("checkout_reminders")}>
            <Select {...edits.text("checkout_reminders")} className="max-w-sm">
              <option value="0">{t("reminders.none")}</option>
              {[1, 2, 3].map((count) => (
                <option key={count} value={count}>
                  {t("reminders.most", { count })}
                </option>
              ))}
            </Select>
          </Field>
          {edits.fields.checkout_reminders !== "0" && (
            <Field label={labels.checkout_reminder_minutes} hint={t("reminders.minutes-hint")} error={edits.errorOf("checkout_reminder_minutes")}>
              <TextInput {...edits.text("checkout_reminder_minutes")} inputMode="numeric" className="max-w-40" />
            </Field>
          )}
          {!isReadOnly && <FormButtons isBusy={edits.isBusy} />}
        </fieldset>
      </form>
    </Card>
  );
}

function MailedDocuments() {
  const { t } = useNotificationWords();
  const { business_id, may } = useHere();
  const { call, queries } = useServices();
  /** Until the server has answered. */
  const [wished, setWished] = useState<boolean | null>(null);
  const found = useApi(show_invoice_settings, { business_id });
  const change = async ({ version, ...settings }: InvoiceSettings, mail_documents: boolean) => {
    setWished(mail_documents);
    try {
      const saved = await call(change_invoice_settings, { business_id, version, body: { ...settings, mail_documents } });
      queries.setQueryData(["show_invoice_settings", { business_id }], saved);
      tell(t("action.saved"));
    } catch (error) {
      tellProblem(error);
      await found.refetch();
    } finally {
      setWished(null);
    }
  };
  const { data: settings } = found;
  return (
    <Card title={t("documents.title")} hint={t("documents.hint")}>
      {settings ? (
        <Checkbox
          label={t("documents.mail")}
          checked={wished ?? settings.mail_documents}
          disabled={wished !== null || !may(change_invoice_settings)}
          onChange={(event) => change(settings, event.target.checked)}
        />
      ) : found.error ? (
        <ErrorState error={found.error} onRetry={found.refetch} />
      ) : (
        <SkeletonRows count={1} />
      )}
    </Card>
  );
}
