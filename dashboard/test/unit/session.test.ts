import { describe, expect, test, vi } from "vitest";
import { client } from "../../src/api/client";
import { type Least, may, operation } from "../../src/api/operation";
import { Session, type SessionPorts } from "../../src/session/session";

const tokens = (access_token: string, expires_in = 3600) => ({ access_token, expires_in, refresh_token: null });
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });

function setUp(...answers: Array<Response | Error>) {
  const stored = new Map<string, string>();
  const refresh = vi.fn(async () => {
    const answer = answers.shift();
    if (!answer || answer instanceof Error) throw answer ?? new Error("asked once too often");
    return answer;
  });
  let now = 0;
  const ports: SessionPorts = {
    fetch: refresh as unknown as typeof fetch,
    now: () => now,
    alone: (work) => work(),
    storage: { getItem: (name) => stored.get(name) ?? null, setItem: (name, text) => void stored.set(name, text), removeItem: (name) => void stored.delete(name) },
  };
  return {
    session: new Session(ports),
    refresh,
    stored,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe("the session", () => {
  test("asks for nothing when nobody was signed in here", async () => {
    const { session, refresh } = setUp();
    await session.begin();
    expect([session.state, refresh.mock.calls.length]).toEqual(["signed-out", 0]);
  });
  test("keeps no token where a script of tomorrow could read it", () => {
    const { session, stored } = setUp();
    session.accept(tokens("secret-token"));
    expect(JSON.stringify([...stored])).not.toContain("secret");
  });
  test("refreshes once for all who wait (S1)", async () => {
    const { session, refresh } = setUp(json(tokens("a")));
    const all = await Promise.all([session.begin(true), session.token(), session.token()]);
    expect([all[1], all[2], refresh.mock.calls.length]).toEqual(["a", "a", 1]);
  });
  test("renews a token before it ends (S2)", async () => {
    const { session, pass } = setUp(json(tokens("b")));
    session.accept(tokens("a", 600));
    pass(539_000);
    expect(await session.token()).toBe("a");
    pass(2_000);
    expect(await session.token()).toBe("b");
  });
  test("ends with a refusal, and with nothing else (S3)", async () => {
    const { session, pass, stored } = setUp(new Error("no network"), json({ type: "/problems/unavailable", status: 503 }, 503), json({ type: "/problems/unauthenticated" }, 401));
    session.accept(tokens("a", 61));
    pass(10_000);
    await expect(session.token()).rejects.toThrow("network");
    await expect(session.token()).rejects.toThrow("unavailable");
    expect(session.state).toBe("signed-in");
    expect(await session.token()).toBeNull();
    expect([session.state, stored.size]).toEqual(["signed-out", 0]);
  });
  test("gives the newer token to who was refused with an older one", async () => {
    const { session, refresh } = setUp();
    session.accept(tokens("new"));
    expect(await session.renewed("old")).toBe("new");
    expect(refresh).not.toHaveBeenCalled();
  });
});

describe("a call", () => {
  const show = operation<{ path: { id: string }; query: { name?: string }; body: undefined; answer: { ok: boolean }; needs: "version" }>(
    "show",
    "PUT",
    "/things/{id}",
    "admin",
    "version",
  );
  const given = { id: "a/b", query: { name: "x y" }, version: 3 };
  test("carries its token and preconditions, and ids that cannot leave their place", async () => {
    const asked = vi.spyOn(globalThis, "fetch").mockResolvedValue(json({ ok: true }));
    expect(await client({ token: async () => "t", renewed: async () => null })(show, given)).toEqual({ ok: true });
    const [url, init] = asked.mock.calls[0] ?? [];
    expect(url).toBe("/api/v1/things/a%2Fb?name=x+y");
    expect(init?.headers).toMatchObject({ Authorization: "Bearer t", "If-Match": '"3"', "X-Sellavie-Client": "dashboard" });
  });
  test("is made again once, with another token, when its own was refused", async () => {
    const asked = vi
      .spyOn(globalThis, "fetch")
      .mockResolvedValueOnce(json({ type: "/problems/unauthenticated" }, 401))
      .mockResolvedValueOnce(json({ ok: true }));
    await client({ token: async () => "old", renewed: async () => "new" })(show, given);
    expect(asked.mock.calls.map(([, init]) => new Headers(init?.headers).get("Authorization"))).toEqual(["Bearer old", "Bearer new"]);
  });
  test("tells a problem by kind and field, also when a proxy answers", async () => {
    const call = client({ token: async () => "t", renewed: async () => null });
    vi.spyOn(globalThis, "fetch").mockResolvedValueOnce(
      json({ type: "/problems/invalid-fields", status: 422, title: "", request_id: "r", errors: [{ field: "/name", detail: "is missing" }] }, 422),
    );
    await expect(call(show, given)).rejects.toMatchObject({ kind: "invalid-fields", fields: { "/name": "is missing" }, requestId: "r", isPassing: false });
    vi.spyOn(globalThis, "fetch").mockResolvedValueOnce(new Response("<html>", { status: 502 }));
    await expect(call(show, given)).rejects.toMatchObject({ kind: "unavailable", isPassing: true });
    vi.spyOn(globalThis, "fetch").mockRejectedValueOnce(new TypeError("failed"));
    await expect(call(show, given)).rejects.toMatchObject({ kind: "network", isPassing: true });
  });
});

test("a role may do what the server lets it do, and nothing that nobody knows", () => {
  const allowed = (least: Least) => (["viewer", "agent", "admin", "owner"] as const).filter((role) => may(role, { least }));
  expect(allowed("account")).toEqual(["viewer", "agent", "admin", "owner"]);
  expect(allowed("agent")).toEqual(["agent", "admin", "owner"]);
  expect(allowed("owner")).toEqual(["owner"]);
  expect(allowed("auditor" as Least)).toEqual([]);
});
