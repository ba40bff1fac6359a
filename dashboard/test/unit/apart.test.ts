import { expect, test, vi } from "vitest";
import { wordsApart } from "../../src/words/apart";

test("a catalogue is read once, whoever asks, and each use adds nothing to it", async () => {
  const read = Promise.resolve({ hello: "Hello" });
  const asked = vi.spyOn(read, "then");
  const { catalogueOf } = wordsApart(() => read);
  expect([catalogueOf("en"), catalogueOf("en"), catalogueOf("en")]).toEqual([read, read, read]);
  expect(asked).toHaveBeenCalledTimes(1);
});

test("one that was read is marked as React marks it, so that nobody waits for it again", async () => {
  const { catalogueOf } = wordsApart(async () => ({ hello: "Hello" }));
  await catalogueOf("en");
  expect(catalogueOf("en")).toMatchObject({ status: "fulfilled", value: { hello: "Hello" } });
});

test("one that could not be read fails for whoever looks again at once, and is asked for again later", async () => {
  vi.useFakeTimers();
  const read = vi.fn(async () => ({ hello: "Hello" })).mockRejectedValueOnce(new Error("no network"));
  const { catalogueOf } = wordsApart(read);
  await expect(catalogueOf("en")).rejects.toThrow("no network");
  await expect(catalogueOf("en")).rejects.toThrow("no network");
  vi.runAllTimers();
  expect(await catalogueOf("en")).toEqual({ hello: "Hello" });
  expect(await catalogueOf("fr")).toEqual({ hello: "Hello" });
  expect(read.mock.calls).toEqual([["en"], ["en"], ["fr"]]);
  vi.useRealTimers();
});
