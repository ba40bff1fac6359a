// The business that the address names, and what the person may do there.

import { createContext, type ReactNode, useContext } from "react";
import { Link } from "wouter";
import { useApi } from "../api/hooks";
import { type Least, may, type Role } from "../api/operation";
import { type Business, type Me, show_business, show_me } from "../api/operations";
import { asProblem } from "../api/problem";
import { buttonClass } from "../parts/button";
import { ErrorState } from "../parts/states";
import { useWords, useZone } from "../words/provider";
import { Waiting } from "./waiting";

export interface Here {
  me: Me;
  business: Business;
  business_id: string;
  role: Role;
  /** Whether the role allows an operation: what it does not allow is not shown. */
  may(what: { least: Least }): boolean;
  /** An address below the business. */
  at(path: string): string;
}

const Context = createContext<Here | null>(null);

export const lastBusiness = "sellavie.business";

export function BusinessProvider({ business_id, children }: { business_id: string; children: ReactNode }) {
  const me = useApi(show_me, {});
  const business = useApi(show_business, { business_id }, { staleMs: 5 * 60_000 });
  useZone(business.data?.timezone);
  const isRead = me.data !== undefined && business.data !== undefined;
  const failed = [me.error, business.error].filter((error) => error !== null);
  // What was read stays while the network is away; a refusal ends it.
  const error = failed.find((one) => !isRead || !asProblem(one).isPassing);
  // Whoever signed in here in the place of somebody else has other shops, and no frame of this one that leads there.
  if (error) {
    return (
      <main>
        <ErrorState isPage error={error} onRetry={() => void Promise.all([me.refetch(), business.refetch()])} home={asProblem(error).isPassing ? null : <HomeLink />} />
      </main>
    );
  }
  if (!me.data || !business.data) return <Waiting />;
  if (localStorage.getItem(lastBusiness) !== business_id) localStorage.setItem(lastBusiness, business_id);
  const role = business.data.role;
  const here: Here = {
    me: me.data,
    business: business.data,
    business_id,
    role,
    may: (what) => may(role, what),
    at: (path) => `/businesses/${business_id}/${path}`,
  };
  return <Context value={here}>{children}</Context>;
}

function HomeLink() {
  const { t } = useWords();
  return (
    <Link href="/" className={buttonClass("primary")}>
      {t("missing.home")}
    </Link>
  );
}

export function useHere(): Here {
  const here = useContext(Context);
  if (!here) throw new Error("no BusinessProvider");
  return here;
}
