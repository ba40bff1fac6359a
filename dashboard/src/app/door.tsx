// The frame of the pages before a business: signing in, signing up, being invited.

import { Languages } from "lucide-react";
import type { ReactNode } from "react";
import { useTitle } from "../parts/page";
import { useLanguage, useWords } from "../words/provider";
import { type Language, languages } from "../words/words";

export function Logo() {
  return (
    <span className="inline-flex items-center gap-2.5 text-lg font-bold tracking-tight text-ink">
      <svg aria-hidden="true" viewBox="0 0 32 32" className="size-8">
        <rect width="32" height="32" rx="9" className="fill-brand" />
        <path
          d="M8.5 20.500c0 1.7 1.3 3 3 3h5.800c3 0 5.2-1.7 5.2-4.3 0-2.4-1.7-3.5-4.6-4l-2.3-.400c-1-.2-1.5-.5-1.5-1.1 0-.7.7-1.1 1.8-1.100h6.300V8.500h-6.500c-3.2 0-5.3 1.7-5.3 4.2 0 2.3 1.6 3.6 4.5 4.100l2.4.400c1 .2 1.5.5 1.5 1.1 0 .7-.7 1.2-1.9 1.200H8.500Z"
          className="fill-on-brand"
        />
      </svg>
      Sellavie
    </span>
  );
}

export function Door({ title, hint, children, foot }: { title: string; hint?: ReactNode; children: ReactNode; foot?: ReactNode }) {
  useTitle(title);
  return (
    <div className="flex min-h-dvh flex-col items-center px-4 py-8 sm:justify-center">
      <div className="w-full max-w-sm">
        <header className="mb-8 flex items-center justify-between">
          <Logo />
          <LanguageChoice />
        </header>
        <main className="rounded-xl border border-line bg-surface p-6 shadow-raised sm:p-8">
          <h1 className="text-2xl font-semibold tracking-tight text-balance">{title}</h1>
          {hint && <div className="mt-1.5 text-base text-pretty text-ink-soft">{hint}</div>}
          <div className="mt-6">{children}</div>
        </main>
        {foot && <footer className="mt-5 text-center text-base text-ink-soft">{foot}</footer>}
      </div>
    </div>
  );
}

export function LanguageChoice() {
  const { t } = useWords();
  const { language, choose } = useLanguage();
  return (
    <label className="relative inline-flex min-h-9 items-center gap-1.5 rounded-md px-2 text-sm font-medium text-ink-soft focus-within:outline-2 focus-within:outline-brand hover:bg-hover hover:text-ink">
      <Languages aria-hidden className="size-4" />
      <span className="sr-only">{t("language.choose")}</span>
      <select value={language} onChange={(event) => choose(event.target.value as Language)} className="appearance-none bg-transparent outline-none">
        {Object.entries(languages).map(([id, { name }]) => (
          <option key={id} value={id} lang={id} className="bg-surface text-ink">
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

export const linkClass = "rounded font-medium text-brand underline-offset-3 hover:underline";
