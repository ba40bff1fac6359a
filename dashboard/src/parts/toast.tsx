import { CircleAlert, CircleCheck, X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { asProblem } from "../api/problem";
import { names } from "../lib/names";
import { useWords } from "../words/provider";
import { IconButton } from "./button";
import { problemText } from "./states";

// What happened, said once at the edge. Texts are made where they are shown: a problem is kept as what it is.

interface Toast {
  id: number;
  tone: "good" | "bad";
  text: string | null;
  error: unknown;
}

let toasts: Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();
const lifeMs = { good: 4000, bad: 9000 };

function change(next: Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

function add(toast: Omit<Toast, "id">): void {
  const id = ++last;
  change([...toasts.slice(-3), { ...toast, id }]);
  setTimeout(() => dismiss(id), lifeMs[toast.tone]);
}

const dismiss = (id: number) => change(toasts.filter((one) => one.id !== id));

export const tell = (text: string): void => add({ tone: "good", text, error: null });
export const tellProblem = (error: unknown): void => add({ tone: "bad", text: null, error });

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Toasts() {
  const words = useWords();
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <section
      aria-label={words.t("toast.region")}
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-0 z-60 flex flex-col items-center gap-2 p-4 max-lg:bottom-14 sm:items-end"
    >
      {shown.map(({ id, tone, text, error }) => {
        const problem = text === null ? problemText(asProblem(error), words) : null;
        return (
          <div
            key={id}
            className="pointer-events-auto flex w-full max-w-sm items-start gap-3 rounded-lg border border-line bg-surface p-3.5 shadow-floating animate-[appear_0.15s_ease-out]"
          >
            {tone === "good" ? <CircleCheck aria-hidden className="mt-px size-4.5 shrink-0 text-good" /> : <CircleAlert aria-hidden className="mt-px size-4.5 shrink-0 text-bad" />}
            <div className="min-w-0 flex-1">
              <p className={names("text-base", problem ? "font-semibold" : "")}>{text ?? problem?.title}</p>
              {problem && <p className="text-base text-ink-soft">{problem.todo}</p>}
            </div>
            <IconButton label={words.t("action.dismiss")} className="-my-2 -me-2" onClick={() => dismiss(id)}>
              <X aria-hidden className="size-4" />
            </IconButton>
          </div>
        );
      })}
    </section>
  );
}
