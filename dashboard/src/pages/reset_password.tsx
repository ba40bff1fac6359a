import { Link, useLocation } from "wouter";
import { reset_password } from "../api/operations";
import { Door, linkClass } from "../app/door";
import { useServices } from "../app/services";
import { useForm } from "../lib/form";
import { useMailToken } from "../lib/token";
import { Button } from "../parts/button";
import { Field } from "../parts/field";
import { MailCodeField } from "../parts/mail_code_field";
import { PasswordInput } from "../parts/password_input";
import { ProblemBanner } from "../parts/states";
import { tell } from "../parts/toast";
import { useWords } from "../words/provider";

export default function ResetPassword() {
  const { t } = useWords();
  const { call, session } = useServices();
  const [, go] = useLocation();
  const [mailed] = useMailToken();
  const form = useForm({ token: mailed, password: "" }, async ({ token, password }) => {
    await call(reset_password, { body: { token: token.trim(), password } });
    // It ended all sessions, this browser's too.
    session.signOut();
    tell(t("reset.done"));
    go("/sign-in", { replace: true });
  });
  return (
    <Door
      title={t("reset.title")}
      hint={t("reset.hint")}
      foot={
        <Link href="/forgot-password" className={linkClass}>
          {t("reset.again")}
        </Link>
      }
    >
      <form onSubmit={form.onSubmit} className="flex flex-col gap-4" noValidate>
        <ProblemBanner error={form.refusal} />
        {(!mailed || form.errorOf("token")) && <MailCodeField {...form.text("token")} error={form.errorOf("token")} />}
        <Field label={t("field.new-password")} hint={t("password.rule")} error={form.errorOf("password")}>
          <PasswordInput {...form.text("password")} required autoComplete="new-password" />
        </Field>
        <Button type="submit" look="primary" isBusy={form.isBusy}>
          {t("reset.action")}
        </Button>
      </form>
    </Door>
  );
}
