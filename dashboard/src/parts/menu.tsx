// A button and what it opens. Until somebody is about to open it there is the button alone.

import { cloneElement, createContext, lazy, type ReactElement, type ReactNode, Suspense, use, useState } from "react";

export interface MenuGiven {
  /** A button. */
  trigger: ReactElement<TriggerGiven>;
  children: ReactNode;
  align?: "start" | "end";
  isOpen?: boolean;
  onOpenChange?(open: boolean): void;
}

interface TriggerGiven {
  onClick?(): void;
  onPointerEnter?(): void;
  onFocus?(): void;
  onKeyDown?(event: { key: string; preventDefault(): void }): void;
  "aria-haspopup"?: "menu";
  "aria-expanded"?: boolean;
}

export interface ItemGiven {
  icon?: ReactNode;
  onSelect(): void;
  children: ReactNode;
  isDanger?: boolean;
  disabled?: boolean;
}

export interface CheckGiven {
  isOn: boolean;
  onSelect(): void;
  children: ReactNode;
}

export interface PartsOfMenu {
  Item(given: ItemGiven): ReactNode;
  Check(given: CheckGiven): ReactNode;
  Head(given: { children: ReactNode }): ReactNode;
  Line(): ReactNode;
}

/** Given by the open menu. */
export const MenuParts = createContext<PartsOfMenu | null>(null);

const read = () => import("./menu_open");

/** So that menus open without a network, too. */
export const readMenu = () => void read().catch(() => {});

const OpenMenu = lazy(read);

export function Menu({ trigger, children, align = "end", isOpen, onOpenChange }: MenuGiven) {
  const [isOwnOpen, setOwnOpen] = useState(false);
  const [isWanted, setWanted] = useState(false);
  const isShown = isOpen ?? isOwnOpen;
  const change = onOpenChange ?? setOwnOpen;
  const open = () => {
    setWanted(true);
    change(true);
  };
  const button = cloneElement(trigger, {
    "aria-haspopup": "menu",
    "aria-expanded": false,
    onClick: open,
    onPointerEnter: readMenu,
    onFocus: readMenu,
    onKeyDown: (event) => {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      open();
    },
  });
  if (!isWanted && !isShown) return button;
  return (
    <Suspense fallback={button}>
      <OpenMenu trigger={trigger} align={align} isOpen={isShown} onOpenChange={change}>
        {children}
      </OpenMenu>
    </Suspense>
  );
}

function useParts(): PartsOfMenu {
  const parts = use(MenuParts);
  if (!parts) throw new Error("no Menu");
  return parts;
}

export function MenuItem(given: ItemGiven) {
  const { Item } = useParts();
  return <Item {...given} />;
}

export function MenuCheck(given: CheckGiven) {
  const { Check } = useParts();
  return <Check {...given} />;
}

export function MenuHead({ children }: { children: ReactNode }) {
  const { Head } = useParts();
  return <Head>{children}</Head>;
}

export function MenuLine() {
  const { Line } = useParts();
  return <Line />;
}
