// The beginning of a business: its name, money and time.

import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link, useLocation } from "wouter";
import { useApi } from "../api/hooks";
import { found_business, show_me } from "../api/operations";
import { Door, linkClass } from "../app/door";
import { useServices } from "../app/services";
import { useSignOut } from "../app/sign_out";
import { useForm } from "../lib/form";
import { Button } from "../parts/button";
import { Field, Select, TextInput } from "../parts/field";
import { ProblemBanner } from "../parts/states";
import { useWords } from "../words/provider";
import { wishKeys } from "./wish_keys";

export const currencies = ["NGN", "GHS", "KES", "ZAR", "UGX", "TZS", "RWF", "XOF", "XAF", "EGP", "MAD", "TND", "USD", "EUR", "GBP", "CAD", "INR", "AED", "SAR", "BRL"];

export const zones = (): string[] => Intl.supportedValuesOf("timeZone");

export default function Found() {
  const { t, language } = useWords();
  const { call } = useServices();
  const queries = useQueryClient();
  const [, go] = useLocation();
  const signOut = useSignOut();
  const me = useApi(show_me, {});
  const [keyed] = useState(wishKeys);
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "Africa/Lagos";
  const names = useMemo(() => new Intl.DisplayNames(language, { type: "currency" }), [language]);
  const form = useForm({ name: "", currency: "NGN", timezone: own }, async ({ name, currency, timezone }) => {
    const body = { name: name.trim(), currency, timezone, locale: navigator.language };
    const { id } = await keyed(body, (key) => call(found_business, { key, body }));
    await queries.invalidateQueries({ queryKey: ["show_me"] });
    go(`/businesses/${id}/guide`, { replace: true });
  });
  const hasOthers = (me.data?.memberships.length ?? 0) > 0;
  return (
    <Door
      title={t("found.title")}
      hint={t("found.hint")}
      foot={
        hasOthers ? (
          <Link href="/" className={linkClass}>
            {t("found.back")}
          </Link>
        ) : (
          <button type="button" className={linkClass} onClick={signOut}>
            {t("nav.sign-out")}
          </button>
        )
      }
    >
      <form onSubmit={form.onSubmit} className="flex flex-col gap-4" noValidate>
        <ProblemBanner error={form.refusal} />
        <Field label={t("field.business-name")} hint={t("found.name-hint")} error={form.errorOf("name")}>
          <TextInput {...form.text("name")} required autoComplete="organization" />
        </Field>
        <Field label={t("field.currency")} hint={t("found.currency-hint")} error={form.errorOf("currency")}>
          <Select {...form.text("currency")}>
            {currencies.map((code) => (
              <option key={code} value={code}>
                {`${code} · ${names.of(code) ?? code}`}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t("field.timezone")} error={form.errorOf("timezone")}>
          <Select {...form.text("timezone")}>
            {zones().map((zone) => (
              <option key={zone}>{zone}</option>
            ))}
          </Select>
        </Field>
        <Button type="submit" look="primary" isBusy={form.isBusy}>
          {t("found.action")}
        </Button>
      </form>
    </Door>
  );
}
