import type { InputHTMLAttributes } from "react";
import { useWords } from "../words/provider";
import { Field, TextInput } from "./field";

/** The code that comes by mail, for whoever did not follow the mail's link. */
export function MailCodeField({ error, ...input }: InputHTMLAttributes<HTMLInputElement> & { error?: string | undefined }) {
  const { t } = useWords();
  return (
    <Field label={t("field.mail-code")} error={error}>
      <TextInput {...input} required autoComplete="off" className="font-mono" />
    </Field>
  );
}
