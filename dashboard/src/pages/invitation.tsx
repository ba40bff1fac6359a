// What a mail invites to is shown before anything happens; then with the account that is signed in, or with a new one.

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { useApi } from "../api/hooks";
import { accept_invitation, accept_invitation_as_new, type InvitationOffer, look_at_invitation, show_me } from "../api/operations";
import { Door, linkClass } from "../app/door";
import { useServices, useSession } from "../app/services";
import { Waiting } from "../app/waiting";
import { useForm } from "../lib/form";
import { useMailToken } from "../lib/token";
import { Button } from "../parts/button";
import { Field, TextInput } from "../parts/field";
import { MailCodeField } from "../parts/mail_code_field";
import { PasswordInput } from "../parts/password_input";
import { Banner, ErrorState, ProblemBanner } from "../parts/states";
import { useWords } from "../words/provider";

const kept = "sellavie.invitation";

export default function Invitation() {
  const { t } = useWords();
  const [mailed, setToken] = useMailToken();
  // Outlives a sign-in in between; gone with the tab.
  const token = mailed || (sessionStorage.getItem(kept) ?? "");
  if (mailed) sessionStorage.setItem(kept, mailed);
  const form = useForm({ token: "" }, async (fields) => setToken(fields.token.trim()));
  if (token) return <Offer token={token} />;
  return (
    <Door title={t("invitation.title")} hint={t("invitation.code-hint")}>
      <form onSubmit={form.onSubmit} className="flex flex-col gap-4">
        <MailCodeField {...form.text("token")} />
        <Button type="submit" look="primary">
          {t("invitation.look")}
        </Button>
      </form>
    </Door>
  );
}

function Offer({ token }: { token: string }) {
  const { t } = useWords();
  const state = useSession();
  const offer = useApi(look_at_invitation, { body: { token } });
  if (offer.error) {
    return (
      <Door title={t("invitation.title")}>
        <ErrorState error={offer.error} onRetry={offer.refetch} />
      </Door>
    );
  }
  if (!offer.data || state === "unknown") return <Waiting />;
  const { business_name, role } = offer.data;
  return (
    <Door title={t("invitation.to", { business: business_name })} hint={t("invitation.as", { role: t(`role.${role}`), meaning: t(`role-hint.${role}`) })}>
      {state === "signed-in" ? <AcceptAsMe token={token} offer={offer.data} /> : <AcceptAsNew token={token} offer={offer.data} />}
    </Door>
  );
}

function AcceptAsMe({ token, offer }: { token: string; offer: InvitationOffer }) {
  const { t } = useWords();
  const { call, session } = useServices();
  const queries = useQueryClient();
  const [, go] = useLocation();
  const me = useApi(show_me, {});
  const form = useForm({}, async () => {
    const { business_id } = await call(accept_invitation, { body: { token } });
    sessionStorage.removeItem(kept);
    await queries.invalidateQueries({ queryKey: ["show_me"] });
    go(`/businesses/${business_id}/inbox`, { replace: true });
  });
  const isOther = me.data && me.data.email.toLowerCase() !== offer.email.toLowerCase();
  return (
    <form onSubmit={form.onSubmit} className="flex flex-col gap-4">
      <ProblemBanner error={form.refusal} />
      {isOther && <Banner tone="warn">{t("invitation.other", { invited: offer.email, own: me.data.email })}</Banner>}
      <Button type="submit" look="primary" isBusy={form.isBusy} disabled={isOther}>
        {t("invitation.accept")}
      </Button>
      {isOther && <Button onClick={() => session.signOut()}>{t("invitation.switch")}</Button>}
    </form>
  );
}

function AcceptAsNew({ token, offer }: { token: string; offer: InvitationOffer }) {
  const { t } = useWords();
  const { call, session } = useServices();
  const [, go] = useLocation();
  const [isKnown, setKnown] = useState(false);
  const form = useForm({ name: "", password: "" }, async ({ name, password }) => {
    session.accept(await call(accept_invitation_as_new, { body: { token, name: name.trim(), password, keep_in: "cookie" } }));
    sessionStorage.removeItem(kept);
    go("/", { replace: true });
  });
  if (isKnown) {
    return (
      <div className="flex flex-col gap-4">
        <Banner tone="info">{t("invitation.sign-in-first")}</Banner>
        <Link href={`/sign-in?to=${encodeURIComponent("/invitation")}`} className={linkClass}>
          {t("sign-in.action")}
        </Link>
      </div>
    );
  }
  return (
    <form onSubmit={form.onSubmit} className="flex flex-col gap-4" noValidate>
      <ProblemBanner error={form.refusal} />
      <Field label={t("field.email")}>
        <TextInput value={offer.email} readOnly autoComplete="username" />
      </Field>
      <Field label={t("field.your-name")} error={form.errorOf("name")}>
        <TextInput {...form.text("name")} required autoComplete="name" />
      </Field>
      <Field label={t("field.password")} hint={t("password.rule")} error={form.errorOf("password")}>
        <PasswordInput {...form.text("password")} required autoComplete="new-password" />
      </Field>
      <Button type="submit" look="primary" isBusy={form.isBusy}>
        {t("invitation.join")}
      </Button>
      <button type="button" className={linkClass} onClick={() => setKnown(true)}>
        {t("invitation.known")}
      </button>
    </form>
  );
}
