import { sign_out } from "../api/operations";
import { useServices } from "./services";

export function useSignOut(): () => void {
  const { call, session } = useServices();
  return () => {
    // It ends here in any case; a server that does not answer hears of it when the token ends.
    call(sign_out, {})
      .catch(() => {})
      .finally(() => session.signOut());
  };
}
