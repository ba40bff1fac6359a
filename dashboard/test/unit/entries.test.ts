import { describe, expect, test } from "vitest";
import type { Message, Note } from "../../src/api/operations";
import { entriesOf, lacksNotes } from "../../src/inbox/entries";

const message = (id: string, at: string) => ({ id, at }) as Message;
const note = (id: string, created_at: string) => ({ id, created_at }) as Note;
const read = <Row>(rows: Row[], hasMore = false) => ({ rows, hasMore });

describe("a chat's notes", () => {
  test("stand among the messages; those above what is loaded wait for it", () => {
    const messages = read([message("m2", "t4"), message("m1", "t2")], true);
    const notes = read([note("n2", "t3"), note("n1", "t1")]);
    expect(entriesOf(messages, notes).map(({ id }) => id)).toEqual(["m1", "n2", "m2"]);
    expect(entriesOf(read(messages.rows), notes).map(({ id }) => id)).toEqual(["n1", "m1", "n2", "m2"]);
  });
  test("are read on until they reach as far back as the messages", () => {
    const loaded = read([message("m1", "t5")], true);
    expect(lacksNotes(loaded, read([note("n1", "t6")], true))).toBe(true);
    expect(lacksNotes(loaded, read([note("n2", "t6"), note("n1", "t4")], true))).toBe(false);
    expect(lacksNotes(read(loaded.rows), read([note("n1", "t4")], true))).toBe(true);
    expect(lacksNotes(read(loaded.rows), read([note("n1", "t4")]))).toBe(false);
  });
});
