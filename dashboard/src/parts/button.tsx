import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { names } from "../lib/names";
import { Spinner } from "./spinner";

export type ButtonLook = "primary" | "secondary" | "quiet" | "danger";

const looks: Record<ButtonLook, string> = {
  primary: "bg-brand text-on-brand hover:bg-brand-strong shadow-raised",
  secondary: "bg-surface text-ink border border-line-strong/50 hover:bg-hover shadow-raised",
  quiet: "text-ink-soft hover:bg-hover hover:text-ink",
  danger: "bg-bad text-surface hover:opacity-90 shadow-raised",
};
const common =
  "inline-flex items-center justify-center gap-2 rounded-md font-medium whitespace-nowrap select-none transition-colors disabled:opacity-55 disabled:cursor-not-allowed";
const sizes = { small: "min-h-8 px-2.5 text-sm", medium: "min-h-10 px-4 text-base" };

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: ButtonLook;
  size?: keyof typeof sizes;
  /** Waits for an answer: it stays as wide as it is and cannot be pressed again. */
  isBusy?: boolean;
  icon?: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ look = "secondary", size = "medium", isBusy = false, icon, className, children, disabled, type = "button", ...rest }: ButtonProps) {
  return (
    <button type={type} className={names(common, looks[look], sizes[size], className)} disabled={disabled || isBusy} aria-busy={isBusy || undefined} {...rest}>
      {isBusy ? <Spinner /> : icon}
      {children}
    </button>
  );
}

export function buttonClass(look: ButtonLook = "secondary", size: keyof typeof sizes = "medium"): string {
  return names(common, looks[look], sizes[size]);
}

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** What it does: its name for a screen reader, and its tip. */
  label: string;
  isOn?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ label, isOn, className, children, type = "button", ...rest }: IconButtonProps) {
  const look = isOn ? "bg-brand-soft text-brand" : "text-ink-soft hover:bg-hover hover:text-ink";
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      aria-pressed={isOn}
      className={names(
        "inline-flex size-9 shrink-0 items-center justify-center rounded-md transition-colors pointer-coarse:size-11 disabled:opacity-45 disabled:cursor-not-allowed",
        look,
        className,
      )}
      {...rest}
    >
      {children}
    </button>
  );
}
