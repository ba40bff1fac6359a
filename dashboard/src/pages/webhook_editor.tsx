// A webhook's address and what it is told of; and its secret, which is shown once.

import { add_webhook_endpoint, change_webhook_endpoint, read_webhook_endpoint, type WebhookEndpoint } from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { Button } from "../parts/button";
import { CopyText } from "../parts/copy_text";
import { Dialog } from "../parts/dialog";
import { Checkbox, Field, TextInput } from "../parts/field";
import { FormButtons } from "../parts/form_buttons";
import { tell } from "../parts/toast";
import { useIntegrationWords } from "../words/integrations";
import { EditsBanner, useEdits } from "./meanwhile";

type Event = WebhookEndpoint["events"][number];
const events: Event[] = ["order.placed", "order.paid", "order.fulfilled", "order.cancelled", "order.refunded", "payment.review", "conversation.handed_over", "invoice.issued"];

type Known = Pick<WebhookEndpoint, "id" | "url" | "description" | "events" | "version">;
const fresh: Known = { id: "", url: "", description: "", events: [], version: 0 };

/** null: a new one. */
export function EditWebhook({ webhook, onClose, onSecret }: { webhook: WebhookEndpoint | null; onClose(): void; onSecret(secret: string): void }) {
  const { t, word } = useIntegrationWords();
  const { business_id } = useHere();
  const { call, queries } = useServices();
  const ids = { business_id, webhook_endpoint_id: webhook?.id ?? "" };
  const edits = useEdits<Known, Omit<Known, "id" | "version">>({
    state: webhook ?? fresh,
    fieldsOf: ({ url, description, events }) => ({ url, description, events }),
    reread: () => call(read_webhook_endpoint, ids),
    save: async ({ url, description, events }, { version }) => {
      const body = { url: url.trim(), description: description.trim(), events };
      if (webhook) {
        const saved = await call(change_webhook_endpoint, { ...ids, version, body });
        tell(t("action.saved"));
        onClose();
        return saved;
      }
      const { secret, ...added } = await call(add_webhook_endpoint, { business_id, body });
      onClose();
      onSecret(secret);
      return added;
    },
    keep: () => queries.invalidateQueries({ queryKey: ["list_webhook_endpoints", { business_id }] }),
  });
  const chosen = edits.fields.events;
  const choose = (event: Event, isChosen: boolean) =>
    edits.set(
      "events",
      events.filter((one) => (one === event ? isChosen : chosen.includes(one))),
    );
  const wrongEvents = edits.errorOf("events");
  return (
    <Dialog isOpen onClose={onClose} title={t(webhook ? "webhook.edit" : "webhook.add")}>
      <form onSubmit={edits.onSubmit} className="flex flex-col gap-4" noValidate>
        <EditsBanner
          edits={edits}
          subject_id={webhook?.id ?? ""}
          labels={{ url: t("webhook.url"), description: t("webhook.description"), events: t("webhook.events") }}
          shown={(name, value) => (name === "events" ? (value as Event[]).map((event) => word("webhook-event", event)).join(" · ") : String(value))}
        />
        <Field label={t("webhook.url")} hint={t("webhook.url-hint")} error={edits.errorOf("url")}>
          <TextInput {...edits.text("url")} type="url" required dir="ltr" autoCapitalize="none" autoComplete="off" spellCheck={false} className="font-mono" />
        </Field>
        <Field label={t("webhook.description")} hint={t("webhook.description-hint")} error={edits.errorOf("description")}>
          <TextInput {...edits.text("description")} maxLength={200} dir="auto" />
        </Field>
        <fieldset aria-describedby={wrongEvents ? "events-wrong" : undefined}>
          <legend className="mb-2 text-sm font-medium">{t("webhook.events")}</legend>
          <div className="flex flex-col gap-2.5">
            {events.map((event) => (
              <Checkbox key={event} label={word("webhook-event", event)} checked={chosen.includes(event)} onChange={({ target }) => choose(event, target.checked)} />
            ))}
          </div>
          {wrongEvents && (
            <p id="events-wrong" role="alert" className="mt-1 text-sm text-bad">
              {t("webhook.no-event")}
            </p>
          )}
        </fieldset>
        <FormButtons onClose={onClose} isBusy={edits.isBusy} {...(webhook ? {} : { action: t("webhook.add") })} />
      </form>
    </Dialog>
  );
}

export function ShowSecret({ secret, onClose }: { secret: string; onClose(): void }) {
  const { t } = useIntegrationWords();
  return (
    <Dialog isOpen isHeld onClose={onClose} title={t("webhook.secret-title")} hint={t("webhook.secret-hint")}>
      <CopyText text={secret} label={t("action.copy")} />
      <div className="mt-4 flex justify-end">
        <Button look="primary" onClick={onClose}>
          {t("webhook.kept")}
        </Button>
      </div>
    </Dialog>
  );
}
