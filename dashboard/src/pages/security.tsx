import { KeyRound, MonitorSmartphone, ShieldCheck, ShieldOff } from "lucide-react";
import { useEffect, useState } from "react";
import { useApi, usePages } from "../api/hooks";
import {
  begin_second_factor,
  change_password,
  confirm_second_factor,
  end_other_sessions,
  end_session,
  list_my_activity,
  list_sessions,
  replace_recovery_codes,
  type SecondFactorEnrolment,
  turn_off_second_factor,
} from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { saveFile } from "../lib/files";
import { useForm } from "../lib/form";
import { useNow } from "../lib/now";
import { Badge } from "../parts/badge";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { ConfirmDialog, Dialog } from "../parts/dialog";
import { Field, TextInput } from "../parts/field";
import { Page } from "../parts/page";
import { PasswordInput } from "../parts/password_input";
import { Banner, ErrorState, ProblemBanner, SkeletonRows } from "../parts/states";
import { More } from "../parts/table";
import { tell, tellProblem } from "../parts/toast";
import { useActionWords } from "../words/provider";
import { useSecurityWords } from "../words/security";

export default function Security() {
  const { t } = useSecurityWords();
  return (
    <Page title={t("nav.security")} hint={t("security.hint")} isNarrow>
      <div className="flex flex-col gap-5">
        <SecondFactor />
        <Password />
        <Sessions />
        <OwnActivity />
      </div>
    </Page>
  );
}

function SecondFactor() {
  const { t } = useSecurityWords();
  const { me } = useHere();
  const [asked, setAsked] = useState<"on" | "off" | "codes" | null>(null);
  const isOn = me.has_second_factor;
  return (
    <Card
      title={
        <span className="flex items-center gap-3">
          {t("totp.title")}
          <Badge tone={isOn ? "good" : "neutral"}>{t(isOn ? "totp.on" : "totp.off")}</Badge>
        </span>
      }
      hint={t("totp.hint")}
    >
      {isOn && me.recovery_codes_left < 3 && (
        <div className="mb-4">
          <Banner tone="warn">{t("totp.few-codes", { count: me.recovery_codes_left })}</Banner>
        </div>
      )}
      <div className="flex flex-wrap gap-2">
        {isOn ? (
          <>
            <Button icon={<KeyRound aria-hidden className="size-4" />} onClick={() => setAsked("codes")}>
              {t("totp.new-codes")}
            </Button>
            <Button look="quiet" icon={<ShieldOff aria-hidden className="size-4" />} onClick={() => setAsked("off")}>
              {t("totp.turn-off")}
            </Button>
          </>
        ) : (
          <Button look="primary" icon={<ShieldCheck aria-hidden className="size-4" />} onClick={() => setAsked("on")}>
            {t("totp.turn-on")}
          </Button>
        )}
      </div>
      {asked === "on" && <TurnOn onClose={() => setAsked(null)} />}
      {(asked === "off" || asked === "codes") && <Proven wants={asked} onClose={() => setAsked(null)} />}
    </Card>
  );
}

/** Password, then the app, then a code of it, then the codes for a lost phone. */
function TurnOn({ onClose }: { onClose(): void }) {
  const { t } = useSecurityWords();
  const { call, queries } = useServices();
  const [enrolment, setEnrolment] = useState<SecondFactorEnrolment | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const begin = useForm({ password: "" }, async ({ password }) => setEnrolment(await call(begin_second_factor, { body: { password } })));
  const confirm = useForm({ code: "" }, async ({ code }) => {
    setCodes((await call(confirm_second_factor, { body: { code: code.trim() } })).recovery_codes);
  });
  const close = () => {
    if (codes) void queries.invalidateQueries({ queryKey: ["show_me"] });
    onClose();
  };
  if (codes) return <RecoveryCodes codes={codes} onClose={close} />;
  if (!enrolment) {
    return (
      <Dialog isOpen onClose={close} title={t("totp.turn-on")} hint={t("totp.password-hint")}>
        <form onSubmit={begin.onSubmit} className="flex flex-col gap-4" noValidate>
          <ProblemBanner error={begin.refusal} />
          <Field label={t("field.password")} error={begin.errorOf("password")}>
            <PasswordInput {...begin.text("password")} required autoComplete="current-password" />
          </Field>
          <Button type="submit" look="primary" isBusy={begin.isBusy}>
            {t("action.next")}
          </Button>
        </form>
      </Dialog>
    );
  }
  return (
    <Dialog isOpen onClose={close} title={t("totp.scan")} hint={t("totp.scan-hint")}>
      <form onSubmit={confirm.onSubmit} className="flex flex-col gap-4" noValidate>
        <QrCode svg={enrolment.qr_svg} />
        <details className="text-base">
          <summary className="text-ink-soft">{t("totp.by-hand")}</summary>
          <p className="mt-2 rounded-md bg-sunken px-3 py-2 font-mono text-sm break-all select-all" data-secret>
            {enrolment.secret}
          </p>
        </details>
        <ProblemBanner error={confirm.refusal} />
        <Field label={t("code.field")} error={confirm.errorOf("code")}>
          <TextInput {...confirm.text("code")} required autoFocus inputMode="numeric" autoComplete="one-time-code" className="text-center font-mono text-lg tracking-[0.3em]" />
        </Field>
        <Button type="submit" look="primary" isBusy={confirm.isBusy}>
          {t("totp.turn-on")}
        </Button>
      </form>
    </Dialog>
  );
}

