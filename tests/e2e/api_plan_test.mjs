// A plan and its limits: what is used, who is warned, and what becomes of chats and purchases past the limit.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { api_client } from "./harness/api.mjs";
import { event_stream } from "./harness/event_stream.mjs";
import { all_of, signed_in_owner } from "./harness/team.mjs";
import { demo_businesses, open_world, shared_world } from "./harness/world.mjs";
import { sleep, until } from "./harness/workspace.mjs";

const farewell = /passing you to a colleague/;
const with_plans = (plans) => demo_businesses((business) => ({ ...business, ...(plans[business.key] ? { plan: plans[business.key] } : {}) }));

let here;
let ada;
let kofi;
shared_world({ before, after }, {
  name: "api-plan",
  businesses: with_plans({ kofi: "roomy" }),
  settings: { plans: { default: "small" }, "plans.small": { ai_replies_per_month: 5, products: 7, members: 3 }, "plans.roomy": { products: 9000 } },
}, (world) => { here = world; });
beforeEach(async () => {
  ada ??= await signed_in_owner(here, 0);
  kofi ??= await signed_in_owner(here, 1);
});

const plan_of = async (whose) => {
  const { status, body, text } = await whose.client.get(`${whose.shop}/plan`);
  assert.equal(status, 200, text);
  return body;
};
const tasks_of = async (whose, kind) => (await all_of(whose.client, `${whose.shop}/tasks?kind=${kind}`)).items;

// -> the new answers
async function exchange(who, text, world = here) {
  const heard = (await world.sandbox.replies(who, "app")).length;
  await world.sandbox.say(who, text);
  return (await world.sandbox.heard(who, heard + 1)).slice(heard);
}

async function silence(who, text, world = here) {
  const heard = (await world.sandbox.replies(who, "app")).length;
  await world.sandbox.say(who, text);
  await world.settled();
  await sleep(300);
  assert.equal((await world.sandbox.replies(who, "app")).length, heard, "nothing is said");
}

let buyer;
let late;

test("a team has as many members as its plan allows", async () => {
  const { members, connections } = await plan_of(ada);
  assert.deepEqual([members, connections], [{ used: 1, allowed: 3, percent: 33, warning: "none" }, { used: here.business("ada").connections.length, allowed: null, percent: null, warning: "none" }]);
  const accept = async (email) => {
    assert.equal((await ada.client.post(`${ada.shop}/invitations`, { email, role: "agent" })).status, 201);
    const token = /#token=(\S+)/.exec((await here.sandbox.got_mails(email, 1)).at(-1).text)[1];
    return new api_client(here.server.url).post("/invitations/accept-as-new", { token, name: "Chidi", password: "correct horse battery" });
  };
  for (const email of ["second@example.com", "third@example.com"]) assert.equal((await accept(email)).status, 200);
  const fourth = await accept("fourth@example.com");
  assert.deepEqual([fourth.status, fourth.body.type], [409, "/problems/plan-limit-reached"]);
  assert.deepEqual((await plan_of(ada)).members, { used: 3, allowed: 3, percent: 100, warning: "at_limit" });
});

test("a plan without limits says so, and counts all the same", async () => {
  await exchange(here.customer("messenger", "kofi"), "Hello!");
  await here.settled();
  const plan = await plan_of(kofi);
  assert.deepEqual([plan.name, plan.state, plan.ai_replies], ["roomy", "unlimited", { used: 1, allowed: null, percent: null, warning: "none" }]);
  assert.deepEqual(plan.products, { used: kofi_products(), allowed: 9000, percent: 0, warning: "none" });
});

const kofi_products = () => here.business("kofi").products.length;

