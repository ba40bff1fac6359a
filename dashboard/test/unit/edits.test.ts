import { describe, expect, test, vi } from "vitest";
import { ApiProblem } from "../../src/api/problem";
import { authorOf, changed, differing, rebased, saveFrom } from "../../src/pages/edits";

const before = { name: "Ada", phone: "", address: "1 Marina" };
const typed = { name: "Ada", phone: "+234", address: "1 Marina" };
const theirs = { name: "Ada Obi", phone: "", address: "1 Marina" };

describe("edits of a state that others change meanwhile", () => {
  test("send what was typed, and leave what others changed", () => {
    expect(changed(before, typed)).toEqual({ phone: "+234" });
    expect(differing(before, theirs)).toEqual(["name"]);
  });
  test("are kept on top of the newer state", () => {
    expect(rebased(before, typed, theirs)).toEqual({ name: "Ada Obi", phone: "+234", address: "1 Marina" });
    expect(rebased(before, { ...typed, name: "Adaeze" }, theirs).name).toBe("Adaeze");
  });
  test("compare what is nested by what it holds", () => {
    expect(differing({ hours: { from: "22:00" } }, { hours: { from: "22:00" } })).toEqual([]);
    expect(differing<{ hours: object | null }>({ hours: null }, { hours: {} })).toEqual(["hours"]);
  });
});

describe("whose change it was", () => {
  const entry = (account_name: string, after: object | null) => ({ account_name, after: after && JSON.stringify(after) });
  test("is the newest entry's that says what is there now", () => {
    const entries = [entry("Grace", { refund_limit_minor: 5 }), entry("Bola", { name: "Ada Obi", phone: "" }), entry("Chidi", { name: "Ada Obi" })];
    expect(authorOf(entries, { name: "Ada Obi" })).toBe("Bola");
  });
  test("is nobody's when no entry says it, or it says something else", () => {
    expect(authorOf([entry("Bola", { name: "Ada" }), entry("Chidi", null), { account_name: "Eve", after: "{" }], { name: "Ada Obi" })).toBeNull();
    expect(authorOf([entry("", { name: "Ada Obi" })], { name: "Ada Obi" })).toBeNull();
  });
});

describe("saving", () => {
  interface State {
    version: number;
    name: string;
    stock: number;
  }
  const stale = new ApiProblem({ kind: "stale", status: 412 });
  const base: State = { version: 1, name: "Scarf", stock: 3 };
  const server = (now: State) => {
    const meanwhile = vi.fn<(newer: State) => void>();
    const save = vi.fn(async (from: State) => {
      if (from.version !== now.version) throw stale;
      return { ...now, version: now.version + 1 };
    });
    const run = () => saveFrom(base, { fieldsOf: ({ name }: State) => ({ name }), save, reread: async () => now, isStale: (error) => error === stale, meanwhile });
    return { meanwhile, save, run };
  };
  test("names the state that the edits began from, and tells of a newer one", async () => {
    const now = { version: 2, name: "Shawl", stock: 3 };
    const { run, save, meanwhile } = server(now);
    await expect(run()).rejects.toBe(stale);
    expect(save.mock.calls).toEqual([[base]]);
    expect(meanwhile.mock.calls).toEqual([[now]]);
  });
  test("goes on by itself when only what is not edited here has changed", async () => {
    const { run, meanwhile } = server({ ...base, version: 2, stock: 1 });
    expect((await run()).version).toBe(3);
    expect(meanwhile).not.toHaveBeenCalled();
  });
  test("does not ask for ever when the server stays with its refusal", async () => {
    const meanwhile = vi.fn();
    const save = vi.fn().mockRejectedValue(stale);
    const run = saveFrom(base, { fieldsOf: ({ name }: State) => ({ name }), save, reread: async () => base, isStale: () => true, meanwhile });
    await expect(run).rejects.toBe(stale);
    expect(save).toHaveBeenCalledTimes(1);
  });
  test("tells any other refusal as it is", async () => {
    const lost = new ApiProblem({ kind: "network" });
    const run = saveFrom(base, {
      fieldsOf: ({ name }: State) => ({ name }),
      save: () => Promise.reject(lost),
      reread: async () => base,
      isStale: (error) => error === stale,
      meanwhile: vi.fn(),
    });
    await expect(run).rejects.toBe(lost);
  });
});
