// Where customers write: what is connected, and the way to connect it.

import type { ReactNode } from "react";
import { Link } from "wouter";
import type { Connection } from "../api/operations";
import { useHere } from "../app/business";
import { linkClass } from "../app/door";
import { Badge } from "../parts/badge";
import { ChannelMark } from "../parts/channel";
import { Banner } from "../parts/states";
import { useGuideWords } from "../words/guide";
import { ConnectMenu, useConnect } from "./connect_menu";
import { GuideButtons } from "./guide_buttons";

/** A server on one's own computer is one to try things on. */
const isOnThisComputer = () => ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);

export function GuideChannel({ connections, goOn }: { connections: Connection[]; goOn: ReactNode }) {
  const { t } = useGuideWords();
  const { at } = useHere();
  const { connect, isBusy } = useConnect("guide");
  const there = connections.filter(({ state }) => state !== "disconnected");
  const isActive = there.some(({ state }) => state === "active");
  const all = (
    <Link href={at("connections")} className={linkClass}>
      {t("guide-channel.all")}
    </Link>
  );
  return (
    <>
      {there.length > 0 && <ConnectedOnes of={there} />}
      {isActive ? (
        <>
          <p>{t("guide-channel.there")}</p>
          <GuideButtons goOn={goOn}>{all}</GuideButtons>
        </>
      ) : (
        <>
          {there.length > 0 && <Banner tone="bad">{t("guide-channel.broken")}</Banner>}
          <p>{t("guide-channel.hint")}</p>
          {isOnThisComputer() && <Banner tone="info">{t("guide-channel.sandbox")}</Banner>}
          <GuideButtons goOn={<ConnectMenu onConnect={connect} isBusy={isBusy} />}>{all}</GuideButtons>
        </>
      )}
    </>
  );
}

export function ConnectedOnes({ of }: { of: Connection[] }) {
  const { t } = useGuideWords();
  return (
    <ul className="flex flex-col gap-2">
      {of.map((one) => (
        <li key={one.id} className="flex items-center gap-2.5">
          <ChannelMark channel={one.channel} />
          <bdi className="min-w-0 flex-1 truncate">{one.name || one.external_id}</bdi>
          <Badge tone={one.state === "active" ? "good" : "bad"}>{t(`connection-state.${one.state}`)}</Badge>
        </li>
      ))}
    </ul>
  );
}
