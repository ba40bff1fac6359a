import { useLocation } from "wouter";
import { useServices } from "./services";

export function useSignOut(): () => void {
  const { session } = useServices();
  const [, go] = useLocation();
  return () => {
    session.signOut();
    // Whoever signs in next is not led to where this person was.
    go("/sign-in", { replace: true });
  };
}
