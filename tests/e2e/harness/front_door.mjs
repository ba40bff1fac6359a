// An address that stays while servers come and go, as a proxy's: passes each connection on to one of them.

import { connect, createServer } from "node:net";

export class front_door {
  #listener;

  static async open(t, to) {
    const door = new front_door();
    door.to = to;
    door.#listener = createServer((outer) => {
      const inner = connect(door.to, "127.0.0.1");
      for (const [one, other] of [[outer, inner], [inner, outer]]) {
        one.pipe(other);
        one.on("error", () => other.destroy()).on("close", () => other.destroy());
      }
    });
    await new Promise((resolve) => door.#listener.listen(0, "127.0.0.1", resolve));
    t.after(() => door.#listener.close());
    return door;
  }

  get port() {
    return this.#listener.address().port;
  }
}
