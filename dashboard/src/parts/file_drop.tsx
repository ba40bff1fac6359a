import { UploadCloud } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { names } from "../lib/names";

/** Takes files by drag and drop, and by the system's own chooser. */
export function FileDrop({
  label,
  hint,
  accept,
  isMany,
  onFiles,
  disabled,
}: {
  label: string;
  hint?: string;
  accept: string;
  isMany?: boolean;
  onFiles(files: File[]): void;
  disabled?: boolean;
}) {
  const id = useId();
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    addEventListener("dragover", refuse);
    addEventListener("drop", refuse);
    return () => {
      removeEventListener("dragover", refuse);
      removeEventListener("drop", refuse);
    };
  }, []);
  return (
    <label
      htmlFor={id}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (!disabled) onFiles([...event.dataTransfer.files]);
      }}
      className={names(
        "flex cursor-pointer flex-col items-center gap-1 rounded-lg border border-dashed px-4 py-6 text-center text-ink-soft focus-within:outline-2 focus-within:outline-brand hover:border-brand hover:text-ink",
        isOver ? "border-brand bg-brand-soft" : "border-line-strong",
        disabled && "pointer-events-none opacity-55",
      )}
    >
      <UploadCloud aria-hidden className="size-6" strokeWidth={1.6} />
      <span className="text-base font-medium">{label}</span>
      {hint && <span className="text-sm text-ink-faint">{hint}</span>}
      <input
        id={id}
        type="file"
        accept={accept}
        multiple={isMany}
        disabled={disabled}
        className="sr-only"
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
    </label>
  );
}

/** A file that misses its place would be opened in the page's, and what was typed there be gone. */
function refuse(event: DragEvent): void {
  if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "none";
}
