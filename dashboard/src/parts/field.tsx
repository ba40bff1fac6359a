import { createContext, type InputHTMLAttributes, type ReactNode, type Ref, type SelectHTMLAttributes, type TextareaHTMLAttributes, useContext, useId } from "react";
import { names } from "../lib/names";

interface FieldIds {
  id: string;
  describedBy: string | undefined;
  isWrong: boolean;
}

const Context = createContext<FieldIds | null>(null);

/** A control with its name, what helps, and what is wrong with it. */
export function Field({
  label,
  hint,
  error,
  isLabelHidden,
  children,
}: {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  isLabelHidden?: boolean;
  children: ReactNode;
}) {
  const id = useId();
  const noteId = `${id}-note`;
  const describedBy = error || hint ? noteId : undefined;
  return (
    <div className="min-w-0">
      <label htmlFor={id} className={names("mb-1 block text-sm font-medium text-ink", isLabelHidden && "sr-only")}>
        {label}
      </label>
      <Context value={{ id, describedBy, isWrong: Boolean(error) }}>{children}</Context>
      {(error || hint) && (
        <p id={noteId} role={error ? "alert" : undefined} className={names("mt-1 text-sm", error ? "text-bad" : "text-ink-faint")}>
          {error ? sentence(label, error) : hint}
        </p>
      )}
    </div>
  );
}

/** The server says what is wrong without naming the field: "must not be empty". */
function sentence(label: string, error: string): string {
  return /^\p{Ll}/u.test(error) ? `${label} ${error}` : error;
}

function useField(given: { id?: string | undefined }) {
  const field = useContext(Context);
  return { id: given.id ?? field?.id, "aria-describedby": field?.describedBy, "aria-invalid": field?.isWrong || undefined };
}

export function TextInput({ className, ref, ...rest }: InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> }) {
  return <input ref={ref} className={names("field-box", className)} {...useField(rest)} {...rest} />;
}

export function TextArea({ className, ref, ...rest }: TextareaHTMLAttributes<HTMLTextAreaElement> & { ref?: Ref<HTMLTextAreaElement> }) {
  return <textarea ref={ref} className={names("field-box min-h-20 resize-y", className)} {...useField(rest)} {...rest} />;
}

export function Select({ className, children, ...rest }: SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <div className={names("relative", className)}>
      <select className="field-box appearance-none pe-9" {...useField(rest)} {...rest}>
        {children}
      </select>
      <svg aria-hidden="true" viewBox="0 0 16 16" className="pointer-events-none absolute end-3 top-1/2 size-4 -translate-y-1/2 text-ink-faint">
        <path d="m4 6 4 4 4-4" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" />
      </svg>
    </div>
  );
}

export function Checkbox({ label, hint, ...rest }: InputHTMLAttributes<HTMLInputElement> & { label: ReactNode; hint?: ReactNode }) {
  const id = useId();
  return (
    <div className="flex items-start gap-2.5">
      <input id={id} type="checkbox" className="mt-0.5 size-4.5 shrink-0 accent-brand" aria-describedby={hint ? `${id}-hint` : undefined} {...rest} />
      <div>
        <label htmlFor={id} className="text-base text-ink">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-sm text-ink-faint">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
