// Where the inbox is kept: IndexedDB, which takes objects as they are and does not hold up the page.

import type { KeptPorts, KeptRow } from "./kept_inbox";

const pauseMs = 3_000;

/** Read behind the first view. Whoever keeps something has it, so it is there without a network, too. */
async function open() {
  const { clear, createStore, delMany, entries, setMany } = await import("idb-keyval");
  const store = createStore("sellavie", "inbox");
  return {
    all: () => entries<string, KeptRow>(store),
    write: async (written: [string, KeptRow][], removed: string[]) => {
      await delMany(removed, store);
      await setMany(written, store);
    },
    clear: () => clear(store),
  };
}

export function browserKeptPorts(): KeptPorts {
  let opened: ReturnType<typeof open> | undefined;
  const store = () => {
    opened ??= open().catch((error) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return {
    store: {
      all: async () => (await store()).all(),
      write: async (written, removed) => (await store()).write(written, removed),
      clear: async () => (await store()).clear(),
    },
    mark: localStorage,
    makeMark: () => crypto.randomUUID(),
    // Of the chunk, whose name is one of its bytes.
    build: import.meta.url,
    now: () => Date.now(),
    later: (work) => setTimeout(work, pauseMs),
  };
}
