import { MailCheck } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { resend_verification, sign_up } from "../api/operations";
import { Door, linkClass } from "../app/door";
import { useServices } from "../app/services";
import { useForm } from "../lib/form";
import { Button } from "../parts/button";
import { Field, TextInput } from "../parts/field";
import { PasswordInput } from "../parts/password_input";
import { ProblemBanner } from "../parts/states";
import { tell, tellProblem } from "../parts/toast";
import { useWords } from "../words/provider";

export default function SignUp() {
  const { t } = useWords();
  const { call } = useServices();
  const [sentTo, setSentTo] = useState("");
  const form = useForm({ name: "", email: "", password: "" }, async ({ name, email, password }) => {
    await call(sign_up, { body: { name: name.trim(), email: email.trim(), password } });
    setSentTo(email.trim());
  });
  if (sentTo) return <CheckMail email={sentTo} />;
  return (
    <Door
      title={t("sign-up.title")}
      hint={t("sign-up.hint")}
      foot={
        <>
          {t("sign-up.known")}{" "}
          <Link href="/sign-in" className={linkClass}>
            {t("sign-in.action")}
          </Link>
        </>
      }
    >
      <form onSubmit={form.onSubmit} className="flex flex-col gap-4" noValidate>
        <ProblemBanner error={form.refusal} />
        <Field label={t("field.your-name")} error={form.errorOf("name")}>
          <TextInput {...form.text("name")} required autoComplete="name" />
        </Field>
        <Field label={t("field.email")} error={form.errorOf("email")}>
          <TextInput {...form.text("email")} type="email" required autoComplete="username" autoCapitalize="off" />
        </Field>
        <Field label={t("field.password")} hint={t("password.rule")} error={form.errorOf("password")}>
          <PasswordInput {...form.text("password")} required autoComplete="new-password" />
        </Field>
        <Button type="submit" look="primary" isBusy={form.isBusy}>
          {t("sign-up.action")}
        </Button>
      </form>
    </Door>
  );
}

function CheckMail({ email }: { email: string }) {
  const { t } = useWords();
  const { call } = useServices();
  const again = () => call(resend_verification, { body: { email } }).then(() => tell(t("mail.sent-again")), tellProblem);
  return (
    <Door
      title={t("mail.title")}
      hint={t("mail.hint", { email })}
      foot={
        <Link href="/verify-email" className={linkClass}>
          {t("mail.enter-code")}
        </Link>
      }
    >
      <div className="flex flex-col items-center gap-5">
        <span className="inline-flex size-14 items-center justify-center rounded-full bg-brand-soft text-brand">
          <MailCheck aria-hidden className="size-7" strokeWidth={1.6} />
        </span>
        <p className="text-center text-base text-ink-soft">{t("mail.wait")}</p>
        <Button onClick={again}>{t("mail.again")}</Button>
      </div>
    </Door>
  );
}
