import { lazy, type ReactNode, Suspense, useState } from "react";
import { useWords } from "../words/provider";
import { Button, type ButtonLook } from "./button";
import { ProblemBanner } from "./states";

export interface Shown {
  onClose(): void;
  title: string;
  hint?: ReactNode;
  children: ReactNode;
}

const OpenDialog = lazy(() => import("./dialog_open").then((parts) => ({ default: parts.OpenDialog })));
const OpenDrawer = lazy(() => import("./dialog_open").then((parts) => ({ default: parts.OpenDrawer })));

/** In the middle; on a phone at the lower edge, where the thumb is. `isHeld`: a tap beside it or Escape does not close it. */
export function Dialog({ isOpen, ...given }: Shown & { isOpen: boolean; isWide?: boolean; isHeld?: boolean }) {
  return (
    isOpen && (
      <Suspense fallback={null}>
        <OpenDialog {...given} />
      </Suspense>
    )
  );
}

/** From the side, beside the list that it belongs to. */
export function Drawer({ isOpen, ...given }: Shown & { isOpen: boolean; isWide?: boolean }) {
  return (
    isOpen && (
      <Suspense fallback={null}>
        <OpenDrawer {...given} />
      </Suspense>
    )
  );
}

/** Asks once more before something that cannot be taken back. Stays open, with the reason, when it is refused. */
export function ConfirmDialog({
  isOpen,
  onClose,
  title,
  hint,
  action,
  look = "danger",
  onConfirm,
}: Omit<Shown, "children"> & { isOpen: boolean; action: string; look?: ButtonLook; onConfirm(): Promise<unknown> }) {
  const { t } = useWords();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const confirm = async () => {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      onClose();
    } catch (refused) {
      setError(refused);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={title} hint={hint}>
      <ProblemBanner error={error} />
      <div className="mt-4 flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button look={look} isBusy={isBusy} onClick={confirm}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