/** As a picture: no markup from elsewhere becomes part of the page. */
function QrCode({ svg }: { svg: string }) {
  const { t } = useSecurityWords();
  const [url, setUrl] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [svg]);
  return <div className="mx-auto size-52 rounded-lg bg-white p-3">{url && <img src={url} alt={t("totp.qr")} className="size-full" />}</div>;
}

function RecoveryCodes({ codes, onClose }: { codes: string[]; onClose(): void }) {
  const { t } = useSecurityWords();
  const text = codes.join("\n");
  return (
    <Dialog isOpen onClose={onClose} title={t("totp.codes")} hint={t("totp.codes-hint")}>
      <ul className="grid grid-cols-2 gap-x-4 gap-y-1.5 rounded-lg bg-sunken p-4 font-mono text-sm" aria-label={t("totp.codes")}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="mt-4 flex flex-wrap justify-end gap-2">
        <Button onClick={() => navigator.clipboard.writeText(text).then(() => tell(t("action.copied")), tellProblem)}>{t("action.copy")}</Button>
        <Button onClick={() => saveFile(new Blob([`${text}\n`], { type: "text/plain" }), "sellavie-recovery-codes.txt")}>{t("action.download")}</Button>
        <Button look="primary" onClick={onClose}>
          {t("totp.kept")}
        </Button>
      </div>
    </Dialog>
  );
}

function Proven({ wants, onClose }: { wants: "off" | "codes"; onClose(): void }) {
  const { t } = useSecurityWords();
  const { call, queries } = useServices();
  const [codes, setCodes] = useState<string[] | null>(null);
  const form = useForm({ password: "", code: "" }, async ({ password, code }) => {
    const body = { password, code: code.trim() };
    if (wants === "codes") {
      setCodes((await call(replace_recovery_codes, { body })).recovery_codes);
      return;
    }
    await call(turn_off_second_factor, { body });
    await queries.invalidateQueries({ queryKey: ["show_me"] });
    tell(t("totp.is-off"));
    onClose();
  });
  const close = () => {
    void queries.invalidateQueries({ queryKey: ["show_me"] });
    onClose();
  };
  if (codes) return <RecoveryCodes codes={codes} onClose={close} />;
  const title = t(wants === "off" ? "totp.turn-off" : "totp.new-codes");
  return (
    <Dialog isOpen onClose={onClose} title={title} hint={t(wants === "off" ? "totp.off-hint" : "totp.new-codes-hint")}>
      <form onSubmit={form.onSubmit} className="flex flex-col gap-4" noValidate>
        <ProblemBanner error={form.refusal} />
        <Field label={t("field.password")} error={form.errorOf("password")}>
          <PasswordInput {...form.text("password")} required autoComplete="current-password" />
        </Field>
        <Field label={t("code.field")} error={form.errorOf("code")}>
          <TextInput {...form.text("code")} required inputMode="numeric" autoComplete="one-time-code" />
        </Field>
        <Button type="submit" look={wants === "off" ? "danger" : "primary"} isBusy={form.isBusy}>
          {title}
        </Button>
      </form>
    </Dialog>
  );
}

