import { useState } from "react";
import { Link } from "wouter";
import { request_password_reset } from "../api/operations";
import { Door, linkClass } from "../app/door";
import { useServices } from "../app/services";
import { useForm } from "../lib/form";
import { Button } from "../parts/button";
import { Field, TextInput } from "../parts/field";
import { Banner, ProblemBanner } from "../parts/states";
import { useWords } from "../words/provider";

export default function ForgotPassword() {
  const { t } = useWords();
  const { call } = useServices();
  const [isSent, setSent] = useState(false);
  const form = useForm({ email: "" }, async ({ email }) => {
    await call(request_password_reset, { body: { email: email.trim() } });
    setSent(true);
  });
  return (
    <Door
      title={t("forgot.title")}
      hint={t("forgot.hint")}
      foot={
        <Link href="/sign-in" className={linkClass}>
          {t("forgot.back")}
        </Link>
      }
    >
      <form onSubmit={form.onSubmit} className="flex flex-col gap-4" noValidate>
        <ProblemBanner error={form.refusal} />
        {isSent && <Banner tone="good">{t("forgot.sent")}</Banner>}
        <Field label={t("field.email")} error={form.errorOf("email")}>
          <TextInput {...form.text("email")} type="email" required autoComplete="username" autoCapitalize="off" />
        </Field>
        <Button type="submit" look="primary" isBusy={form.isBusy}>
          {t("forgot.action")}
        </Button>
      </form>
    </Door>
  );
}
