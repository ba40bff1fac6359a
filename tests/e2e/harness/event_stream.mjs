// Reads GET /api/v1/events as a browser's fetch does, and holds each event against the server's document.

import assert from "node:assert/strict";
import { misfits } from "./api.mjs";
import { keep_answer } from "./api_record.mjs";
import { until } from "./workspace.mjs";

export class event_stream {
  #cancel = new AbortController();

  // -> an open one, or {status} when the server refused
  static async open(client, business_id, { last_event_id, token = client.access_token } = {}) {
    const one = new event_stream();
    const headers = { authorization: `Bearer ${token}`, ...(last_event_id ? { "last-event-id": last_event_id } : {}) };
    const path = `/events?business_id=${business_id}`;
    const answer = await fetch(`${client.url}/api/v1${path}`, { headers, signal: one.#cancel.signal });
    one.status = answer.status;
    one.headers = answer.headers;
    if (answer.status !== 200) {
      one.body = await answer.json();
      return one;
    }
    keep_answer("follow_events", path, answer);
    one.document = await client.document();
    one.ended = one.#read(answer.body);
    return one;
  }

  events = [];
  comments = 0;
  is_open = true;

  get last_id() {
    return this.events.findLast(({ id }) => id)?.id;
  }

  // Waits for an event of this type for which `holds`, from `from` on. -> it
  async event(type, holds = () => true, { from = 0, seconds = 20 } = {}) {
    let found;
    await until(`the event ${type} arrives`, () => {
      found = this.events.slice(from).find((one) => one.type === type && holds(one.data));
      return found;
    }, { seconds, every_ms: 5, explain: () => JSON.stringify(this.events.slice(-20)) });
    return found;
  }

  close() {
    this.#cancel.abort();
    return this.ended;
  }

  // Resolves to the last event when the server ended the stream properly, to undefined when it was cut off.
  async #read(body) {
    let text = "";
    const decoder = new TextDecoder();
    try {
      for await (const bytes of body) {
        text += decoder.decode(bytes, { stream: true });
        for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
          this.#take(text.slice(0, end).split("\n"));
          text = text.slice(end + 2);
        }
      }
      return this.events.at(-1);
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      return undefined;
    } finally {
      this.is_open = false;
    }
  }

  #take(lines) {
    if (lines[0].startsWith(":")) return void (this.comments += 1);
    const fields = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
    if (fields.retry) return void (this.retry = Number(fields.retry));
    const data = JSON.parse(fields.data);
    const declared = this.document.paths["/api/v1/events"].get.responses["200"].content["text/event-stream"].schema;
    assert.deepEqual(misfits(this.document, declared, data), [], fields.data);
    assert.equal(data.type, fields.event);
    this.events.push({ id: fields.id, type: fields.event, data });
  }
}
