import { useEffect, useState } from "react";

/** What stands behind the `#`; it leaves the address as soon as the page is there. */
export function useFragment(): URLSearchParams {
  const [given] = useState(() => new URLSearchParams(location.hash.slice(1)));
  useEffect(() => {
    if (location.hash) history.replaceState(history.state, "", location.pathname + location.search);
  }, []);
  return given;
}

/** The token of a mail's link. */
export function useMailToken(): [string, (token: string) => void] {
  const given = useFragment();
  return useState(given.get("token") ?? "");
}

/** Where to go after signing in: an address of this site, and no other. */
export function wayOn(search: string): string {
  const to = new URLSearchParams(search).get("to") ?? "/";
  return /^\/(?![/\\])/.test(to) ? to : "/";
}
