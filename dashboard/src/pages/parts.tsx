// All parts on one page, in the states that they have: for whoever builds with them, in development builds alone.

import { Bot, Inbox, Plus, Tag } from "lucide-react";
import { type ReactNode, useState } from "react";
import { ApiProblem } from "../api/problem";
import { LanguageChoice, Logo } from "../app/door";
import { type Theme, useTheme } from "../app/theme";
import { Avatar } from "../parts/avatar";
import { Badge, Status } from "../parts/badge";
import { Button, type ButtonLook, IconButton } from "../parts/button";
import { Card, Facts } from "../parts/card";
import { ChannelMark } from "../parts/channel";
import { CopyText } from "../parts/copy_text";
import { ConfirmDialog, Dialog, Drawer } from "../parts/dialog";
import { Checkbox, Field, Select, TextArea, TextInput } from "../parts/field";
import { FileDrop } from "../parts/file_drop";
import { Kbd } from "../parts/kbd";
import { Menu, MenuCheck, MenuHead, MenuItem, MenuLine } from "../parts/menu";
import { Meter } from "../parts/meter";
import { Page } from "../parts/page";
import { PasswordInput } from "../parts/password_input";
import { Popover } from "../parts/popover";
import { RichText } from "../parts/rich_text";
import { SearchInput } from "../parts/search_input";
import { Spinner } from "../parts/spinner";
import { Banner, EmptyState, ErrorState, SkeletonRows } from "../parts/states";
import { Switch } from "../parts/switch";
import { type Column, DataTable } from "../parts/table";
import { TabLinks } from "../parts/tabs";
import { Timeline } from "../parts/timeline";
import { tell, tellProblem } from "../parts/toast";
import { useWords } from "../words/provider";
import { OrderStatus } from "./order_status";
import { PaymentStatus } from "./payment_status";

interface Row {
  id: string;
  name: string;
  total: number;
}

const rows: Row[] = [
  { id: "1", name: "Ada Obi", total: 1_500_000 },
  { id: "2", name: "Élodie Kouassi", total: 32_500 },
];
const noPages = { refetch: () => {}, hasMore: false, isLoadingMore: false, loadMore: () => {}, isPending: false, error: null };

export default function Parts() {
  return (
    <main>
      <AllParts />
    </main>
  );
}

