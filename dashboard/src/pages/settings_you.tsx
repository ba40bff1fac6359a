import { change_me } from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { type Theme, useTheme } from "../app/theme";
import { useForm } from "../lib/form";
import { Card } from "../parts/card";
import { Field, Select, TextInput } from "../parts/field";
import { FormButtons } from "../parts/form_buttons";
import { ProblemBanner } from "../parts/states";
import { tell } from "../parts/toast";
import { useLanguage, useWords } from "../words/provider";
import { type Language, languages } from "../words/words";

export function OwnSettings() {
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
          <FormButtons isBusy={form.isBusy} />
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
