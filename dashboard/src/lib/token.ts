import { useState } from "react";

/** The token of a mail's link. It stands behind the `#`, and is taken out of the address at once. */
export function useMailToken(): [string, (token: string) => void] {
  return useState(() => {
    const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
    if (token) history.replaceState(history.state, "", location.pathname + location.search);
    return token;
  });
}

/** Where to go after signing in: an address of this site, and no other. */
export function wayOn(search: string): string {
  const to = new URLSearchParams(search).get("to") ?? "/";
  return /^\/(?![/\\])/.test(to) ? to : "/";
}
