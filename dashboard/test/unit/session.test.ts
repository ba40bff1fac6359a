import { describe, expect, test, vi } from "vitest";
import { client } from "../../src/api/client";
import { type Least, may, operation } from "../../src/api/operation";
import { servicesOf } from "../../src/app/services";
import { Session, type SessionPorts } from "../../src/session/session";

const tokens = (access_token: string, expires_in = 3600) => ({ access_token, expires_in, refresh_token: null });
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });

const done = () => new Response(null, { status: 204 });
const refusal = () => json({ type: "/problems/unauthenticated" }, 401);
const lost = () => new Error("no network");
/** The head came, and the connection broke in the body. */
const cutOff = (status = 200) =>
  new Response(new ReadableStream({ start: (body) => body.error(new TypeError("network error")) }), { status, headers: { "Content-Type": "application/json" } });
const flush = () => new Promise((resolve) => setTimeout(resolve));

function setUp(...answers: Array<Response | Error | Promise<Response>>) {
  const stored = new Map<string, string>();
  const soon: Array<() => void> = [];
  const refresh = vi.fn(async (_url: string, _request: RequestInit) => {
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
    soon: (work) => void soon.push(work),
  };
  const session = new Session(ports);
  return {
    session,
    ports,
    refresh,
    stored,
    /** What was asked: "sign-out a same-origin". */
    asked: () =>
      refresh.mock.calls.map(([url, request]) =>
        [url.replace("/api/v1/auth/", ""), new Headers(request.headers).get("Authorization")?.replace("Bearer ", ""), request.credentials].filter(Boolean).join(" "),
      ),
    networkIsBack: async () => {
      for (const work of soon.splice(0)) work();
      await flush();
    },
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
    const { session, pass, refresh } = setUp(json(tokens("new")));
    session.accept(tokens("old", 61));
    pass(10_000);
    expect([await session.token(), await session.renewed("old"), refresh.mock.calls.length]).toEqual(["new", "new", 1]);
  });
  test("takes an answer that is lost in its middle for none (S3)", async () => {
    const { session } = setUp(cutOff(), cutOff(503));
    await expect(session.begin(true)).rejects.toMatchObject({ kind: "network", isPassing: true });
    await expect(session.begin(true)).rejects.toMatchObject({ kind: "network", isPassing: true });
    expect(session.state).toBe("unknown");
  });
  test("ends here at once when signed out, and tells the server (S4)", async () => {
    const { session, asked, stored } = setUp(done());
    session.accept(tokens("a"));
    session.signOut();
    expect([session.state, await session.token(), await session.renewed("a")]).toEqual(["signed-out", null, null]);
    await flush();
    expect([asked(), stored.size]).toEqual([["sign-out a same-origin"], 0]);
  });
  test("is ended at the server when the network is back (S4)", async () => {
    const { session, asked, stored, networkIsBack } = setUp(lost(), json({}, 503), done());
    session.accept(tokens("a"));
    session.signOut();
    await flush();
    await networkIsBack();
    expect(stored.size).toBe(1);
    await networkIsBack();
    expect([asked().length, stored.size]).toEqual([3, 0]);
  });
  test("is ended at the server after a reload, by its cookie, and not taken up again (S4)", async () => {
    const first = setUp(lost());
    first.session.accept(tokens("a"));
    first.session.signOut();
    await flush();
    const { session, asked, stored, ports } = setUp(json(tokens("b")), done());
    stored.set(...([...first.stored][0] as [string, string]));
    await session.begin();
    await flush();
    expect([session.state, asked(), ports.storage.getItem("sellavie.sign-out")]).toEqual(["signed-out", ["refresh same-origin", "sign-out b same-origin"], null]);
  });
  test("is ended by its cookie when its token has ended, and a cookie that is not taken settles it (S4)", async () => {
    const { session, asked, stored } = setUp(refusal(), refusal());
    session.accept(tokens("a"));
    session.signOut();
    await flush();
    expect([asked(), stored.size]).toEqual([["sign-out a same-origin", "refresh same-origin"], 0]);
  });
  test("is ended before somebody else signs in, whose cookie it leaves alone (S4)", async () => {
    const { session, asked, stored, networkIsBack } = setUp(lost(), lost(), done());
    session.accept(tokens("a"));
    session.signOut();
    await flush();
    const call = client(session);
    const signIn = operation<{ path: object; query: object; body: object; answer: unknown; needs: "nothing" }>("sign_in", "POST", "/auth/sign-in", "anyone", "nothing");
    const sent = vi.spyOn(globalThis, "fetch").mockImplementation(async () => {
      expect(asked()).toHaveLength(2);
      return json(tokens("b"));
    });
    session.accept((await call(signIn, { body: {} })) as ReturnType<typeof tokens>);
    expect(sent).toHaveBeenCalledTimes(1);
    await networkIsBack();
    expect([asked().at(-1), session.state, await session.token()]).toEqual(["sign-out a omit", "signed-in", "b"]);
    expect(stored.size).toBe(1);
  });
  test("that is replaced by another person's is ended, here and at the server", async () => {
    const { session, asked } = setUp(done());
    const states: string[] = [];
    session.accept(tokens("a"));
    session.subscribe(() => states.push(session.state));
    session.accept(tokens("b"));
    expect([states, await session.token(), await session.renewed("a")]).toEqual([["signed-out", "signed-in"], "b", null]);
    await flush();
    expect(asked()).toEqual(["sign-out a omit"]);
  });
  test("that has ended is not begun again by an answer that was on its way (S5)", async () => {
    let answer = (_: Response) => {};
    const { session, pass } = setUp(
      new Promise<Response>((resolve) => {
        answer = resolve;
      }),
      refusal(),
      refusal(),
    );
    session.accept(tokens("a", 61));
    pass(10_000);
    const asked = session.token();
    await flush();
    session.signOut();
    answer(json(tokens("late")));
    expect([await asked, session.state]).toEqual([null, "signed-out"]);
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
  test("whose answer is lost in its middle had none, whatever its head said", async () => {
    const call = client({ token: async () => "t", renewed: async () => "other" });
    for (const status of [200, 401, 409, 503]) {
      vi.spyOn(globalThis, "fetch").mockResolvedValueOnce(cutOff(status));
      await expect(call(show, given)).rejects.toMatchObject({ kind: "network", isPassing: true });
    }
  });
  test("that a network answers in the server's place had no answer", async () => {
    vi.spyOn(globalThis, "fetch").mockResolvedValueOnce(new Response("<html>Accept our terms</html>", { headers: { "Content-Type": "text/html" } }));
    await expect(client({ token: async () => "t", renewed: async () => null })(show, given)).rejects.toMatchObject({ kind: "network", isPassing: true });
  });
});

test("nothing that one person read or began to write is there for the next, also after a reload", async () => {
  const kept: Record<string, unknown> = { "sellavie.draft.ada.reply.chat": "Begun", "sellavie.invitation": "token" };
  Object.defineProperty(kept, "removeItem", { value: (name: string) => delete kept[name] });
  vi.stubGlobal("sessionStorage", kept);
  const { session, ports } = setUp(done());
  const { queries } = servicesOf(session, {
    store: { all: async () => [], write: async () => {}, clear: async () => {} },
    mark: ports.storage,
    makeMark: () => "mark",
    build: "this",
    now: () => 0,
    later: () => {},
  });
  await session.begin();
  expect(Object.keys(kept)).toEqual(["sellavie.invitation"]);
  session.accept(tokens("a"));
  queries.setQueryData(["show_me", {}], { email: "ada@shop.example" });
  kept["sellavie.draft.ada.note.chat"] = "Begun";
  session.signOut();
  expect([queries.getQueryCache().getAll(), Object.keys(kept)]).toEqual([[], ["sellavie.invitation"]]);
});

test("a role may do what the server lets it do, and nothing that nobody knows", () => {
  const allowed = (least: Least) => (["viewer", "agent", "admin", "owner"] as const).filter((role) => may(role, { least }));
  expect(allowed("account")).toEqual(["viewer", "agent", "admin", "owner"]);
  expect(allowed("agent")).toEqual(["agent", "admin", "owner"]);
  expect(allowed("owner")).toEqual(["owner"]);
  expect(allowed("auditor" as Least)).toEqual([]);
});
