import { Search, X } from "lucide-react";
import { type Ref, useEffect, useState } from "react";
import { useWords } from "../words/provider";

/** Searches once the person pauses; Escape empties it. */
export function SearchInput({ label, value, onSearch, ref }: { label: string; value: string; onSearch(text: string): void; ref?: Ref<HTMLInputElement> }) {
  const { t } = useWords();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onSearch(text.trim()), 300);
    return () => clearTimeout(timer);
  }, [text, value, onSearch]);
  return (
    <div className="relative min-w-0 flex-1">
      <Search aria-hidden className="pointer-events-none absolute start-3 top-1/2 size-4 -translate-y-1/2 text-ink-faint" />
      <input
        ref={ref}
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") onSearch(text.trim());
          if (event.key === "Escape" && text) {
            event.stopPropagation();
            setText("");
            onSearch("");
          }
        }}
        className="field-box ps-9 pe-9 [&::-webkit-search-cancel-button]:hidden"
      />
      {text && (
        <button
          type="button"
          aria-label={t("search.clear")}
          onClick={() => {
            setText("");
            onSearch("");
          }}
          className="absolute end-1 top-1/2 inline-flex size-8 -translate-y-1/2 items-center justify-center rounded text-ink-faint hover:text-ink"
        >
          <X aria-hidden className="size-4" />
        </button>
      )}
    </div>
  );
}
