import * as Radix from "@radix-ui/react-popover";
import type { ReactNode } from "react";

export function Popover({
  trigger,
  label,
  children,
  isOpen,
  onOpenChange,
  align = "end",
}: {
  trigger: ReactNode;
  label: string;
  children: ReactNode;
  isOpen?: boolean;
  onOpenChange?(open: boolean): void;
  align?: "start" | "end";
}) {
  return (
    <Radix.Root {...(isOpen === undefined ? {} : { open: isOpen })} {...(onOpenChange ? { onOpenChange } : {})}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="scroll-quiet z-50 max-h-[70dvh] w-72 overflow-y-auto rounded-lg border border-line bg-surface p-4 shadow-floating animate-[appear_0.1s_ease-out]"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
