import { useServices } from "./services";

export function useSignOut(): () => void {
  const { session } = useServices();
  return () => session.signOut();
}
