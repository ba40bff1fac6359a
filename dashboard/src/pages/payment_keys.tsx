// The keys of an account at a payment provider: entered, replaced, and kept nowhere here.

import { Plus } from "lucide-react";
import type { InputHTMLAttributes } from "react";
import { add_payment_connection, check_payment_connection, type PaymentConnection, read_payment_connection, replace_payment_keys } from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { useForm } from "../lib/form";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { Field, Select } from "../parts/field";
import { FormButtons } from "../parts/form_buttons";
import { PasswordInput } from "../parts/password_input";
import { ProblemBanner } from "../parts/states";
import { tell } from "../parts/toast";
import { useIntegrationWords } from "../words/integrations";
import { keysOf, mostSecrets, problemOfSecret, replacementOf } from "./event_secrets";
import { EditsBanner, useEdits } from "./meanwhile";

type Provider = PaymentConnection["provider"];
const providers: Provider[] = ["paystack", "flutterwave", "stripe"];

export function AddProvider({ onClose }: { onClose(): void }) {
  const { t } = useIntegrationWords();
  const { business_id } = useHere();
  const { call } = useServices();
  const { again, tryKeys } = useLook();
  const form = useForm({ provider: "paystack" as Provider, secret_key: "", webhook_secrets: [""] }, async ({ provider, ...keys }) => {
    const added = await call(add_payment_connection, { business_id, body: { provider, ...keysOf(keys) } });
    tell(t("payment-provider.added", { provider: t(`provider.${provider}`) }));
    onClose();
    void again();
    void tryKeys(added);
  });
  const { provider } = form.fields;
  return (
    <Dialog isOpen onClose={onClose} title={t("payment-provider.add")} hint={t("payment-key.hint")}>
      <form onSubmit={form.onSubmit} className="flex flex-col gap-4" noValidate autoComplete="off">
        <ProblemBanner error={isOfSecrets(form) ? null : form.refusal} />
        <Field label={t("payment-provider.name")} error={form.errorOf("provider")}>
          <Select name="provider" value={provider} onChange={(event) => form.setFields({ ...form.fields, provider: event.target.value as Provider, webhook_secrets: [""] })}>
            {providers.map((one) => (
              <option key={one} value={one}>
                {t(`provider.${one}`)}
              </option>
            ))}
          </Select>
        </Field>
        <SecretKey provider={provider} form={form} />
        {provider !== "paystack" && <EventSecrets provider={provider} form={form} onChange={(secrets) => form.set("webhook_secrets", secrets)} />}
        <FormButtons onClose={onClose} isBusy={form.isBusy} action={t("payment-provider.add")} />
      </form>
    </Dialog>
  );
}

export function ReplaceKeys({ connection, onClose }: { connection: PaymentConnection; onClose(): void }) {
  const { t, date } = useIntegrationWords();
  const { business_id } = useHere();
  const { call } = useServices();
  const { again, tryKeys } = useLook();
  const { provider } = connection;
  const ids = { business_id, payment_connection_id: connection.id };
  const edits = useEdits({
    state: connection,
    // Nothing of a key is shown: that others replaced it is told by when they did.
    fieldsOf: ({ connected_at, key_hint }) => ({ secret_key: "", webhook_secrets: provider === "paystack" ? [] : [""], connected_at, key_hint }) as Fields,
    reread: () => call(read_payment_connection, ids),
    save: async (keys, { version }) => {
      const saved = await call(replace_payment_keys, { ...ids, version, body: replacementOf(keys) });
      tell(t("payment-provider.replaced"));
      onClose();
      void tryKeys(saved);
      return saved;
    },
    keep: again,
  });
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("payment-provider.replace")}
      hint={t("payment-key.replace-hint", { provider: t(`provider.${provider}`), mode: t(`payment-provider.mode.${connection.mode}`) })}
    >
      <form onSubmit={edits.onSubmit} className="flex flex-col gap-4" noValidate autoComplete="off">
        <EditsBanner
          edits={isOfSecrets(edits) ? { ...edits, refusal: null } : edits}
          subject_id={connection.id}
          labels={{ connected_at: t("payment-key.entered"), key_hint: t("payment-provider.key") }}
          shown={(name, value) => (name === "connected_at" ? date(String(value)) : `…${value ?? ""}`)}
        />
        <SecretKey provider={provider} form={edits} isKept />
        <EventSecrets provider={provider} form={edits} onChange={(secrets) => edits.set("webhook_secrets", secrets)} kept={connection.webhook_secrets} />
        <FormButtons onClose={onClose} isBusy={edits.isBusy} action={t("payment-provider.replace")} />
      </form>
    </Dialog>
  );
}

type Fields = { secret_key: string; webhook_secrets: string[]; connected_at: string; key_hint: string | null };

interface KeyForm {
  fields: Pick<Fields, "webhook_secrets">;
  problem: { fields: Record<string, string> } | null;
  text(name: "secret_key"): Pick<InputHTMLAttributes<HTMLInputElement>, "name" | "value" | "onChange">;
  errorOf(name: "secret_key"): string | undefined;
}

const isOfSecrets = ({ problem }: Pick<KeyForm, "problem">) => Object.keys(problem?.fields ?? {}).some((field) => field.startsWith("/webhook_secrets"));

/** What is there now is read again; new keys are tried at the provider at once. */
function useLook() {
  const { business_id } = useHere();
  const { call, queries } = useServices();
  const again = () => queries.invalidateQueries({ queryKey: ["list_payment_connections", { business_id }] });
  const tryKeys = ({ id }: PaymentConnection) =>
    call(check_payment_connection, { business_id, payment_connection_id: id })
      // That there was no answer is kept with the connection, and said there.
      .catch(() => {})
      .finally(again);
  return { again, tryKeys };
}

/** `isKept`: there is one, and it stays when nothing is entered. */
function SecretKey({ provider, form, isKept = false }: { provider: Provider; form: KeyForm; isKept?: boolean }) {
  const { t } = useIntegrationWords();
  const hint = [t(`payment-key.where.${provider}`), isKept && t("payment-key.key-stays")].filter(Boolean).join(" ");
  return (
    <Field label={t("payment-key.secret")} hint={hint} error={form.errorOf("secret_key")}>
      <PasswordInput {...form.text("secret_key")} required={!isKept} dir="ltr" autoComplete="new-password" />
    </Field>
  );
}

/** `kept`: how many are there, and stay when nothing is entered. */
function EventSecrets({ provider, form, onChange, kept = 0 }: { provider: Provider; form: KeyForm; onChange(secrets: string[]): void; kept?: number }) {
  const { t, number } = useIntegrationWords();
  const secrets = form.fields.webhook_secrets;
  const label = t(`payment-key.event.${provider}`);
  const hint = [t(`payment-key.event-where.${provider}`), kept > 0 && t("payment-key.stay", { count: kept })].filter(Boolean).join(" ");
  return (
    <>
      {secrets.map((secret, index) => (
        <Field key={index} label={index > 0 ? `${label} ${number(index + 1)}` : label} hint={index === 0 && hint} error={problemOfSecret(form.problem, secrets, index)}>
          <PasswordInput
            name={`webhook_secret_${index}`}
            value={secret}
            onChange={(event) => onChange(secrets.with(index, event.target.value))}
            dir="ltr"
            autoComplete="new-password"
          />
        </Field>
      ))}
      {secrets.length < mostSecrets && (
        <div>
          <Button size="small" look="quiet" icon={<Plus aria-hidden className="size-4" />} onClick={() => onChange([...secrets, ""])}>
            {t(`payment-key.another.${provider}`)}
          </Button>
        </div>
      )}
    </>
  );
}
