// A server that serves the built dashboard, its sandbox, and browsers before them: what every test here starts from.

import { existsSync } from "node:fs";
import path from "node:path";
import { shared_world } from "../../../tests/e2e/harness/world.mjs";

export const dist = path.resolve(import.meta.dirname, "../../dist");

// One for all tests of a file: shared_place({ before, after }, name, (place) => { … }, {businesses, settings}).
// place: {here: the world, base: the dashboard's address}
export function shared_place(hooks, name, opened, { settings = {}, ...more } = {}) {
  if (!existsSync(path.join(dist, "index.html"))) throw new Error("dashboard/dist is not there: dashboard/check --build");
  shared_world(hooks, { name: `dashboard-${name}`, settings: { ...settings, http: { ...settings.http, dashboard: dist } }, ...more }, (here) =>
    opened({ here, base: here.server.url }),
  );
}
