import { Search, X } from "lucide-react";
import { type Ref, useEffect, useRef, useState } from "react";
import { useWords } from "../words/provider";

const pauseMs = 300;

/** Searches once the person pauses; Escape empties it. `value` is what is searched: it comes back from the address, or changes there. */
export function SearchInput({ label, value, onSearch, ref }: { label: string; value: string; onSearch(text: string): void; ref?: Ref<HTMLInputElement> }) {
  const { t } = useWords();
  const [text, setText] = useState(value);
  // While letters are composed (an input method) the text is not what will be meant.
  const [isComposing, setComposing] = useState(false);
  const asked = useRef(value);
  const latest = useRef(onSearch);
  latest.current = onSearch;

  const search = (wanted: string) => {
    if (wanted === asked.current) return;
    asked.current = wanted;
    latest.current(wanted);
  };
  const empty = () => {
    setText("");
    search("");
  };

  // What was asked here comes back; meanwhile the person types on.
  useEffect(() => {
    if (value === asked.current) return;
    asked.current = value;
    setText(value);
  }, [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed begins the pause anew, not what is drawn meanwhile
  useEffect(() => {
    if (isComposing || text.trim() === asked.current) return;
    const timer = setTimeout(() => search(text.trim()), pauseMs);
    return () => clearTimeout(timer);
  }, [text, isComposing]);

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
        onCompositionStart={() => setComposing(true)}
        onCompositionEnd={() => setComposing(false)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Enter") search(text.trim());
          if (event.key === "Escape" && text) {
            event.preventDefault();
            event.stopPropagation();
            empty();
          }
        }}
        className="field-box ps-9 pe-9 [&::-webkit-search-cancel-button]:hidden"
      />
      {text && (
        <button
          type="button"
          aria-label={t("search.clear")}
          onClick={empty}
          className="absolute end-1 top-1/2 inline-flex size-8 -translate-y-1/2 items-center justify-center rounded text-ink-faint hover:text-ink"
        >
          <X aria-hidden className="size-4" />
        </button>
      )}
    </div>
  );
}
