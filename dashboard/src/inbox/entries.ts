// What was written in a chat, the team's notes among the messages.

import type { Message, Note } from "../api/operations";
import type { Pages } from "../parts/table";

export type Entry = { id: string; at: string } & ({ kind: "message"; message: Message } | { kind: "note"; note: Note });

type Read<Row> = Pick<Pages<Row>, "rows" | "hasMore">;

/** Since when all messages are loaded; empty: since the first. */
const loadedSince = ({ rows, hasMore }: Read<Message>) => (hasMore ? (rows.at(-1)?.at ?? "") : "");

/** Oldest first. A note stands where it was written; those above what is loaded come with it. */
export function entriesOf(messages: Read<Message>, notes: Read<Note>): Entry[] {
  const since = loadedSince(messages);
  const all: Entry[] = messages.rows.map((message) => ({ id: message.id, at: message.at, kind: "message", message }));
  for (const note of notes.rows) if (note.created_at >= since) all.push({ id: note.id, at: note.created_at, kind: "note", note });
  return all.sort((a, b) => (a.at === b.at ? (a.id < b.id ? -1 : 1) : a.at < b.at ? -1 : 1));
}

/** Whether notes of the time of the loaded messages may be on a further page. */
export function lacksNotes(messages: Read<Message>, notes: Read<Note>): boolean {
  const oldest = notes.rows.at(-1);
  return notes.hasMore && oldest !== undefined && oldest.created_at >= loadedSince(messages);
}
