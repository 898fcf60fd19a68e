/** Times as people say them. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayAndMonth = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long" });
const fullDate = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

export const clockOf = (time: number) => clock.format(time);
export const exactly = (time: number) => full.format(time);

function startOfDay(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

/** "Today", "Yesterday", or the date. */
export function dayOf(time: number, now = Date.now()): string {
  const days = Math.round((startOfDay(now) - startOfDay(time)) / DAY_MS);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  const isThisYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return (isThisYear ? dayAndMonth : fullDate).format(time);
}

/** "just now", "5 minutes ago", "14:03", "yesterday", or the date. */
export function ago(time: number, now = Date.now()): string {
  const elapsed = now - time;
  if (elapsed < MINUTE_MS) return "just now";
  if (elapsed < HOUR_MS) {
    const minutes = Math.floor(elapsed / MINUTE_MS);
    return minutes === 1 ? "1 minute ago" : `${minutes} minutes ago`;
  }
  const day = dayOf(time, now);
  return day === "Today" ? `today, ${clock.format(time)}` : day === "Yesterday" ? `yesterday, ${clock.format(time)}` : day;
}

export const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
