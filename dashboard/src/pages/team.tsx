import { Ellipsis, MailPlus } from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";
import { useChange, usePages } from "../api/hooks";
import { may as mayAs, type Role } from "../api/operation";
import {
  change_member,
  type Invitation,
  invite,
  leave_business,
  list_invitations,
  list_members,
  type Member,
  remove_member,
  revoke_invitation,
  send_invitation_again,
  transfer_ownership,
} from "../api/operations";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { useForm } from "../lib/form";
import { Avatar } from "../parts/avatar";
import { Badge } from "../parts/badge";
import { Button, IconButton } from "../parts/button";
import { Card } from "../parts/card";
import { ConfirmDialog, Dialog } from "../parts/dialog";
import { Field, Select, TextInput } from "../parts/field";
import { FormButtons } from "../parts/form_buttons";
import { Menu, MenuHead, MenuItem, MenuLine } from "../parts/menu";
import { Page } from "../parts/page";
import { PasswordInput } from "../parts/password_input";
import { EmptyState, ProblemBanner } from "../parts/states";
import { type Column, DataTable } from "../parts/table";
import { tell, tellProblem } from "../parts/toast";
import { useWords } from "../words/provider";

const roles: Role[] = ["viewer", "agent", "admin", "owner"];

export default function Team() {
  const { t, date } = useWords();
  const { business_id, business, me, role, may } = useHere();
  const { call, queries } = useServices();
  const [, go] = useLocation();
  const members = usePages(list_members, { business_id, query: { limit: 50 } });
  const [isInviting, setInviting] = useState(false);
  const [leaving, setLeaving] = useState<Member | null>(null);
  const [heir, setHeir] = useState<Member | null>(null);
  const again = () => queries.invalidateQueries({ queryKey: ["list_members", { business_id }] });
  const change = useChange(change_member, again);
  /** Nobody gives or takes what is above their own role. */
  const reaches = (wanted: Role) => may(change_member) && roles.indexOf(wanted) <= roles.indexOf(role);

  const columns: Array<Column<Member>> = [
    {
      name: t("field.name"),
      cell: (one) => (
        <span className="flex min-w-0 items-center gap-3">
          <Avatar name={one.name || one.email} id={one.id} />
          <span className="min-w-0">
            <span className="flex items-center gap-2">
              <span className="truncate">{one.name || one.email}</span>
              {one.id === me.id && <Badge>{t("team.you")}</Badge>}
            </span>
            {one.name && <span className="block truncate text-sm font-normal text-ink-faint">{one.email}</span>}
          </span>
        </span>
      ),
    },
    { name: t("team.role"), cell: (one) => t(`role.${one.role}`) },
    { name: t("team.joined"), cell: (one) => date(one.joined_at, "date"), isWideOnly: true },
  ];
  const menuOf = (one: Member) => {
    const isMe = one.id === me.id;
    if (!isMe && !reaches(one.role)) return null;
    return (
      <Menu
        trigger={
          <IconButton label={t("team.actions", { name: one.name || one.email })}>
            <Ellipsis aria-hidden className="size-4.5" />
          </IconButton>
        }
      >
        {reaches(one.role) && (
          <>
            <MenuHead>{t("team.role")}</MenuHead>
            {roles.filter(reaches).map((wanted) => (
              <MenuItem
                key={wanted}
                disabled={wanted === one.role}
                onSelect={() =>
                  change.mutate(
                    { business_id, member_id: one.id, version: one.version, body: { role: wanted } },
                    { onSuccess: () => tell(t("team.changed")), onSettled: again, onError: tellProblem },
                  )
                }
              >
                {t(`role.${wanted}`)}
              </MenuItem>
            ))}
            <MenuLine />
          </>
        )}
        {!isMe && may(transfer_ownership) && <MenuItem onSelect={() => setHeir(one)}>{t("team.transfer")}</MenuItem>}
        <MenuItem isDanger onSelect={() => setLeaving(one)}>
          {t(isMe ? "team.leave" : "team.remove")}
        </MenuItem>
      </Menu>
    );
  };
  const isMeLeaving = leaving?.id === me.id;
  return (
    <Page
      title={t("nav.team")}
      hint={t("team.hint")}
      actions={
        may(invite) && (
          <Button look="primary" icon={<MailPlus aria-hidden className="size-4" />} onClick={() => setInviting(true)}>
            {t("team.invite")}
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-5">
        <Card isFlush className="[&>div]:pt-0">
          <DataTable caption={t("nav.team")} columns={columns} pages={members} actions={menuOf} empty={<EmptyState title={t("team.none")} />} />
        </Card>
        {may(list_invitations) && <Invitations />}
        <Card title={t("team.roles")}>
          <dl className="grid gap-x-6 gap-y-3 sm:grid-cols-[7rem_1fr]">
            {roles.map((one) => (
              <div key={one} className="contents">
                <dt className="font-medium">{t(`role.${one}`)}</dt>
                <dd className="text-ink-soft max-sm:-mt-2">{t(`role-hint.${one}`)}</dd>
              </div>
            ))}
          </dl>
        </Card>
      </div>
      {isInviting && <Invite onClose={() => setInviting(false)} />}
      {heir && <Transfer to={heir} onClose={() => setHeir(null)} />}
      <ConfirmDialog
        isOpen={leaving !== null}
        onClose={() => setLeaving(null)}
        title={isMeLeaving ? t("team.leave-title", { business: business.name }) : t("team.remove-title", { name: leaving?.name || leaving?.email || "" })}
        hint={t(isMeLeaving ? "team.leave-hint" : "team.remove-hint")}
        action={t(isMeLeaving ? "team.leave" : "team.remove")}
        onConfirm={async () => {
          if (!leaving) return;
          if (!isMeLeaving) {
            await call(remove_member, { business_id, member_id: leaving.id });
            return again();
          }
          await call(leave_business, { business_id });
          await queries.invalidateQueries({ queryKey: ["show_me"] });
          go("/");
        }}
      />
    </Page>
  );
}

function Invitations() {
  const { t, date } = useWords();
  const { business_id, role } = useHere();
  const { call, queries } = useServices();
  const invitations = usePages(list_invitations, { business_id, query: { limit: 50 } });
  const again = () => queries.invalidateQueries({ queryKey: ["list_invitations", { business_id }] });
  const columns: Array<Column<Invitation>> = [
    { name: t("field.email"), cell: (one) => <span className="block truncate">{one.email}</span> },
    { name: t("team.role"), cell: (one) => t(`role.${one.role}`) },
    { name: t("team.expires"), cell: (one) => (one.is_expired ? <Badge tone="warn">{t("team.expired")}</Badge> : date(one.expires_at, "date")) },
  ];
  const menuOf = (one: Invitation) => {
    if (roles.indexOf(one.role) > roles.indexOf(role)) return null;
    const ids = { business_id, invitation_id: one.id };
    return (
      <Menu
        trigger={
          <IconButton label={t("team.actions", { name: one.email })}>
            <Ellipsis aria-hidden className="size-4.5" />
          </IconButton>
        }
      >
        <MenuItem
          onSelect={() =>
            call(send_invitation_again, ids)
              .then(again)
              .then(() => tell(t("team.sent-again")), tellProblem)
          }
        >
          {t("team.send-again")}
        </MenuItem>
        <MenuItem
          isDanger
          onSelect={() =>
            call(revoke_invitation, ids)
              .then(again)
              .then(() => tell(t("team.revoked")), tellProblem)
          }
        >
          {t("team.revoke")}
        </MenuItem>
      </Menu>
    );
  };
  if (!invitations.isPending && !invitations.error && invitations.rows.length === 0) return null;
  return (
    <Card title={t("team.invitations")} isFlush>
      <DataTable caption={t("team.invitations")} columns={columns} pages={invitations} actions={menuOf} empty={null} />
    </Card>
  );
}

function Invite({ onClose }: { onClose(): void }) {
  const { t } = useWords();
  const { business_id, role } = useHere();
  const { call, queries } = useServices();
  const form = useForm({ email: "", role: "agent" as Role }, async ({ email, role: wanted }) => {
    await call(invite, { business_id, body: { email: email.trim(), role: wanted } });
    void queries.invalidateQueries({ queryKey: ["list_invitations", { business_id }] });
    tell(t("team.invited", { email: email.trim() }));
    onClose();
  });
  const grantable = roles.filter((one) => roles.indexOf(one) <= roles.indexOf(role) && mayAs(role, invite));
  return (
    <Dialog isOpen onClose={onClose} title={t("team.invite")} hint={t("team.invite-hint")}>
      <form onSubmit={form.onSubmit} className="flex flex-col gap-4" noValidate>
        <ProblemBanner error={form.refusal} />
        <Field label={t("field.email")} error={form.errorOf("email")}>
          <TextInput {...form.text("email")} type="email" required autoComplete="off" />
        </Field>
        <Field label={t("team.role")} hint={t(`role-hint.${form.fields.role}`)} error={form.errorOf("role")}>
          <Select {...form.text("role")}>
            {grantable.map((one) => (
              <option key={one} value={one}>
                {t(`role.${one}`)}
              </option>
            ))}
          </Select>
        </Field>
        <FormButtons onClose={onClose} isBusy={form.isBusy} action={t("team.send")} />
      </form>
    </Dialog>
  );
}

function Transfer({ to, onClose }: { to: Member; onClose(): void }) {
  const { t } = useWords();
  const { business_id, me } = useHere();
  const { call, queries } = useServices();
  const form = useForm({ password: "", code: "" }, async ({ password, code }) => {
    await call(transfer_ownership, { business_id, body: { member_id: to.id, password, ...(me.has_second_factor ? { code: code.trim() } : {}) } });
    await queries.invalidateQueries();
    tell(t("team.transferred"));
    onClose();
  });
  return (
    <Dialog isOpen onClose={onClose} title={t("team.transfer-title", { name: to.name || to.email })} hint={t("team.transfer-hint")}>
      <form onSubmit={form.onSubmit} className="flex flex-col gap-4" noValidate>
        <ProblemBanner error={form.refusal} />
        <Field label={t("field.password")} error={form.errorOf("password")}>
          <PasswordInput {...form.text("password")} required autoComplete="current-password" />
        </Field>
        {me.has_second_factor && (
          <Field label={t("code.field")} error={form.errorOf("code")}>
            <TextInput {...form.text("code")} required inputMode="numeric" autoComplete="one-time-code" />
          </Field>
        )}
        <FormButtons onClose={onClose} isBusy={form.isBusy} action={t("team.transfer")} look="danger" />
      </form>
    </Dialog>
  );
}
