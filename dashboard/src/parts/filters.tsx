import { SlidersHorizontal } from "lucide-react";
import { type ReactNode, useState } from "react";
import { names } from "../lib/names";
import { useWords } from "../words/provider";
import { Button } from "./button";

/** A search and what narrows it. On a phone the latter is behind a button that says how many are set. */
export function Filters({ search, count, columns, children }: { search: ReactNode; count: number; columns: string; children: ReactNode }) {
  const { t } = useWords();
  const [isOpen, setOpen] = useState(false);
  return (
    <div className={names("mb-4 grid gap-2", columns)}>
      <div className="flex gap-2">
        {search}
        <Button className="px-3 sm:hidden" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} icon={<SlidersHorizontal aria-hidden className="size-4" />}>
          {count > 0 ? t("filter.set", { count }) : t("filter.open")}
        </Button>
      </div>
      <div className={names("sm:contents", isOpen ? "grid gap-2" : "max-sm:hidden")}>{children}</div>
    </div>
  );
}
