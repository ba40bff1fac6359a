import { names } from "../lib/names";

/** How much of something is used. */
export function Meter({ label, value, most, tone = "brand" }: { label: string; value: number; most: number; tone?: "brand" | "warn" | "bad" }) {
  const share = most > 0 ? Math.min(100, Math.round((value / most) * 100)) : 100;
  const tones = { brand: "bg-brand", warn: "bg-warn", bad: "bg-bad" };
  const widths = { width: `${share}%` };
  return (
    <div role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={most} aria-valuenow={value} className="h-2 overflow-hidden rounded-full bg-sunken">
      <div className={names("h-full rounded-full transition-[width]", tones[tone])} style={widths} />
    </div>
  );
}
