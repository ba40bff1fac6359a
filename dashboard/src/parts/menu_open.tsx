// The open menu: Radix's, which is most of what a menu weighs. Read when somebody is about to open one.

import * as Radix from "@radix-ui/react-dropdown-menu";
import { Check } from "lucide-react";
import { names } from "../lib/names";
import { useWords } from "../words/provider";
import { type CheckGiven, type ItemGiven, type MenuGiven, MenuParts, type PartsOfMenu } from "./menu";

const floating = "scroll-quiet z-50 max-h-[70dvh] min-w-44 overflow-y-auto rounded-lg border border-line bg-surface p-1 shadow-floating animate-[appear_0.1s_ease-out]";
const row =
  "flex min-h-9 cursor-default items-center gap-2.5 rounded-md px-2.5 text-base text-ink outline-none data-highlighted:bg-hover data-disabled:text-ink-faint pointer-coarse:min-h-11";

function Item({ icon, onSelect, children, isDanger, disabled }: ItemGiven) {
  return (
    <Radix.Item className={names(row, isDanger && "text-bad")} onSelect={onSelect} {...(disabled ? { disabled } : {})}>
      {icon}
      {children}
    </Radix.Item>
  );
}

function CheckItem({ isOn, onSelect, children }: CheckGiven) {
  return (
    <Radix.CheckboxItem
      checked={isOn}
      className={names(row, "ps-2")}
      onSelect={(event) => {
        event.preventDefault();
        onSelect();
      }}
    >
      <span className="inline-flex size-4 items-center justify-center text-brand">{isOn && <Check aria-hidden className="size-4" />}</span>
      {children}
    </Radix.CheckboxItem>
  );
}

const parts: PartsOfMenu = {
  Item,
  Check: CheckItem,
  Head: ({ children }) => <Radix.Label className="px-2.5 pt-2 pb-1 text-xs font-medium text-ink-faint">{children}</Radix.Label>,
  Line: () => <Radix.Separator className="my-1 h-px bg-line" />,
};

export default function OpenMenu({ trigger, children, align, isOpen, onOpenChange }: Required<MenuGiven>) {
  const { direction } = useWords();
  return (
    <Radix.Root dir={direction} modal={false} open={isOpen} onOpenChange={onOpenChange}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content align={align} sideOffset={6} collisionPadding={8} className={floating}>
          <MenuParts value={parts}>{children}</MenuParts>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
