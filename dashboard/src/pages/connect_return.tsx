// The way back from a login at Meta: what it says stands behind the `#`, where no server logs it, and leaves the
// address at once.

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link, useLocation } from "wouter";
import { type ConnectFlow, cancel_connect_flow, choose_connect_accounts, finish_connect_flow } from "../api/operations";
import { ApiProblem } from "../api/problem";
import { Door, linkClass } from "../app/door";
import { useServices } from "../app/services";
import { Waiting } from "../app/waiting";
import { type Connecting, forgetConnecting, takeConnecting } from "../lib/connecting";
import { useForm } from "../lib/form";
import { useFragment } from "../lib/token";
import { Button } from "../parts/button";
import { ChannelMark } from "../parts/channel";
import { Checkbox } from "../parts/field";
import { ErrorState, ProblemBanner } from "../parts/states";
import { tell } from "../parts/toast";
import { useWords } from "../words/provider";

export default function ConnectReturn() {
  const { t } = useWords();
  const { call } = useServices();
  const queries = useQueryClient();
  const [, go] = useLocation();
  const [begun] = useState(takeConnecting);
  const given = useFragment();
  const [flow, setFlow] = useState<ConnectFlow | null>(null);
  const [error, setError] = useState<unknown>(null);

  useEffect(() => {
    if (!begun) return setError(new ApiProblem({ kind: "connect-foreign" }));
    let isHere = true;
    const { business_id, connect_flow_id, state } = begun;
    const ids = { business_id, connect_flow_id };
    const code = given.get("code");
    const isOurs = given.get("state") === state;
    const end = isOurs && code ? call(finish_connect_flow, { ...ids, body: { state, code } }) : call(cancel_connect_flow, { ...ids, body: { state } });
    end.then(
      (next) => isHere && setFlow(next),
      (refused) => isHere && setError(refused),
    );
    return () => {
      isHere = false;
    };
  }, [begun, given, call]);

  useEffect(() => {
    if (flow?.stage !== "connected" || !begun) return;
    forgetConnecting();
    void queries.invalidateQueries({ queryKey: ["list_connections"] });
    tell(t("connect.done"));
    go(`/businesses/${begun.business_id}/${begun.back}`, { replace: true });
  }, [flow, begun, queries, go, t]);

  const back = begun ? (
    <Link href={`/businesses/${begun.business_id}/${begun.back}`} className={linkClass}>
      {t(begun.back === "guide" ? "connect.back-to-guide" : "connect.back")}
    </Link>
  ) : (
    <Link href="/" className={linkClass}>
      {t("missing.home")}
    </Link>
  );
  if (error || flow?.stage === "failed") {
    return (
      <Door title={t("connect.title")} foot={back}>
        <ErrorState error={error ?? new ApiProblem({ kind: (flow?.problem ?? "connect-denied").replace("/problems/", "") })} />
      </Door>
    );
  }
  if (flow?.stage === "choosing" && begun) {
    return (
      <Door title={t("connect.choose")} hint={t("connect.choose-hint")} foot={back}>
        <Choose flow={flow} begun={begun} onDone={setFlow} />
      </Door>
    );
  }
  return (
    <Door title={t("connect.title")} hint={t("connect.wait")}>
      <Waiting />
    </Door>
  );
}

function Choose({ flow, begun: { business_id, connect_flow_id }, onDone }: { flow: ConnectFlow; begun: Connecting; onDone(flow: ConnectFlow): void }) {
  const { t } = useWords();
  const { call } = useServices();
  const nameOf = (one: { channel: string; external_id: string }) => `${one.channel} ${one.external_id}`;
  const form = useForm({ chosen: flow.found.map(nameOf) }, async ({ chosen }) => {
    const accounts = flow.found.filter((one) => chosen.includes(nameOf(one))).map(({ channel, external_id }) => ({ channel, external_id }));
    onDone(await call(choose_connect_accounts, { business_id, connect_flow_id, body: { accounts } }));
  });
  const { chosen } = form.fields;
  return (
    <form onSubmit={form.onSubmit} className="flex flex-col gap-4">
      <ProblemBanner error={form.problem} />
      {flow.found.map((one) => {
        const name = nameOf(one);
        return (
          <Checkbox
            key={name}
            checked={chosen.includes(name)}
            onChange={(event) => form.set("chosen", event.target.checked ? [...chosen, name] : chosen.filter((other) => other !== name))}
            label={
              <span className="inline-flex items-center gap-2">
                <ChannelMark channel={one.channel} />
                {one.name || one.external_id}
              </span>
            }
          />
        );
      })}
      <Button type="submit" look="primary" isBusy={form.isBusy} disabled={chosen.length === 0}>
        {t("connect.action")}
      </Button>
    </form>
  );
}
