import type { InputOf } from "../api/operation";
import { type Business, change_business, show_business } from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { tell } from "../parts/toast";
import { useWords } from "../words/provider";
import { changed, type Fields } from "./edits";
import { useEdits } from "./meanwhile";

/** Some fields of the business that is open. `bodyOf` what was changed is what is sent; nothing, and nothing is. */
export function useBusinessEdits<F extends Fields>(fieldsOf: (business: Business) => F, bodyOf: (typed: Partial<F>, all: F) => InputOf<typeof change_business>["body"]) {
  const { t } = useWords();
  const { business_id, business } = useHere();
  const { call, queries } = useServices();
  return useEdits<Business, F>({
    state: business,
    fieldsOf,
    reread: () => call(show_business, { business_id }),
    save: async (fields, base) => {
      const body = bodyOf(changed(fieldsOf(base), fields), fields);
      const saved = Object.keys(body).length > 0 ? await call(change_business, { business_id, version: base.version, body }) : base;
      // A person's own businesses are listed by their names.
      if (body.name !== undefined) void queries.invalidateQueries({ queryKey: ["show_me"] });
      tell(t("action.saved"));
      return saved;
    },
    keep: (now) => queries.setQueryData(["show_business", { business_id }], now),
  });
}
