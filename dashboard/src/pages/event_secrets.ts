// With which a payment provider signs its events: rows of a form, of which empty ones are not sent.

export const mostSecrets = 5;

const given = (secrets: readonly string[]) => secrets.map((one) => one.trim()).filter(Boolean);

/** None at all is left out: those that are there stay. */
export function keysOf({ secret_key, webhook_secrets }: { secret_key: string; webhook_secrets: readonly string[] }): { secret_key: string; webhook_secrets?: string[] } {
  const secrets = given(webhook_secrets);
  return { secret_key: secret_key.trim(), ...(secrets.length > 0 ? { webhook_secrets: secrets } : {}) };
}

/** What is not entered stays. */
export function replacementOf(fields: { secret_key: string; webhook_secrets: readonly string[] }): { secret_key?: string; webhook_secrets?: string[] } {
  const { secret_key, ...secrets } = keysOf(fields);
  return secret_key ? { secret_key, ...secrets } : secrets;
}

/** What the server says of the row at `index`: it counts only those that were sent. */
export function problemOfSecret(problem: { fields: Record<string, string> } | null, secrets: readonly string[], index: number): string | undefined {
  const fields = problem?.fields ?? {};
  const ofAll = index === 0 ? fields["/webhook_secrets"] : undefined;
  return secrets[index]?.trim() ? (fields[`/webhook_secrets/${given(secrets.slice(0, index)).length}`] ?? ofAll) : ofAll;
}
