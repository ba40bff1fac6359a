// In which approved template customers of a WhatsApp number are told of their orders when its chat takes no message.

import { MessageSquareText } from "lucide-react";
import { useState } from "react";
import { type Connection, change_connection } from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { useForm } from "../lib/form";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { Field, TextInput } from "../parts/field";
import { FormButtons } from "../parts/form_buttons";
import { ProblemBanner } from "../parts/states";
import { tell } from "../parts/toast";
import { useNotificationWords } from "../words/notifications";

export function NoticeTemplate({ connection }: { connection: Connection }) {
  const { t } = useNotificationWords();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button size="small" icon={<MessageSquareText aria-hidden className="size-4" />} onClick={() => setOpen(true)}>
        {t("template.title")}
        {connection.notice_template && <bdi className="max-w-32 truncate font-normal text-ink-faint">{connection.notice_template.name}</bdi>}
      </Button>
      {isOpen && <TemplateDialog connection={connection} onClose={() => setOpen(false)} />}
    </>
  );
}

function TemplateDialog({ connection: { id, notice_template }, onClose }: { connection: Connection; onClose(): void }) {
  const { t } = useNotificationWords();
  const { business_id } = useHere();
  const { call, queries } = useServices();
  // Without a name there is none.
  const form = useForm({ name: notice_template?.name ?? "", language: notice_template?.language ?? "" }, async ({ name, language }) => {
    const wanted = name.trim() ? { name: name.trim(), language: language.trim() } : null;
    await call(change_connection, { business_id, connection_id: id, body: { notice_template: wanted } });
    await queries.invalidateQueries({ queryKey: ["list_connections", { business_id }] });
    tell(t("action.saved"));
    onClose();
  });
  const wrong = form.problem?.fields ?? {};
  const isOfFields = Object.keys(wrong).some((field) => field.startsWith("/notice_template"));
  return (
    <Dialog isOpen onClose={onClose} title={t("template.title")} hint={t("template.hint")}>
      <form onSubmit={form.onSubmit} className="flex flex-col gap-4" noValidate>
        <ProblemBanner error={isOfFields ? null : form.problem} />
        <Field label={t("template.name")} hint={t("template.name-hint")} error={wrong["/notice_template/name"] ?? wrong["/notice_template"]}>
          <TextInput {...form.text("name")} dir="ltr" autoCapitalize="none" spellCheck={false} className="font-mono" />
        </Field>
        <Field label={t("template.language")} hint={t("template.language-hint")} error={wrong["/notice_template/language"]}>
          <TextInput {...form.text("language")} dir="ltr" autoCapitalize="none" spellCheck={false} className="max-w-40 font-mono" />
        </Field>
        <FormButtons isBusy={form.isBusy} onClose={onClose} />
      </form>
    </Dialog>
  );
}
