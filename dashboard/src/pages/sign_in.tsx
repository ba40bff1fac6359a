import { useState } from "react";
import { Link, Redirect, useLocation, useSearch } from "wouter";
import { sign_in } from "../api/operations";
import { asProblem } from "../api/problem";
import { Door, linkClass } from "../app/door";
import { useServices, useSession } from "../app/services";
import { useForm } from "../lib/form";
import { wayOn } from "../lib/token";
import { Button } from "../parts/button";
import { Field, TextInput } from "../parts/field";
import { PasswordInput } from "../parts/password_input";
import { ProblemBanner } from "../parts/states";
import { useWords } from "../words/provider";

export default function SignIn() {
  const { t } = useWords();
  const { call, session } = useServices();
  const state = useSession();
  const search = useSearch();
  const [, go] = useLocation();
  const [needsCode, setNeedsCode] = useState(false);
  const form = useForm({ email: "", password: "", code: "" }, async ({ email, password, code }) => {
    try {
      const tokens = await call(sign_in, { body: { email: email.trim(), password, keep_in: "cookie", ...(needsCode && code ? { code: code.trim() } : {}) } });
      session.accept(tokens);
      go(wayOn(search), { replace: true });
    } catch (error) {
      const isFirstAsk = asProblem(error).kind === "second-factor-needed" && !needsCode;
      if (!isFirstAsk) throw error;
      setNeedsCode(true);
    }
  });
  if (state === "signed-in") return <Redirect to={wayOn(search)} replace />;

  if (needsCode) {
    return (
      <Door title={t("code.title")} hint={t("code.hint")}>
        <form onSubmit={form.onSubmit} className="flex flex-col gap-4" noValidate>
          <ProblemBanner error={form.refusal} />
          <Field label={t("code.field")} error={form.errorOf("code")}>
            <TextInput {...form.text("code")} required autoFocus inputMode="numeric" autoComplete="one-time-code" className="text-center font-mono text-lg tracking-[0.3em]" />
          </Field>
          <Button type="submit" look="primary" isBusy={form.isBusy}>
            {t("sign-in.action")}
          </Button>
          <button
            type="button"
            className={linkClass}
            onClick={() => {
              form.set("code", "");
              setNeedsCode(false);
            }}
          >
            {t("code.back")}
          </button>
        </form>
      </Door>
    );
  }

  return (
    <Door
      title={t("sign-in.title")}
      hint={t("sign-in.hint")}
      foot={
        <>
          {t("sign-in.new")}{" "}
          <Link href="/sign-up" className={linkClass}>
            {t("sign-up.action")}
          </Link>
        </>
      }
    >
      <form onSubmit={form.onSubmit} className="flex flex-col gap-4" noValidate>
        <ProblemBanner error={form.refusal} />
        <Field label={t("field.email")} error={form.errorOf("email")}>
          <TextInput {...form.text("email")} type="email" required autoComplete="username" autoCapitalize="off" />
        </Field>
        <Field label={t("field.password")} error={form.errorOf("password")}>
          <PasswordInput {...form.text("password")} required autoComplete="current-password" />
        </Field>
        <Button type="submit" look="primary" isBusy={form.isBusy}>
          {t("sign-in.action")}
        </Button>
        <Link href="/forgot-password" className={`${linkClass} text-center text-base`}>
          {t("sign-in.forgot")}
        </Link>
      </form>
    </Door>
  );
}
