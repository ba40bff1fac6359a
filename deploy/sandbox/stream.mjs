// Server-sent events for the phones page.

const most_readers = 32;
const most_unread_bytes = 1024 * 1024;

export class stream {
  #readers = new Set();
  #next_id = 1;

  // Keeps the response open; false when there are too many readers.
  open(response) {
    if (this.#readers.size >= most_readers) return false;
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store", connection: "keep-alive" });
    response.write("retry: 1000\n\n");
    this.#readers.add(response);
    const beat = setInterval(() => response.write(": beat\n\n"), 15_000);
    response.on("close", () => {
      clearInterval(beat);
      this.#readers.delete(response);
    });
    return true;
  }

  publish(event) {
    if (this.#readers.size === 0) return;
    const frame = `id: ${this.#next_id++}\ndata: ${JSON.stringify(event)}\n\n`;
    for (const reader of this.#readers) {
      if (reader.writableLength > most_unread_bytes) reader.destroy();  // it may come back and read the transcript
      else reader.write(frame);
    }
  }
}
