import { change_business, show_business } from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { Card } from "../parts/card";
import { Field, Select, TextInput } from "../parts/field";
import { FormButtons } from "../parts/form_buttons";
import { tell } from "../parts/toast";
import { useWords } from "../words/provider";
import { changed } from "./edits";
import { currencies, zones } from "./found";
import { EditsBanner, useEdits } from "./meanwhile";

export function BusinessSettings() {
  const { t, language } = useWords();
  const { business_id, business, may } = useHere();
  const { call, queries } = useServices();
  const currencyNames = new Intl.DisplayNames(language, { type: "currency" });
  const fieldsOf = ({ name, currency, timezone, locale }: typeof business) => ({ name, currency, timezone, locale });
  const edits = useEdits({
    state: business,
    fieldsOf,
    reread: () => call(show_business, { business_id }),
    save: async (fields, base) => {
      const body = changed(fieldsOf(base), fields);
      const saved = Object.keys(body).length > 0 ? await call(change_business, { business_id, version: base.version, body }) : base;
      void queries.invalidateQueries({ queryKey: ["show_me"] });
      tell(t("action.saved"));
      return saved;
    },
    keep: (now) => queries.setQueryData(["show_business", { business_id }], now),
  });
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