function AllParts() {
  const { money, date } = useWords();
  const [theme, setTheme] = useTheme();
  const [isOn, setOn] = useState(true);
  const [open, setOpen] = useState<"dialog" | "drawer" | "confirm" | null>(null);
  const columns: Array<Column<Row>> = [
    { name: "Name", cell: (row) => row.name },
    { name: "Total", cell: (row) => money(row.total, "NGN"), isNumber: true },
  ];
  return (
    <Page title="Parts" hint={<RichText text="Everything that pages are made of. See https://sellavie.example/parts for more." />} actions={<LanguageChoice />}>
      <div className="grid grid-cols-1 gap-5 lg:grid-cols-2">
        <Shown name="Logo, theme">
          <Logo />
          <Select aria-label="Theme" value={theme} onChange={(event) => setTheme(event.target.value as Theme)}>
            <option>system</option>
            <option>light</option>
            <option>dark</option>
          </Select>
        </Shown>
        <Shown name="Button, IconButton, Spinner">
          {(["primary", "secondary", "quiet", "danger"] as ButtonLook[]).map((look) => (
            <Button key={look} look={look} icon={<Plus aria-hidden className="size-4" />}>
              {look}
            </Button>
          ))}
          <Button isBusy>busy</Button>
          <Button disabled>disabled</Button>
          <Button size="small">small</Button>
          <IconButton label="Labels">
            <Tag aria-hidden className="size-4.5" />
          </IconButton>
          <IconButton label="Labels, on" isOn>
            <Tag aria-hidden className="size-4.5" />
          </IconButton>
          <Spinner />
        </Shown>
        <Shown name="Field, TextInput, Select, TextArea, PasswordInput, CopyText, SearchInput">
          <Field label="Name" hint="Customers read it.">
            <TextInput defaultValue="Ada Fabrics" />
          </Field>
          <Field label="E-mail" error="must be an e-mail address">
            <TextInput defaultValue="ada" />
          </Field>
          <Field label="Currency">
            <Select>
              <option>NGN</option>
            </Select>
          </Field>
          <Field label="Password">
            <PasswordInput defaultValue="a long password" />
          </Field>
          <Field label="Description">
            <TextArea defaultValue="Six yards of cotton." />
          </Field>
          <CopyText text="https://shop.example/webhooks/payments/stripe/0198b0c5" label="Copy the address" />
          <SearchInput label="Search" value="" onSearch={() => {}} />
        </Shown>
        <Shown name="Checkbox, Switch, FileDrop">
          <Checkbox label="Tell the customer" hint="In the chat." defaultChecked />
          <Switch label="Live" isOn={isOn} onChange={setOn} />
          <div className="w-full">
            <FileDrop label="Drop pictures here" hint="JPEG or PNG" accept="image/png" onFiles={() => tell("Dropped")} />
          </div>
        </Shown>
        <Shown name="Badge, Status, Avatar, ChannelMark, Kbd">
          {(["neutral", "good", "warn", "bad", "info", "ai", "brand"] as const).map((tone) => (
            <Badge key={tone} tone={tone} icon={tone === "ai" ? <Bot aria-hidden className="size-3" /> : undefined}>
              {tone}
            </Badge>
          ))}
          <Status tone="good">active</Status>
          <OrderStatus status="awaiting_payment" />
          <OrderStatus status="paid" />
          <PaymentStatus status="review" />
          {["Ada Obi", "Élodie K.", "محمد علي", "7"].map((name) => (
            <Avatar key={name} name={name} id={name} />
          ))}
          <ChannelMark channel="messenger" />
          <ChannelMark channel="instagram" />
          <ChannelMark channel="whatsapp" />
          <Kbd>K</Kbd>
        </Shown>
        <Shown name="Menu, Popover, Dialog, Drawer, ConfirmDialog, Toasts">
          <Menu trigger={<Button>Menu</Button>}>
            <MenuHead>Head</MenuHead>
            <MenuItem icon={<Inbox aria-hidden className="size-4" />} onSelect={() => tell("Chosen")}>
              Item
            </MenuItem>
            <MenuCheck isOn={isOn} onSelect={() => setOn(!isOn)}>
              Check
            </MenuCheck>
            <MenuLine />
            <MenuItem isDanger onSelect={() => {}}>
              Danger
            </MenuItem>
          </Menu>
          <Popover trigger={<Button>Popover</Button>} label="Popover">
            What stands in it.
          </Popover>
          <Button onClick={() => setOpen("dialog")}>Dialog</Button>
          <Button onClick={() => setOpen("drawer")}>Drawer</Button>
          <Button onClick={() => setOpen("confirm")}>Confirm</Button>
          <Button onClick={() => tell("It is done")}>Toast</Button>
          <Button onClick={() => tellProblem(new ApiProblem({ kind: "stale", status: 412 }))}>Problem</Button>
        </Shown>
        <Card title="DataTable" isFlush>
          <DataTable caption="Orders" columns={columns} pages={{ ...noPages, rows }} linkOf={(row) => `/parts#${row.id}`} empty={null} />
        </Card>
        <Card title="Facts, Meter, Timeline">
          <Facts
            of={[
              ["Phone", "+234 801 234 5678"],
              ["Since", date("2026-01-31T09:30:00Z", "date")],
            ]}
          />
          <div className="my-4 space-y-2">
            <Meter label="Used" value={40} most={100} />
            <Meter label="Nearly" value={85} most={100} tone="warn" />
          </div>
          <Timeline
            entries={[
              { id: "1", tone: "brand", title: "Placed · AI", at: date("2026-01-31T09:30:00Z") },
              { id: "2", tone: "good", title: "Paid · Paystack", detail: "SV-1042-1", at: date("2026-01-31T09:41:00Z") },
            ]}
          />
        </Card>
        <Card title="TabLinks, Banner">
          <TabLinks
            label="Tabs"
            current="a"
            tabs={[
              { id: "a", label: "One", to: "/parts" },
              { id: "b", label: "Two", to: "/parts?b", count: "3" },
            ]}
          />
          <div className="space-y-2">
            {(["info", "good", "warn", "bad"] as const).map((tone) => (
              <Banner key={tone} tone={tone}>
                This is {tone}.
              </Banner>
            ))}
          </div>
        </Card>
        <Card title="SkeletonRows">
          <SkeletonRows count={3} />
        </Card>
        <Card title="EmptyState">
          <EmptyState title="No orders yet" hint="What customers order is here." action={<Button look="primary">New order</Button>} />
        </Card>
        <Card title="ErrorState">
          <ErrorState error={new ApiProblem({ kind: "network" })} onRetry={() => {}} />
        </Card>
      </div>
      <Dialog isOpen={open === "dialog"} onClose={() => setOpen(null)} title="A dialog" hint="With what it is about.">
        <Field label="Name">
          <TextInput />
        </Field>
      </Dialog>
      <Drawer isOpen={open === "drawer"} onClose={() => setOpen(null)} title="A drawer">
        <Facts of={[["Name", "Ada Obi"]]} />
      </Drawer>
      <ConfirmDialog
        isOpen={open === "confirm"}
        onClose={() => setOpen(null)}
        title="Archive it?"
        hint="It is not offered any more."
        action="Archive"
        onConfirm={() => Promise.reject(new ApiProblem({ kind: "unavailable", status: 503, retryAfter: 2 }))}
      />
    </Page>
  );
}

function Shown({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Card title={name}>
      <div className="flex flex-wrap items-center gap-3">{children}</div>
    </Card>
  );
}
