import { Link, useLocation } from "wouter";
import { verify_email } from "../api/operations";
import { Door, linkClass } from "../app/door";
import { useServices } from "../app/services";
import { useForm } from "../lib/form";
import { useMailToken } from "../lib/token";
import { Button } from "../parts/button";
import { Field } from "../parts/field";
import { MailCodeField } from "../parts/mail_code_field";
import { PasswordInput } from "../parts/password_input";
import { ProblemBanner } from "../parts/states";
import { useWords } from "../words/provider";

export default function VerifyEmail() {
  const { t } = useWords();
  const { call, session } = useServices();
  const [, go] = useLocation();
  const [mailed] = useMailToken();
  const form = useForm({ token: mailed, password: "" }, async ({ token, password }) => {
    session.accept(await call(verify_email, { body: { token: token.trim(), password, keep_in: "cookie" } }));
    go("/", { replace: true });
  });
  return (
    <Door
      title={t("verify.title")}
      hint={t("verify.hint")}
      foot={
        <Link href="/sign-up" className={linkClass}>
          {t("verify.anew")}
        </Link>
      }
    >
      <form onSubmit={form.onSubmit} className="flex flex-col gap-4" noValidate>
        <ProblemBanner error={form.refusal} />
        {(!mailed || form.errorOf("token")) && <MailCodeField {...form.text("token")} error={form.errorOf("token")} />}
        <Field label={t("field.password")} error={form.errorOf("password")}>
          <PasswordInput {...form.text("password")} required autoComplete="current-password" autoFocus={mailed !== ""} />
        </Field>
        <Button type="submit" look="primary" isBusy={form.isBusy}>
          {t("verify.action")}
        </Button>
      </form>
    </Door>
  );
}
