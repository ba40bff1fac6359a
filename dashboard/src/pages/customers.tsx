import { UsersRound } from "lucide-react";
import { usePages } from "../api/hooks";
import { type Customer, list_customers } from "../api/operations";
import { useHere } from "../app/business";
import { customerName } from "../lib/customers";
import { useFilters } from "../lib/query";
import { Avatar } from "../parts/avatar";
import { Badge } from "../parts/badge";
import { Card } from "../parts/card";
import { Select } from "../parts/field";
import { Page } from "../parts/page";
import { SearchInput } from "../parts/search_input";
import { EmptyState } from "../parts/states";
import { type Column, DataTable } from "../parts/table";
import { useWords } from "../words/provider";

export default function Customers() {
  const { t, date } = useWords();
  const { business_id, at } = useHere();
  const [filters, setFilters] = useFilters("name", "sort");
  const query = { limit: 50, ...(filters.name ? { name: filters.name } : {}), ...(filters.sort === "oldest" ? { sort: "oldest" as const } : {}) };
  const customers = usePages(list_customers, { business_id, query }, { keepsOld: true });
  const columns: Array<Column<Customer>> = [
    {
      name: t("field.name"),
      cell: (one) => (
        <span className="flex min-w-0 items-center gap-3">
          <Avatar name={one.name} id={one.id} />
          <bdi className="truncate">{customerName(t, one.name, one.id)}</bdi>
          {one.is_blocked && <Badge tone="bad">{t("customer.blocked")}</Badge>}
        </span>
      ),
    },
    { name: t("field.phone"), cell: (one) => <bdi>{one.phone}</bdi> },
    { name: t("field.email"), cell: (one) => <span className="block max-w-56 truncate">{one.email}</span>, isWideOnly: true },
    { name: t("customer.since"), cell: (one) => date(one.created_at, "date"), isNumber: true },
  ];
  return (
    <Page title={t("nav.customers")} hint={t("customer.hint")}>
      <div className="mb-4 grid gap-2 sm:grid-cols-[1fr_12rem]">
        <SearchInput label={t("customer.search")} value={filters.name ?? ""} onSearch={(name) => setFilters({ name })} />
        <Select aria-label={t("filter.sort")} value={filters.sort ?? ""} onChange={(event) => setFilters({ sort: event.target.value })}>
          <option value="">{t("sort.newest")}</option>
          <option value="oldest">{t("sort.oldest")}</option>
        </Select>
      </div>
      <Card isFlush className="[&>div]:pt-0">
        <DataTable
          caption={t("nav.customers")}
          columns={columns}
          pages={customers}
          linkOf={(one) => at(`customers/${one.id}`)}
          empty={
            <EmptyState
              icon={UsersRound}
              title={t(filters.name ? "customer.none-found" : "customer.none")}
              hint={t(filters.name ? "customer.none-found-hint" : "customer.none-hint")}
            />
          }
        />
      </Card>
    </Page>
  );
}
