// Addresses and their pages. Each page is read when it is first wanted.

import { Component, type ErrorInfo, lazy, type ReactNode, Suspense, useCallback, useEffect, useState } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { useApi } from "../api/hooks";
import { show_me } from "../api/operations";
import { asProblem } from "../api/problem";
import { Button } from "../parts/button";
import { EmptyState, ErrorState } from "../parts/states";
import { Toasts } from "../parts/toast";
import { useWords } from "../words/provider";
import { lastBusiness } from "./business";
import { useKeptSince, useServices, useSession } from "./services";
import { Waiting } from "./waiting";

const Workplace = lazy(() => import("./workplace"));
const SignIn = lazy(() => import("../pages/sign_in"));
const SignUp = lazy(() => import("../pages/sign_up"));
const VerifyEmail = lazy(() => import("../pages/verify_email"));
const ForgotPassword = lazy(() => import("../pages/forgot_password"));
const ResetPassword = lazy(() => import("../pages/reset_password"));
const Invitation = lazy(() => import("../pages/invitation"));
const Found = lazy(() => import("../pages/found"));
const ConnectReturn = lazy(() => import("../pages/connect_return"));
const Parts = __PARTS__ ? lazy(() => import("../pages/parts")) : null;

export function App() {
  return (
    <Caught>
      <Suspense fallback={<Waiting />}>
        <Switch>
          <Route path="/sign-in" component={SignIn} />
          <Route path="/sign-up" component={SignUp} />
          <Route path="/verify-email" component={VerifyEmail} />
          <Route path="/forgot-password" component={ForgotPassword} />
          <Route path="/reset-password" component={ResetPassword} />
          <Route path="/invitation" component={Invitation} />
          {Parts && <Route path="/parts" component={Parts} />}
          <Route>
            <SignedIn />
          </Route>
        </Switch>
      </Suspense>
      <Toasts />
    </Caught>
  );
}

function SignedIn() {
  const state = useSession();
  const isKept = useKeptSince() !== null;
  const { error, begin } = useBeginning(state === "unknown");
  const [path] = useLocation();
  if (state === "unknown" && !isKept) {
    if (!error) return <Waiting />;
    return (
      <main>
        <ErrorState isPage error={error} onRetry={begin} />
      </main>
    );
  }
  if (state === "signed-out") return <Redirect to={path === "/" ? "/sign-in" : `/sign-in?to=${encodeURIComponent(path + location.search)}`} replace />;
  return (
    <Switch>
      <Route path="/" component={Home} />
      <Route path="/start" component={Found} />
      <Route path="/connect/return" component={ConnectReturn} />
      <Route path="/businesses/:business_id/*?">{({ business_id }) => <Workplace key={business_id} business_id={business_id} />}</Route>
      <Route>
        <main>
          <NothingHere />
        </main>
      </Route>
    </Switch>
  );
}

/** Of a session's beginning without an answer: asked again by hand, and when the network is back. Meanwhile there is what this device keeps. */
function useBeginning(isOpen: boolean): { error: unknown; begin(): void } {
  const { session, kept } = useServices();
  const [error, setError] = useState<unknown>(null);
  const begin = useCallback(() => {
    setError(null);
    session.begin().catch(async (problem) => {
      try {
        if (asProblem(problem).isPassing) await kept.restore();
      } finally {
        setError(problem);
      }
    });
  }, [session, kept]);
  useEffect(() => {
    if (!isOpen) return;
    begin();
    addEventListener("online", begin);
    return () => removeEventListener("online", begin);
  }, [isOpen, begin]);
  return { error, begin };
}

/** To the business of last time, or the first; without one, to founding one. */
function Home() {
  const me = useApi(show_me, {});
  if (me.error && !me.data) return <ErrorState error={me.error} onRetry={me.refetch} />;
  if (!me.data) return <Waiting />;
  const { memberships } = me.data;
  const last = localStorage.getItem(lastBusiness);
  const to = memberships.find(({ business_id }) => business_id === last) ?? memberships[0];
  return <Redirect to={to ? `/businesses/${to.business_id}/inbox` : "/start"} replace />;
}

export function NothingHere() {
  const { t } = useWords();
  const [, go] = useLocation();
  return <EmptyState isPage title={t("missing.title")} hint={t("missing.hint")} action={<Button onClick={() => go("/")}>{t("missing.home")}</Button>} />;
}

/** The last resort: a page that broke is told as that, and loaded again. */
class Caught extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false };
  static getDerivedStateFromError(): { isBroken: boolean } {
    return { isBroken: true };
  }
  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }
  override render(): ReactNode {
    return this.state.isBroken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const { t } = useWords();
  return <EmptyState title={t("broken.title")} hint={t("broken.hint")} action={<Button onClick={() => location.reload()}>{t("broken.reload")}</Button>} />;
}
