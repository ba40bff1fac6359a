// Where one can be in the dashboard, below a business, and before one has signed in.

export const places = [
  "guide",
  "inbox",
  "tasks",
  "tasks?tab=parked",
  "tasks?tab=work",
  "orders",
  "payments",
  "refunds",
  "invoices",
  "products",
  "customers",
  "connections",
  "team",
  "plan",
  "activity",
  "settings",
  "settings?tab=orders",
  "settings?tab=replies",
  "settings?tab=labels",
  "settings?tab=notifications",
  "settings?tab=webhooks",
  "settings?tab=you",
  "security",
];
export const doors = ["sign-in", "sign-up", "forgot-password", "reset-password", "verify-email", "invitation"];
