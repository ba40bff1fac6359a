import { useWords } from "../words/provider";
import { Button, type ButtonLook } from "./button";

/** At the end of a form; of a dialog's with the way out. */
export function FormButtons({ onClose, isBusy, action, look = "primary" }: { onClose?(): void; isBusy: boolean; action?: string; look?: ButtonLook }) {
  const { t } = useWords();
  return (
    <div className="flex flex-wrap justify-end gap-2">
      {onClose && <Button onClick={onClose}>{t("action.cancel")}</Button>}
      <Button type="submit" look={look} isBusy={isBusy}>
        {action ?? t("action.save")}
      </Button>
    </div>
  );
}