function Password() {
  const { t } = useSecurityWords();
  const { me } = useHere();
  const { call, queries } = useServices();
  const form = useForm({ current_password: "", new_password: "" }, async (body) => {
    await call(change_password, { body });
    form.setFields({ current_password: "", new_password: "" });
    void queries.invalidateQueries({ queryKey: ["list_sessions"] });
    tell(t("security.password-changed"));
  });
  return (
    <Card title={t("security.password")} hint={t("security.password-hint")}>
      <form onSubmit={form.onSubmit} className="flex max-w-sm flex-col gap-4" noValidate>
        <ProblemBanner error={form.refusal} />
        <input type="text" value={me.email} autoComplete="username" readOnly hidden aria-label={t("field.email")} />
        <Field label={t("security.current-password")} error={form.errorOf("current_password")}>
          <PasswordInput {...form.text("current_password")} required autoComplete="current-password" />
        </Field>
        <Field label={t("field.new-password")} hint={t("password.rule")} error={form.errorOf("new_password")}>
          <PasswordInput {...form.text("new_password")} required autoComplete="new-password" />
        </Field>
        <div>
          <Button type="submit" isBusy={form.isBusy}>
            {t("security.change-password")}
          </Button>
        </div>
      </form>
    </Card>
  );
}

function Sessions() {
  const { t, date, ago } = useSecurityWords();
  const { call, queries } = useServices();
  const now = useNow();
  const sessions = useApi(list_sessions, {}, { staleMs: 5000 });
  const [isAsked, setAsked] = useState(false);
  const again = () => queries.invalidateQueries({ queryKey: ["list_sessions"] });
  const others = sessions.data?.items.filter(({ is_current }) => !is_current) ?? [];
  return (
    <Card
      title={t("security.sessions")}
      hint={t("security.sessions-hint")}
      isFlush
      actions={
        others.length > 0 && (
          <Button size="small" onClick={() => setAsked(true)}>
            {t("security.end-others")}
          </Button>
        )
      }
    >
      {sessions.isPending && <SkeletonRows count={2} />}
      {sessions.error && !sessions.data && <ErrorState error={sessions.error} onRetry={sessions.refetch} />}
      <ul className="divide-y divide-line">
        {sessions.data?.items.map((one) => (
          <li key={one.id} className="flex items-center gap-3 px-4 py-3 sm:px-5">
            <MonitorSmartphone aria-hidden className="size-5 shrink-0 text-ink-faint" strokeWidth={1.6} />
            <div className="min-w-0 flex-1">
              <p className="flex flex-wrap items-center gap-2 font-medium">
                {one.device}
                {one.is_current && <Badge tone="brand">{t("security.this-one")}</Badge>}
              </p>
              <p className="text-sm text-ink-faint">
                <span className="font-mono text-xs">{one.address}</span> · {t("security.begun", { at: date(one.created_at) })} ·{" "}
                {t("security.used", { at: ago(one.last_used_at, now) })}
              </p>
            </div>
            {!one.is_current && (
              <Button
                size="small"
                look="quiet"
                onClick={() =>
                  call(end_session, { session_id: one.id })
                    .then(again)
                    .then(() => tell(t("security.ended")), tellProblem)
                }
              >
                {t("security.end")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setAsked(false)}
        title={t("security.end-others")}
        hint={t("security.end-others-hint", { count: others.length })}
        action={t("security.end-others")}
        onConfirm={() => call(end_other_sessions, {}).then(again)}
      />
    </Card>
  );
}

function OwnActivity() {
  const { t, date } = useSecurityWords();
  const actionWord = useActionWords();
  const entries = usePages(list_my_activity, { query: { limit: 10 } });
  return (
    <Card title={t("security.activity")} isFlush>
      {entries.isPending && <SkeletonRows count={3} />}
      {entries.error && entries.rows.length === 0 ? <ErrorState error={entries.error} onRetry={entries.refetch} /> : null}
      <ul className="divide-y divide-line">
        {entries.rows.map((one) => (
          <li key={`${one.request_id}${one.action}${one.subject_id}`} className="flex flex-wrap items-baseline gap-x-4 px-4 py-2.5 sm:px-5">
            <span className="flex-1 font-medium">{actionWord(one.action)}</span>
            <span className="font-mono text-xs text-ink-faint">{one.address}</span>
            <span className="text-sm text-ink-faint">{date(one.at)}</span>
          </li>
        ))}
      </ul>
      <More pages={entries} />
    </Card>
  );
}
