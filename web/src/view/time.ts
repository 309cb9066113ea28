// Points in time, as people say them.
import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const absolute = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

/** Such as "2 minutes ago". */
export function ago(at: Date, now = new Date()): string {
  const seconds = Math.min(0, (at.getTime() - now.getTime()) / 1000); // a clock that is ahead says "now"
  if (seconds > -45) return "just now";
  if (seconds > -45 * 60) return relative.format(Math.round(seconds / 60), "minute");
  if (seconds > -22 * 3600) return relative.format(Math.round(seconds / 3600), "hour");
  return relative.format(Math.round(seconds / 86_400), "day");
}

const day = new Intl.DateTimeFormat("en", { dateStyle: "medium" });

/** Without the time of the day. */
export function shortDay(at: Timestamp | undefined): string | undefined {
  return at === undefined ? undefined : day.format(timestampDate(at));
}

export function shortDate(at: Timestamp | undefined): string | undefined {
  return at === undefined ? undefined : absolute.format(timestampDate(at));
}
