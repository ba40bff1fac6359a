// A login at Meta, begun: its dialog takes the tab's place, and `connect_return.tsx` is the way back.

import { Plug } from "lucide-react";
import { useState } from "react";
import { begin_connect_flow } from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { type Connecting, keepConnecting } from "../lib/connecting";
import { Button } from "../parts/button";
import { ChannelMark } from "../parts/channel";
import { Menu, MenuItem } from "../parts/menu";
import { tellProblem } from "../parts/toast";
import { useWords } from "../words/provider";

export type ConnectKind = "facebook" | "instagram";

/** `back`: the page that the way back leads to. */
export function useConnect(back: Connecting["back"] = "connections") {
  const { business_id } = useHere();
  const { call } = useServices();
  const [isBusy, setBusy] = useState(false);
  const connect = async (kind: ConnectKind, connection_id?: string) => {
    setBusy(true);
    try {
      const flow = await call(begin_connect_flow, { business_id, body: { kind, ...(connection_id ? { connection_id } : {}) } });
      if (!flow.authorisation_url) return;
      keepConnecting({ business_id, connect_flow_id: flow.id, state: flow.state, back });
      location.assign(flow.authorisation_url);
    } catch (error) {
      tellProblem(error);
      setBusy(false);
    }
  };
  return { connect, isBusy };
}

export function ConnectMenu({ onConnect, isBusy }: { onConnect(kind: ConnectKind): unknown; isBusy: boolean }) {
  const { t } = useWords();
  return (
    <Menu
      trigger={
        <Button look="primary" icon={<Plug aria-hidden className="size-4" />} isBusy={isBusy}>
          {t("connection.new")}
        </Button>
      }
    >
      <MenuItem icon={<ChannelMark channel="messenger" />} onSelect={() => onConnect("facebook")}>
        {t("connection.facebook")}
      </MenuItem>
      <MenuItem icon={<ChannelMark channel="instagram" />} onSelect={() => onConnect("instagram")}>
        {t("connection.instagram")}
      </MenuItem>
    </Menu>
  );
}
