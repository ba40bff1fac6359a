// Open dialogs: Radix's, which is most of what they weigh. Read when one is opened.

import * as Radix from "@radix-ui/react-dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { names } from "../lib/names";
import { useWords } from "../words/provider";
import { IconButton } from "./button";
import type { Shown } from "./dialog";
import { useFocusBack } from "./focus_back";

const shade = "fixed inset-0 z-40 bg-black/45 animate-[appear_0.12s_ease-out]";

const keep = (event: Event) => event.preventDefault();

/** In the middle; on a phone at the lower edge, where the thumb is. */
export function OpenDialog({ onClose, title, hint, children, isWide, isHeld }: Shown & { isWide?: boolean; isHeld?: boolean }) {
  const back = useFocusBack();
  const stay = isHeld ? { onInteractOutside: keep, onEscapeKeyDown: keep } : {};
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={shade} />
        <Radix.Content
          {...stay}
          {...back}
          {...(hint ? {} : { "aria-describedby": undefined })}
          className={names(
            "scroll-quiet fixed z-50 max-h-[90dvh] overflow-y-auto bg-surface p-5 shadow-floating animate-[appear_0.15s_ease-out] focus:outline-none",
            "inset-x-0 bottom-0 rounded-t-xl sm:inset-x-auto sm:start-1/2 sm:top-[12dvh] sm:bottom-auto sm:w-[calc(100vw-2rem)] sm:-translate-x-1/2 sm:rounded-lg sm:rtl:translate-x-1/2",
            isWide ? "sm:max-w-2xl" : "sm:max-w-md",
          )}
        >
          <Head title={title} hint={hint} />
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** From the side, beside the list that it belongs to. */
export function OpenDrawer({ onClose, title, hint, children, isWide }: Shown & { isWide?: boolean }) {
  const back = useFocusBack();
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={shade} />
        <Radix.Content
          {...back}
          {...(hint ? {} : { "aria-describedby": undefined })}
          className={names("scroll-quiet fixed inset-y-0 end-0 z-50 w-full overflow-y-auto bg-surface p-5 shadow-floating focus:outline-none", isWide ? "max-w-2xl" : "max-w-md")}
        >
          <Head title={title} hint={hint} />
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Head({ title, hint }: { title: string; hint: ReactNode }) {
  const { t } = useWords();
  return (
    <div className="mb-4 flex items-start justify-between gap-4">
      <div className="min-w-0">
        <Radix.Title className="text-xl font-semibold tracking-tight text-balance text-ink">{title}</Radix.Title>
        {hint && <Radix.Description className="mt-1 text-base text-pretty text-ink-soft">{hint}</Radix.Description>}
      </div>
      <Radix.Close asChild>
        <IconButton label={t("action.close")} className="-me-1.5 -mt-1.5">
          <X aria-hidden className="size-4.5" />
        </IconButton>
      </Radix.Close>
    </div>
  );
}
