import { usePages } from "../api/hooks";
import { add_canned_reply, type CannedReply, change_canned_reply, list_canned_replies, remove_canned_reply, show_canned_reply } from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { Dialog } from "../parts/dialog";
import { EditableList } from "../parts/editable_list";
import { Field, TextArea, TextInput } from "../parts/field";
import { FormButtons } from "../parts/form_buttons";
import { useWords } from "../words/provider";
import { EditsBanner, useEdits } from "./meanwhile";

export function ReplySettings() {
  const { t } = useWords();
  const { business_id, may } = useHere();
  const { call, queries } = useServices();
  const replies = usePages(list_canned_replies, { business_id, query: { limit: 50 } });
  const again = () => queries.invalidateQueries({ queryKey: ["list_canned_replies", { business_id }] });
  return (
    <EditableList
      title={t("settings.replies")}
      hint={t("replies.hint")}
      none={t("replies.none")}
      add={t("replies.new")}
      removeHint={t("replies.remove-hint")}
      pages={replies}
      mayChange={may(add_canned_reply)}
      nameOf={(one) => `/${one.shortcut}`}
      editor={(reply, close) => <EditReply reply={reply} onClose={close} onDone={again} />}
      onRemove={(reply) => call(remove_canned_reply, { business_id, canned_reply_id: reply.id }).then(again)}
    >
      {(one) => (
        <>
          <p className="font-mono text-sm font-medium">/{one.shortcut}</p>
          <p className="line-clamp-2 whitespace-pre-wrap text-ink-soft">{one.text}</p>
        </>
      )}
    </EditableList>
  );
}

const fresh: CannedReply = { id: "", shortcut: "", text: "", version: 0 };

function EditReply({ reply, onClose, onDone }: { reply: CannedReply | null; onClose(): void; onDone(): unknown }) {
  const { t } = useWords();
  const { business_id } = useHere();
  const { call } = useServices();
  const edits = useEdits({
    state: reply ?? fresh,
    fieldsOf: ({ shortcut, text }) => ({ shortcut, text }),
    reread: () => call(show_canned_reply, { business_id, canned_reply_id: reply?.id ?? "" }),
    save: async ({ shortcut, text }, { version }) => {
      const body = { shortcut: shortcut.trim().replace(/^\//, ""), text: text.trim() };
      const saved = reply ? await call(change_canned_reply, { business_id, canned_reply_id: reply.id, version, body }) : await call(add_canned_reply, { business_id, body });
      onClose();
      return saved;
    },
    keep: onDone,
  });
  return (
    <Dialog isOpen onClose={onClose} title={t(reply ? "replies.edit" : "replies.new")}>
      <form onSubmit={edits.onSubmit} className="flex flex-col gap-4" noValidate>
        <EditsBanner edits={edits} subject_id={reply?.id ?? ""} labels={{ shortcut: t("replies.shortcut"), text: t("replies.text") }} />
        <Field label={t("replies.shortcut")} hint={t("replies.shortcut-hint")} error={edits.errorOf("shortcut")}>
          <TextInput {...edits.text("shortcut")} required className="font-mono" autoCapitalize="off" />
        </Field>
        <Field label={t("replies.text")} error={edits.errorOf("text")}>
          <TextArea {...edits.text("text")} required className="min-h-32" dir="auto" />
        </Field>
        <FormButtons onClose={onClose} isBusy={edits.isBusy} />
      </form>
    </Dialog>
  );
}
