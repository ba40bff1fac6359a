// Where the inbox is kept: IndexedDB, which takes objects as they are and does not hold up the page.

import type { KeptPorts, KeptQuery } from "./kept_inbox";

const pauseMs = 3_000;

/** Read behind the first view. Whoever keeps something has it, so it is there without a network, too. */
async function open() {
  const { clear, createStore, delMany, entries, setMany } = await import("idb-keyval");
  const store = createStore("sellavie", "inbox");
  return {
    all: () => entries<string, KeptQuery>(store),
    write: async (written: [string, KeptQuery][], removed: string[]) => {
      await setMany(written, store);
      await delMany(removed, store);
    },
    clear: () => clear(store),
  };
}

export function browserKeptPorts(): KeptPorts {
  let opened: ReturnType<typeof open> | undefined;
  const store = () => {
    opened ??= open();
    return opened;
  };
  return {
    store: {
      all: async () => (await store()).all(),
      write: async (written, removed) => (await store()).write(written, removed),
      clear: async () => (await store()).clear(),
    },
    now: () => Date.now(),
    later: (work) => setTimeout(work, pauseMs),
  };
}
