import type { Dispatch, ReactNode, SetStateAction } from "react";
import type { Product } from "../api/operations";
import { useGuideWords } from "../words/guide";
import { GuideButtons } from "./guide_buttons";
import { Playground, type Trial } from "./playground";

export default function GuideTry({
  trials,
  setTrials,
  product,
  goOn,
}: {
  trials: Trial[];
  setTrials: Dispatch<SetStateAction<Trial[]>>;
  /** To ask about. */
  product: Product | null;
  goOn: ReactNode;
}) {
  const { t } = useGuideWords();
  return (
    <>
      <p>{t("guide-try.hint")}</p>
      <Playground
        trials={trials}
        setTrials={setTrials}
        suggestions={[t("guide-try.ask-first"), ...(product ? [t("guide-try.ask-price", { name: product.name })] : [])]}
        isDirty={false}
      />
      {goOn && <GuideButtons goOn={goOn} />}
    </>
  );
}