test("100 % in the middle of a purchase: it finishes, and each warning is given once", async () => {
  const watched = await event_stream.open(ada.client, ada.business_id);
  let plan = await plan_of(ada);
  assert.deepEqual([plan.name, plan.state, plan.ai_replies], ["small", "normal", { used: 0, allowed: 5, percent: 0, warning: "none" }]);
  buyer = here.customer("messenger", "ada");
  await exchange(buyer, "Hello!");
  await exchange(here.customer("instagram", "ada"), "Hello!");
  await exchange(buyer, "I want 2 Ankara 6 yards");
  assert.deepEqual(await tasks_of(ada, "plan"), []);
  const [checkout] = await exchange(buyer, "Checkout please");
  await until("a person is warned", async () => (await tasks_of(ada, "plan")).length === 1);
  assert.match((await tasks_of(ada, "plan"))[0].reason, /80 % .*4 of 5/);
  plan = await plan_of(ada);
  assert.deepEqual([plan.state, plan.ai_replies.warning], ["near_limit", "near_limit"]);

  assert.match((await exchange(buyer, "How much is the Adire kaftan?"))[0].text, /Adire kaftan/);
  plan = await until("all are used", async () => { const now = await plan_of(ada); return now.state === "paused" && now; });
  assert.deepEqual(plan.ai_replies, { used: 5, allowed: 5, percent: 100, warning: "at_limit" });

  assert.match((await exchange(buyer, "How much is the French lace?"))[0].text, /French lace/);
  const link = JSON.stringify(checkout).match(/https?:\/\/[^\s<>"'\\]+\/pay\/[^\s<>"'\\]+/)[0];
  await fetch(link, { method: "POST", body: "outcome=success", headers: { "content-type": "application/x-www-form-urlencoded" }, redirect: "manual" });
  await exchange(buyer, "I have paid");
  await here.settled();
  assert.deepEqual(await here.server.sql(`SELECT status FROM orders WHERE conversation_id IN ${here.conversation_of(buyer)}`), [["paid"]]);
  assert.equal((await here.owner_of(buyer)).person, false);
  assert.equal((await plan_of(ada)).ai_replies.used, 7, "what a purchase uses beyond the limit counts");
  const warnings = await tasks_of(ada, "plan");
  assert.equal(warnings.length, 2);
  assert.match(warnings[1].reason, /all of this month's AI replies are used \(5 of 5\)/);
  await watched.event("task.created", ({ kind }) => kind === "plan");
  await watched.close?.();
});

test("past the limit a chat is handed to people with one farewell, and a person is told why", async () => {
  late = here.customer("whatsapp", "ada");
  const [said] = await exchange(late, "Hello!");
  assert.match(said.text, farewell);
  assert.doesNotMatch(said.text, /plan|limit/i, "the customer's business is not the plan");
  assert.equal((await here.owner_of(late)).person, true);
  await silence(late, "Anybody there?");
  await silence(late, "Hello?");
  assert.equal(await here.messages_of(late), 3, "nothing is lost");
  assert.match((await exchange(buyer, "Hello again!"))[0].text, farewell, "the purchase is over");
  const told = (await tasks_of(ada, "handover")).map(({ reason }) => reason);
  assert.deepEqual(told, ["this month's AI replies are used up", "this month's AI replies are used up"]);
  await here.server.restart();
  await silence(late, "And now?");
  assert.equal((await tasks_of(ada, "plan")).length, 2, "no warning is given again");
  assert.match((await exchange(here.customer("messenger", "kofi"), "Hello!"))[0].text, /welcome/, "another business is answered");
});

test("months begin where the business is; a chat that nobody took comes back in the next one", async () => {
  const { begins_at, month } = await plan_of(ada);
  const begins = Date.parse(begins_at);
  assert.equal(new Intl.DateTimeFormat("sv-SE", { timeZone: "Africa/Lagos" }).format(begins), `${month}-01`);
  assert.equal(new Intl.DateTimeFormat("en-GB", { timeZone: "Africa/Lagos", timeStyle: "medium" }).format(begins), "00:00:00");
  await here.server.kill();
  await here.server.start();
  await here.server.sql(`DELETE FROM plan_usage WHERE business_id = '${ada.business_id}'`);
  // All but one ended in the last millisecond of the month before; one in the first of this.
  await here.server.sql(`UPDATE turns SET ended_at = ${begins - 1} WHERE business_id = '${ada.business_id}'`);
  await here.server.sql(`UPDATE turns SET ended_at = ${begins} WHERE turn_id = (SELECT turn_id FROM turns WHERE outcome = 1 AND business_id = '${ada.business_id}' LIMIT 1)`);
  await here.server.restart();
  assert.equal((await plan_of(ada)).ai_replies.used, 1);
  assert.match((await exchange(late, "How much is the Adire kaftan?"))[0].text, /Adire kaftan/);
  await here.settled();
  assert.equal((await here.owner_of(late)).person, false);
  const months = (await all_of(ada.client, `${ada.shop}/plan/months`, { limit: 1 })).items;
  assert.deepEqual(months.map(({ ai_replies }) => ai_replies), [2, 6]);
  assert.equal(months[0].month, month);
});

test("products: the plan's number and no more, by form, by sheet and back from the archive", async () => {
  const products = `${ada.shop}/products`;
  const create = (sku) => ada.client.post(products, { sku, name: sku, price_minor: 100 });
  assert.deepEqual((await plan_of(ada)).products, { used: 6, allowed: 7, percent: 85, warning: "near_limit" });
  const both = await Promise.all([create("PLAN-1"), create("PLAN-2")]);
  assert.deepEqual(both.map(({ status }) => status).sort(), [201, 409], "two people, one place");
  const refused = both.find(({ status }) => status === 409).body;
  assert.equal(refused.type, "/problems/plan-limit-reached");
  const { id } = both.find(({ status }) => status === 201).body;
  assert.equal((await ada.client.post(`${products}/${id}/archive`)).status, 200);
  assert.equal((await create("PLAN-3")).status, 201);
  assert.equal((await ada.client.post(`${products}/${id}/restore`)).status, 409);
  const sheet = await ada.client.call("POST", `${products}/import/preview`, { raw: "sku,name,price\nPLAN-4,Four,1\nPLAN-3,Drei,1", headers: { "content-type": "text/csv" } });
  assert.equal(sheet.status, 200, sheet.text);
  assert.deepEqual(sheet.body.rows.map(({ outcome }) => outcome), ["refused", "updated"]);
  assert.deepEqual((await plan_of(ada)).products, { used: 7, allowed: 7, percent: 100, warning: "at_limit" });
});

test("a trial of the training is an AI reply, and past the limit there is none", async () => {
  const ask = (whose, question) => whose.client.post(`${whose.shop}/training/draft/try`, { question });
  const used = async (whose) => (await plan_of(whose)).ai_replies.used;
  const before = await used(kofi);
  assert.equal((await ask(kofi, "Hello!")).status, 200);
  assert.equal(await used(kofi), before + 1, "also without a limit");
  const { allowed } = (await plan_of(ada)).ai_replies;
  for (let n = await used(ada); n < allowed; n += 1) {
    assert.equal((await ask(ada, "Hello!")).status, 200);
    assert.equal(await used(ada), n + 1);
  }
  const attempts = () => here.server.metric("sellavie_llm_attempts_total");
  const asked = await attempts();
  const refused = await ask(ada, "Hello!");
  assert.deepEqual([refused.status, refused.body.type], [409, "/problems/plan-limit-reached"]);
  assert.match(refused.body.detail, /AI replies are used up/);
  assert.equal(await attempts(), asked, "no model is asked");
  assert.match((await exchange(here.customer("messenger", "ada"), "Hello!"))[0].text, farewell, "they were used in the same plan");
  assert.equal(await used(ada), allowed);
});

test("another business's plan is nobody's", async () => {
  assert.equal((await kofi.client.get(`${ada.shop}/plan`)).status, 404);
  assert.equal((await kofi.client.get(`${ada.shop}/plan/months`)).status, 404);
});

test("a plan that the configuration does not name is refused, and changes nothing", async () => {
  const line = { ...here.business("ada"), plan: "huge" };
  await assert.rejects(here.server.provision([line]), /"huge" is not a plan of the configuration/);
  assert.equal((await plan_of(ada)).name, "small");
});

test("a larger plan opens the chats again, without a restart", async () => {
  for (let i = 0; i < 4; i += 1) await exchange(here.customer("messenger", "ada"), "Hello!");
  const who = here.customer("messenger", "ada");
  assert.match((await exchange(who, "Hello!"))[0].text, farewell);
  await here.server.provision([{ ...here.business("ada"), plan: "roomy" }]);
  await until("the plan is known", async () => (await plan_of(ada)).name === "roomy");
  await here.routed();
  await sleep(500);
  assert.match((await exchange(who, "Hello again!"))[0].text, /welcome/);
});

test("kill -9 around the limit: as many replies as allowed, everybody heard, nothing twice", { timeout: 240_000 }, async (t) => {
  const allowed = 12;
  const world = await open_world(t, { name: "api-plan-crash", settings: { plans: { default: "small" }, "plans.small": { ai_replies_per_month: allowed } } });
  const crowd = Array.from({ length: 30 }, (_, i) => world.customer(["messenger", "instagram", "whatsapp"][i % 3], "ada"));
  const talk = async (who) => {
    for (;;) {
      if ((await world.sandbox.say(who, "Hello!")).status === 200) break;
      await sleep(300);  // Meta says it again itself, too
    }
  };
  for (let part = 0; part < 3; part += 1) {
    const said = Promise.all(crowd.slice(part * 10, part * 10 + 10).map(talk));
    await sleep(350 + part * 150);
    await world.server.restart();
    await said;
    await world.settled({ seconds: 90 });
  }
  for (const who of crowd) await world.sandbox.heard(who, 1, { seconds: 60 });
  await world.settled({ seconds: 90 });
  const [[replied, customers]] = await world.server.sql("SELECT count(*) FILTER (WHERE outcome = 1), count(DISTINCT conversation_id) FROM turns WHERE state = 1");
  assert.equal(Number(customers), crowd.length);
  assert.equal(Number(replied), allowed);
  const farewells = (await Promise.all(crowd.map((who) => world.sandbox.replies(who, "app")))).filter((replies) => replies.some(({ text }) => farewell.test(text)));
  assert.equal(farewells.length, crowd.length - allowed);
  const tasks = await world.server.sql("SELECT count(*), count(DISTINCT reason) FROM person_tasks WHERE kind = 'plan'");
  assert.deepEqual(tasks, [["2", "2"]], "each warning once");
});
