// How long a page does nothing else: its tasks that are longer than a blink (50 ms).

// Counts them from now on, as long as the page is not loaded again.
export const watch_tasks = (page) =>
  page.evaluate(() => {
    window.tasks = [];
    new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
  });

// Tells them to the reader of the test. -> {count, longest, sum}: milliseconds
export async function told_tasks(t, page) {
  const tasks = await page.evaluate(() => window.tasks);
  const found = { count: tasks.length, longest: Math.max(0, ...tasks), sum: tasks.reduce((sum, one) => sum + one, 0) };
  t.diagnostic(`tasks longer than 50 ms: ${found.count}, together ${found.sum} ms, the longest ${found.longest} ms`);
  return found;
}
