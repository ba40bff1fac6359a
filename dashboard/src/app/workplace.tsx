// A business's pages, within the frame of navigation that they share.

import { lazy, Suspense } from "react";
import { Redirect, Route, Switch } from "wouter";
import { OutboxProvider } from "../inbox/outbox_provider";
import { LiveProvider } from "../live/provider";
import { withGuideWords } from "../words/guide";
import { withOrderWords } from "../words/orders";
import { withProductWords } from "../words/products";
import { NothingHere } from "./app";
import { BusinessProvider, useHere } from "./business";
import { Frame } from "./frame";
import { Waiting } from "./waiting";

const Guide = lazy(() => withGuideWords(import("../pages/guide")));
const Inbox = lazy(() => import("../inbox/inbox"));
const Tasks = lazy(() => import("../pages/tasks"));
const Orders = lazy(() => withOrderWords(import("../pages/orders")));
const Order = lazy(() => withOrderWords(import("../pages/order")));
const Payments = lazy(() => withOrderWords(import("../pages/payments")));
const Refunds = lazy(() => withOrderWords(import("../pages/refunds")));
const Invoices = lazy(() => withOrderWords(import("../pages/invoices")));
const Products = lazy(() => withProductWords(import("../pages/products")));
const Product = lazy(() => withProductWords(import("../pages/product")));
const Customers = lazy(() => import("../pages/customers"));
const Customer = lazy(() => import("../pages/customer"));
const Connections = lazy(() => import("../pages/connections"));
const Team = lazy(() => import("../pages/team"));
const Plan = lazy(() => import("../pages/plan"));
const Activity = lazy(() => import("../pages/activity"));
const Settings = lazy(() => import("../pages/settings"));
const Training = lazy(() => import("../pages/training"));
const Security = lazy(() => import("../pages/security"));

export default function Workplace({ business_id }: { business_id: string }) {
  return (
    <BusinessProvider business_id={business_id}>
      <LiveProvider>
        <OutboxProvider>
          <Frame>
            <Suspense fallback={<Waiting />}>
              <Pages />
            </Suspense>
          </Frame>
        </OutboxProvider>
      </LiveProvider>
    </BusinessProvider>
  );
}

function Pages() {
  const { at } = useHere();
  const below = "/businesses/:business_id";
  return (
    <Switch>
      <Route path={below}>
        <Redirect to={at("inbox")} replace />
      </Route>
      <Route path={`${below}/inbox/:conversation_id?`}>{({ conversation_id }) => <Inbox conversation_id={conversation_id} />}</Route>
      <Route path={`${below}/guide`} component={Guide} />
      <Route path={`${below}/tasks`} component={Tasks} />
      <Route path={`${below}/orders`} component={Orders} />
      <Route path={`${below}/orders/:order_id`}>{({ order_id }) => <Order key={order_id} order_id={order_id} />}</Route>
      <Route path={`${below}/payments`} component={Payments} />
      <Route path={`${below}/refunds`} component={Refunds} />
      <Route path={`${below}/invoices`} component={Invoices} />
      <Route path={`${below}/products`} component={Products} />
      <Route path={`${below}/products/:product_id`}>{({ product_id }) => <Product key={product_id} product_id={product_id} />}</Route>
      <Route path={`${below}/customers`} component={Customers} />
      <Route path={`${below}/customers/:customer_id`}>{({ customer_id }) => <Customer key={customer_id} customer_id={customer_id} />}</Route>
      <Route path={`${below}/connections`} component={Connections} />
      <Route path={`${below}/team`} component={Team} />
      <Route path={`${below}/plan`} component={Plan} />
      <Route path={`${below}/activity`} component={Activity} />
      <Route path={`${below}/settings`} component={Settings} />
      <Route path={`${below}/training`} component={Training} />
      <Route path={`${below}/security`} component={Security} />
      <Route>
        <NothingHere />
      </Route>
    </Switch>
  );
}
