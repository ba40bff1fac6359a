// Server-sent events, read from any pieces of text (WHATWG HTML 9.2). Comments are heartbeats and give nothing.

export interface SentEvent {
  id: string;
  event: string;
  data: string;
}

/** A line longer than this is not one of ours. */
const longestLine = 256 * 1024;

export class SentEventReader {
  #rest = "";
  #id = "";
  #event = "";
  #data: string[] = [];

  /** -> the events that `text` completes; throws on a stream that never ends a line. */
  read(text: string): SentEvent[] {
    const events: SentEvent[] = [];
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > longestLine) throw new Error("the stream does not end its line");
    for (const line of lines) {
      if (line === "") this.#finish(events);
      else this.#take(line);
    }
    return events;
  }

  #take(line: string): void {
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "id") this.#id = value;
    else if (name === "event") this.#event = value;
    else if (name === "data") this.#data.push(value);
  }

  #finish(events: SentEvent[]): void {
    if (this.#data.length > 0) events.push({ id: this.#id, event: this.#event, data: this.#data.join("\n") });
    this.#event = "";
    this.#data = [];
    this.#id = "";
  }
}
