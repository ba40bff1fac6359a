import { useEffect, useState } from "react";

export type Theme = "light" | "dark" | "system";

const stored = "sellavie.theme";
const systemIsDark = () => matchMedia("(prefers-color-scheme: dark)");

const read = (): Theme => {
  const theme = localStorage.getItem(stored);
  return theme === "light" || theme === "dark" ? theme : "system";
};

export function applyTheme(theme: Theme = read()): void {
  const isDark = theme === "dark" || (theme === "system" && systemIsDark().matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
}

export function followSystemTheme(): void {
  applyTheme();
  systemIsDark().addEventListener("change", () => applyTheme());
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(read);
  useEffect(() => applyTheme(theme), [theme]);
  return [
    theme,
    (next) => {
      if (next === "system") localStorage.removeItem(stored);
      else localStorage.setItem(stored, next);
      setTheme(next);
    },
  ];
}
