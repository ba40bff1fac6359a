import { type Business, change_business } from "../api/operations";
import { useHere } from "../app/business";
import { Card } from "../parts/card";
import { Field, Select, TextInput } from "../parts/field";
import { FormButtons } from "../parts/form_buttons";
import { useWords } from "../words/provider";
import { currencies, zones } from "./found";
import { EditsBanner } from "./meanwhile";
import { useBusinessEdits } from "./use_business_edits";

const fieldsOf = ({ name, currency, timezone, locale }: Business) => ({ name, currency, timezone, locale });

export function BusinessSettings() {
  const { t, language } = useWords();
  const { business_id, business, may } = useHere();
  const currencyNames = new Intl.DisplayNames(language, { type: "currency" });
  const edits = useBusinessEdits(fieldsOf, (typed) => typed);
  const isReadOnly = !may(change_business);
  const labels = { name: t("field.business-name"), currency: t("field.currency"), timezone: t("field.timezone"), locale: t("settings.locale") };
  return (
    <Card title={t("settings.business")} hint={isReadOnly ? t("settings.read-only") : undefined}>
      <form onSubmit={edits.onSubmit} noValidate>
        <fieldset disabled={isReadOnly} className="flex flex-col gap-4">
          <EditsBanner edits={edits} subject_id={business_id} labels={labels} />
          <Field label={labels.name} hint={t("found.name-hint")} error={edits.errorOf("name")}>
            <TextInput {...edits.text("name")} required />
          </Field>
          <Field label={labels.currency} hint={t("found.currency-hint")} error={edits.errorOf("currency")}>
            <Select {...edits.text("currency")}>
              {[...new Set([business.currency, edits.fields.currency, ...currencies])].map((code) => (
                <option key={code} value={code}>
                  {`${code} · ${currencyNames.of(code) ?? code}`}
                </option>
              ))}
            </Select>
          </Field>
          <Field label={labels.timezone} error={edits.errorOf("timezone")}>
            <Select {...edits.text("timezone")}>
              {[...new Set([business.timezone, edits.fields.timezone, ...zones()])].map((zone) => (
                <option key={zone}>{zone}</option>
              ))}
            </Select>
          </Field>
          <Field label={labels.locale} hint={t("settings.locale-hint")} error={edits.errorOf("locale")}>
            <TextInput {...edits.text("locale")} className="max-w-40 font-mono" />
          </Field>
          {!isReadOnly && <FormButtons isBusy={edits.isBusy} />}
        </fieldset>
      </form>
    </Card>
  );
}
