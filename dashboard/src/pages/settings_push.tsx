import { useQuery } from "@tanstack/react-query";
import { BellOff, BellRing } from "lucide-react";
import { useState } from "react";
import { useServices } from "../app/services";
import { browserPushPorts, type PushRefusal, pushState, subscribe, unsubscribe } from "../lib/push";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Banner, ErrorState, SkeletonRows } from "../parts/states";
import { tell, tellProblem } from "../parts/toast";
import { useNotificationWords } from "../words/notifications";

export function BrowserPush() {
  const { t } = useNotificationWords();
  const { call, queries } = useServices();
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<PushRefusal | null>(null);
  const queryKey = ["push_state"];
  const { data: state, error, refetch } = useQuery({ queryKey, queryFn: () => pushState(call, browserPushPorts), staleTime: 0 });
  const change = async (doing: () => Promise<PushRefusal | null>, done: string) => {
    setBusy(true);
    setRefusal(null);
    try {
      const refused = await doing();
      setRefusal(refused);
      if (!refused) tell(done);
    } catch (failed) {
      tellProblem(failed);
    } finally {
      await queries.invalidateQueries({ queryKey });
      setBusy(false);
    }
  };
  const turnOn = () => change(() => subscribe(call, browserPushPorts), t("push.done"));
  const turnOff = () => change(() => unsubscribe(call, browserPushPorts).then(() => null), t("push.ended"));
  const why = state === "unsupported" || state === "denied" ? state : refusal;
  return (
    <Card title={t("push.title")} hint={t("push.hint")}>
      {state ? (
        <div className="flex flex-col items-start gap-4">
          {why && <Banner tone="warn">{t(`push.${why}`)}</Banner>}
          {state === "on" && (
            <>
              <p className="text-base">{t("push.on")}</p>
              <Button icon={<BellOff aria-hidden className="size-4" />} isBusy={isBusy} onClick={turnOff}>
                {t("push.turn-off")}
              </Button>
            </>
          )}
          {state === "off" && (
            <Button look="primary" icon={<BellRing aria-hidden className="size-4" />} isBusy={isBusy} onClick={turnOn}>
              {t("push.turn-on")}
            </Button>
          )}
        </div>
      ) : error ? (
        <ErrorState error={error} onRetry={refetch} />
      ) : (
        <SkeletonRows count={1} />
      )}
    </Card>
  );
}
