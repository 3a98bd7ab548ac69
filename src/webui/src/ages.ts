/** How old something is, and when it was: short enough for a table cell. */

const THIN = "\u202f";
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `3 s`, `12 min`, `2 h 05`, `4 d`; `day` is the language's letter for it. */
export function ageText(seconds: number, day: string): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE) return `${whole}${THIN}s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)}${THIN}min`;
  if (whole < DAY) {
    const minutes = String(Math.floor((whole % HOUR) / MINUTE)).padStart(2, "0");
    return `${Math.floor(whole / HOUR)}${THIN}h${THIN}${minutes}`;
  }
  return `${Math.floor(whole / DAY)}${THIN}${day}`;
}

/** The age now of something that was `age` seconds old when it came in. */
export function grown(age: number | null, receivedAt: number, now: number): number | null {
  return age === null ? null : age + Math.max(0, now - receivedAt);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: string, zone: string, options: Intl.DateTimeFormatOptions) {
  const key = `${language}/${zone}/${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (!found) {
    const locale = language === "en" ? "en-GB" : language; // 24 hours, day before month
    try {
      found = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
    } catch {
      found = new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" }); // unknown zone
    }
    formats.set(key, found);
  }
  return found;
}

/** The time of day in the gateway's zone: `14:05:09`. */
export function clockText(milliseconds: number, language: string, zone: string): string {
  return format(language, zone, { timeStyle: "medium" }).format(milliseconds);
}

/** The date in the gateway's zone: `Mon 23 Nov 2026`. */
export function dateText(milliseconds: number, language: string, zone: string): string {
  const options = { weekday: "short", day: "numeric", month: "short", year: "numeric" } as const;
  return format(language, zone, options).format(milliseconds).replace(",", "");
}

/** A moment in the gateway's zone: `23/11/2026, 14:05:09`. */
export function momentText(iso: string, language: string, zone: string): string {
  const options = { dateStyle: "short", timeStyle: "medium" } as const;
  return format(language, zone, options).format(Date.parse(iso)).replace(",", "");
}
