// The first product: by hand, or a sheet with all of them.

import { Upload } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Link } from "wouter";
import { useHere } from "../app/business";
import { linkClass } from "../app/door";
import { useServices } from "../app/services";
import { Button } from "../parts/button";
import { FormButtons } from "../parts/form_buttons";
import { useGuideWords } from "../words/guide";
import { useProductWords } from "../words/products";
import { GuideButtons } from "./guide_buttons";
import { ImportDialog } from "./import_products";
import { ProductForm } from "./product_form";

export default function GuideProducts({ isDone, goOn, onDone }: { isDone: boolean; goOn: ReactNode; onDone(): void }) {
  const { t } = useGuideWords();
  const { t: tProduct } = useProductWords();
  const { business_id, at } = useHere();
  const { queries } = useServices();
  const [isImporting, setImporting] = useState(false);
  const made = async () => {
    await queries.invalidateQueries({ queryKey: ["list_products", { business_id }] });
    onDone();
  };
  return (
    <>
      {isDone ? (
        <>
          <p>{t("guide-products.there")}</p>
          <GuideButtons goOn={goOn}>
            <Link href={at("products")} className={linkClass}>
              {t("guide-products.all")}
            </Link>
          </GuideButtons>
        </>
      ) : (
        <>
          <p>{t("guide-products.first")}</p>
          <ProductForm onMade={made} buttons={(isBusy) => <FormButtons isBusy={isBusy} action={tProduct("product.add")} />} />
          <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-t border-line pt-4">
            <p className="text-ink-soft">{t("guide-products.sheet")}</p>
            <Button icon={<Upload aria-hidden className="size-4" />} onClick={() => setImporting(true)}>
              {t("guide-products.import")}
            </Button>
          </div>
        </>
      )}
      {/* Its own end is read before it is closed, when the step behind it is done already. */}
      {isImporting && <ImportDialog onClose={() => setImporting(false)} />}
    </>
  );
}
