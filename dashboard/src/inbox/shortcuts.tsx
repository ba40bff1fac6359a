import { useState } from "react";
import { singleKeys } from "../lib/keys";
import { Dialog } from "../parts/dialog";
import { Kbd } from "../parts/kbd";
import { Switch } from "../parts/switch";
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
  ["?", "shortcut.help"],
];

/** What works, and the switch of the keys that work alone. */
export function ShortcutsDialog({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const { t } = useWords();
  const [areSingleOn, setSingleOn] = useState(singleKeys.areOn);
  const shown: Array<[string, Key]> = [
    [t("key.command-k"), "palette.open"],
    [t("shortcut.help-key"), "shortcut.help"],
    ["Esc", "shortcut.close"],
    ...(areSingleOn ? shortcuts : []),
  ];
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t("shortcut.title")}>
      <dl className="grid grid-cols-[1fr_auto] gap-x-6 gap-y-2.5 text-base">
        {shown.map(([key, label]) => (
          <div key={key} className="contents">
            <dt>{t(label)}</dt>
            <dd>
              <Kbd>{key}</Kbd>
            </dd>
          </div>
        ))}
      </dl>
      <div className="mt-5 border-t border-line pt-3">
        <Switch
          label={t("shortcut.single")}
          isOn={areSingleOn}
          onChange={(on) => {
            singleKeys.turn(on);
            setSingleOn(on);
          }}
        />
        <p className="text-sm text-ink-soft">{t("shortcut.single-hint")}</p>
      </div>
    </Dialog>
  );
}
