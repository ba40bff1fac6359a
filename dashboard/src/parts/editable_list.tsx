import { Pencil, Plus, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useWords } from "../words/provider";
import { Button, IconButton } from "./button";
import { Card } from "./card";
import { ConfirmDialog } from "./dialog";
import { ErrorState, SkeletonRows } from "./states";
import { More, type Pages } from "./table";

/** What people keep by hand: a dialog to add and to change, and a question before something goes. */
export function EditableList<Row extends { id: string }>({
  title,
  hint,
  none,
  add,
  removeHint,
  pages,
  mayChange,
  nameOf,
  children,
  editor,
  onRemove,
}: {
  title: string;
  hint: string;
  /** When nothing is there. */
  none: string;
  /** The button's words. */
  add: string;
  removeHint: string;
  pages: Pages<Row>;
  mayChange: boolean;
  nameOf(row: Row): string;
  children(row: Row): ReactNode;
  /** The dialog; null: of a new one. */
  editor(row: Row | null, close: () => void): ReactNode;
  onRemove(row: Row): Promise<unknown>;
}) {
  const { t } = useWords();
  const [edited, setEdited] = useState<{ row: Row | null } | null>(null);
  const [removed, setRemoved] = useState<Row | null>(null);
  return (
    <Card
      title={title}
      hint={hint}
      isFlush
      actions={
        mayChange && (
          <Button size="small" icon={<Plus aria-hidden className="size-4" />} onClick={() => setEdited({ row: null })}>
            {add}
          </Button>
        )
      }
    >
      {pages.isPending && <SkeletonRows count={3} />}
      {pages.error && pages.rows.length === 0 ? <ErrorState error={pages.error} onRetry={pages.refetch} /> : null}
      {!pages.isPending && !pages.error && pages.rows.length === 0 && <p className="px-5 pb-5 text-ink-faint">{none}</p>}
      <ul className="divide-y divide-line">
        {pages.rows.map((row) => (
          <li key={row.id} className="flex items-center gap-3 px-4 py-2.5 sm:px-5">
            <div className="min-w-0 flex-1">{children(row)}</div>
            {mayChange && (
              <span className="flex">
                <IconButton label={t("action.edit-name", { name: nameOf(row) })} onClick={() => setEdited({ row })}>
                  <Pencil aria-hidden className="size-4" />
                </IconButton>
                <IconButton label={t("action.remove-name", { name: nameOf(row) })} onClick={() => setRemoved(row)}>
                  <Trash2 aria-hidden className="size-4" />
                </IconButton>
              </span>
            )}
          </li>
        ))}
      </ul>
      <More pages={pages} />
      {edited && editor(edited.row, () => setEdited(null))}
      <ConfirmDialog
        isOpen={removed !== null}
        onClose={() => setRemoved(null)}
        title={t("remove.title", { name: removed ? nameOf(removed) : "" })}
        hint={removeHint}
        action={t("action.remove")}
        onConfirm={async () => {
          if (removed) await onRemove(removed);
        }}
      />
    </Card>
  );
}
