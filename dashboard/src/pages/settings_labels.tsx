import { usePages } from "../api/hooks";
import { add_label, change_label, type Label, list_labels, remove_label } from "../api/operations";
import { ApiProblem } from "../api/problem";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { labelColours } from "../inbox/people";
import { names } from "../lib/names";
import { Dialog } from "../parts/dialog";
import { EditableList } from "../parts/editable_list";
import { Field, TextInput } from "../parts/field";
import { FormButtons } from "../parts/form_buttons";
import { useWords } from "../words/provider";
import { EditsBanner, useEdits } from "./meanwhile";

export function LabelSettings() {
  const { t } = useWords();
  const { business_id, may } = useHere();
  const { call, queries } = useServices();
  const labels = usePages(list_labels, { business_id, query: { limit: 50 } });
  const again = () => queries.invalidateQueries({ queryKey: ["list_labels", { business_id }] });
  return (
    <EditableList
      title={t("settings.labels")}
      hint={t("labels.hint")}
      none={t("labels.none")}
      add={t("labels.new")}
      removeHint={t("labels.remove-hint")}
      pages={labels}
      mayChange={may(add_label)}
      nameOf={(one) => one.name}
      editor={(label, close) => <EditLabel label={label} onClose={close} onDone={again} />}
      onRemove={(label) => call(remove_label, { business_id, label_id: label.id }).then(again)}
    >
      {(one) => <span className={names("rounded-full px-2.5 py-0.5", labelColours[one.colour])}>{one.name}</span>}
    </EditableList>
  );
}

const fresh: Label = { id: "", name: "", colour: "green", version: 0 };

function EditLabel({ label, onClose, onDone }: { label: Label | null; onClose(): void; onDone(): unknown }) {
  const { t, word } = useWords();
  const { business_id } = useHere();
  const { call } = useServices();
  // The API shows labels by the list alone.
  const reread = async () => {
    for (let cursor: string | undefined; ; ) {
      const page = await call(list_labels, { business_id, query: { limit: 100, ...(cursor ? { cursor } : {}) } });
      const found = page.items.find(({ id }) => id === label?.id);
      if (found) return found;
      if (!page.next_cursor) throw new ApiProblem({ kind: "not-found", status: 404 });
      cursor = page.next_cursor;
    }
  };
  const edits = useEdits({
    state: label ?? fresh,
    fieldsOf: ({ name, colour }) => ({ name, colour }),
    reread,
    save: async ({ name, colour }, { version }) => {
      const body = { name: name.trim(), colour };
      const saved = label ? await call(change_label, { business_id, label_id: label.id, version, body }) : await call(add_label, { business_id, body });
      onClose();
      return saved;
    },
    keep: onDone,
  });
  return (
    <Dialog isOpen onClose={onClose} title={t(label ? "labels.edit" : "labels.new")}>
      <form onSubmit={edits.onSubmit} className="flex flex-col gap-4" noValidate>
        <EditsBanner
          edits={edits}
          subject_id={label?.id ?? ""}
          labels={{ name: t("field.name"), colour: t("labels.colour") }}
          shown={(name, value) => (name === "colour" ? word("colour", String(value)) : String(value))}
        />
        <Field label={t("field.name")} error={edits.errorOf("name")}>
          <TextInput {...edits.text("name")} required maxLength={60} />
        </Field>
        <fieldset>
          <legend className="mb-2 text-sm font-medium">{t("labels.colour")}</legend>
          <div className="flex flex-wrap gap-2">
            {(Object.keys(labelColours) as Array<Label["colour"]>).map((colour) => (
              <label
                key={colour}
                className={names(
                  "relative inline-flex min-h-8 cursor-pointer items-center rounded-full px-3 text-sm has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-brand",
                  labelColours[colour],
                  edits.fields.colour === colour && "ring-2 ring-brand ring-offset-2 ring-offset-surface",
                )}
              >
                <input
                  type="radio"
                  name="colour"
                  value={colour}
                  checked={edits.fields.colour === colour}
                  onChange={() => edits.set("colour", colour)}
                  className="absolute inset-0 cursor-pointer opacity-0"
                />
                {word("colour", colour)}
              </label>
            ))}
          </div>
        </fieldset>
        <FormButtons onClose={onClose} isBusy={edits.isBusy} />
      </form>
    </Dialog>
  );
}
