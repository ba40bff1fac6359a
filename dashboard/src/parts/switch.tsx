import { names } from "../lib/names";

export function Switch({
  label,
  isOn,
  onChange,
  disabled,
  isLabelHidden,
}: {
  label: string;
  isOn: boolean;
  onChange(on: boolean): void;
  disabled?: boolean;
  isLabelHidden?: boolean;
}) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={isOn}
      aria-label={label}
      disabled={disabled}
      onClick={() => onChange(!isOn)}
      className="inline-flex min-h-8 items-center gap-2.5 text-base disabled:opacity-55"
    >
      <span className={names("relative h-5 w-9 shrink-0 rounded-full border transition-colors", isOn ? "border-brand bg-brand" : "border-line-strong bg-sunken")}>
        <span className={names("absolute top-0.5 size-3.5 rounded-full transition-[inset-inline-start]", isOn ? "start-4.5 bg-on-brand" : "start-0.5 bg-line-strong")} />
      </span>
      {!isLabelHidden && label}
    </button>
  );
}
