import { Dialog } from "../parts/dialog";
import { Kbd } from "../parts/kbd";
import { useWords } from "../words/provider";
import type { Key } from "../words/words";

const shortcuts: Array<[string, Key]> = [
  ["J", "shortcut.next"],
  ["K", "shortcut.previous"],
  ["R", "shortcut.reply"],
  ["N", "shortcut.note"],
  ["E", "shortcut.to-ai"],
  ["A", "shortcut.assign"],
  ["L", "shortcut.labels"],
  ["S", "shortcut.snooze"],
  ["/", "shortcut.search"],
  ["Esc", "shortcut.close"],
  ["?", "shortcut.help"],
];

export function ShortcutsDialog({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const { t } = useWords();
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t("shortcut.title")}>
      <dl className="grid grid-cols-[1fr_auto] gap-x-6 gap-y-2.5 text-base">
        <dt>{t("palette.open")}</dt>
        <dd>
          <Kbd>{t("key.command-k")}</Kbd>
        </dd>
        {shortcuts.map(([key, label]) => (
          <div key={key} className="contents">
            <dt>{t(label)}</dt>
            <dd>
              <Kbd>{key}</Kbd>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
