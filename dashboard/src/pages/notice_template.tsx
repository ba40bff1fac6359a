// In which approved template customers of a WhatsApp number are told of their orders when its chat takes no message.

import { MessageSquareText } from "lucide-react";
import { useState } from "react";
import { type Connection, change_connection, read_connection } from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { Field, TextInput } from "../parts/field";
import { FormButtons } from "../parts/form_buttons";
import { tell } from "../parts/toast";
import { useNotificationWords } from "../words/notifications";
import { EditsBanner, useEdits } from "./meanwhile";

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

function TemplateDialog({ connection, onClose }: { connection: Connection; onClose(): void }) {
  const { t } = useNotificationWords();
  const { business_id } = useHere();
  const { call, queries } = useServices();
  const ids = { business_id, connection_id: connection.id };
  const edits = useEdits({
    state: connection,
    fieldsOf: ({ notice_template }) => ({ name: notice_template?.name ?? "", language: notice_template?.language ?? "" }),
    reread: () => call(read_connection, ids),
    save: async ({ name, language }, { version }) => {
      // Without a name there is none.
      const notice_template = name.trim() ? { name: name.trim(), language: language.trim() } : null;
      const saved = await call(change_connection, { ...ids, version, body: { notice_template } });
      tell(t("action.saved"));
      onClose();
      return saved;
    },
    keep: () => queries.invalidateQueries({ queryKey: ["list_connections", { business_id }] }),
  });
  const wrong = edits.problem?.fields ?? {};
  const isOfFields = Object.keys(wrong).some((field) => field.startsWith("/notice_template"));
  return (
    <Dialog isOpen onClose={onClose} title={t("template.title")} hint={t("template.hint")}>
      <form onSubmit={edits.onSubmit} className="flex flex-col gap-4" noValidate>
        <EditsBanner edits={isOfFields ? { ...edits, refusal: null } : edits} subject_id={connection.id} labels={{ name: t("template.name"), language: t("template.language") }} />
        <Field label={t("template.name")} hint={t("template.name-hint")} error={wrong["/notice_template/name"] ?? wrong["/notice_template"]}>
          <TextInput {...edits.text("name")} dir="ltr" autoCapitalize="none" spellCheck={false} className="font-mono" />
        </Field>
        <Field label={t("template.language")} hint={t("template.language-hint")} error={wrong["/notice_template/language"]}>
          <TextInput {...edits.text("language")} dir="ltr" autoCapitalize="none" spellCheck={false} className="max-w-40 font-mono" />
        </Field>
        <FormButtons isBusy={edits.isBusy} onClose={onClose} />
      </form>
    </Dialog>
  );
}
