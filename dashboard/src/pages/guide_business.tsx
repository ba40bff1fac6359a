import type { ReactNode } from "react";
import { Link } from "wouter";
import { useHere } from "../app/business";
import { linkClass } from "../app/door";
import { Facts } from "../parts/card";
import { useGuideWords } from "../words/guide";
import { GuideButtons } from "./guide_buttons";

export function GuideBusiness({ goOn }: { goOn: ReactNode }) {
  const { t } = useGuideWords();
  const { business, at } = useHere();
  return (
    <>
      <Facts
        of={[
          [t("field.business-name"), <bdi key="name">{business.name}</bdi>],
          [t("field.currency"), business.currency],
          [t("field.timezone"), <bdi key="zone">{business.timezone}</bdi>],
        ]}
      />
      <GuideButtons goOn={goOn}>
        <Link href={at("settings")} className={linkClass}>
          {t("guide-business.change")}
        </Link>
      </GuideButtons>
    </>
  );
}
