// Wall-clock times of a zone as instants, without a library: Intl tells what a zone's clock shows at an instant, so an
// instant is found by correcting a guess (twice, because the correction may cross a change of the clock).

function shownAt(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0);
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
}

/** The instant at which the zone's clock shows this. */
export function instantOf(wall: number, zone: string): number {
  let at = wall;
  for (let i = 0; i < 2; ++i) at += wall - shownAt(at, zone);
  return at;
}

/** `hour` o'clock, `days` after today in the zone. */
export function atHour(days: number, hour: number, zone: string, now: number): number {
  const today = new Date(shownAt(now, zone));
  return instantOf(Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() + days, hour), zone);
}

/** How many days until the next Monday of the zone: 1 to 7. */
export function daysToMonday(zone: string, now: number): number {
  const day = new Date(shownAt(now, zone)).getUTCDay();
  return (8 - day) % 7 || 7;
}
