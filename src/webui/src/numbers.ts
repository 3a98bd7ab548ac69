/** Numbers as engineers print them: prefixes of the SI, thin spaces, the language's decimal mark. */

export interface Scaled {
  number: string;
  unit: string;
}

const THIN = "\u202f";
const MINUS = "\u2212";
const PREFIXES = ["", "k", "M", "G", "T"] as const;
const POWERS: Readonly<Record<string, number>> = { m: -1, k: 1, M: 2, G: 3 };
const SCALED = /^([mkMG]?)(W|var|VA|Wh|varh|VAh|V|A)$/;
const GAUGE_DIGITS = 4;
const INDEX_DIGITS = 6; // energies: a meter index is read over days
const DECIMALS_MAX = 3;

const formats = new Map<string, Intl.NumberFormat>();

/** A number with a fixed count of decimals; groups of three apart from five digits on. */
export function decimal(value: number, decimals: number, language: string): string {
  const key = `${language}/${decimals}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(language, {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
      useGrouping: "min2",
    });
    formats.set(key, format);
  }
  const rounded = Number(value.toFixed(decimals)) || 0; // no minus before a zero
  return format
    .formatToParts(rounded)
    .map(({ type, value }) => (type === "group" ? THIN : type === "minusSign" ? MINUS : value))
    .join("");
}

export function integer(value: number, language: string): string {
  return decimal(value, 0, language);
}

/** A value in the prefix that suits it: 12345.6 W is 12.35 kW. */
export function scaled(value: number, unit: string, language: string): Scaled {
  if (unit === "s") return { number: decimal(value / 3600, 1, language), unit: "h" }; // hour meters
  const known = SCALED.exec(unit.replace("VAr", "var"));
  if (!known) return { number: decimal(value, plainDecimals(unit), language), unit };
  const [, prefix = "", base = unit] = known;
  const digits = base.endsWith("h") ? INDEX_DIGITS : GAUGE_DIGITS;
  const whole = Number((value * 1000 ** (POWERS[prefix] ?? 0)).toPrecision(digits));
  if (whole === 0) return { number: "0", unit: base };
  const power = powerOf(Math.abs(whole));
  const shown = whole / 1000 ** power;
  const number = decimal(shown, decimalsOf(Math.abs(shown), digits), language);
  return { number, unit: `${PREFIXES[power]}${base}` };
}

/** How many times 1000 fits: 0 for units as they are, 1 for kilo, .. */
function powerOf(magnitude: number): number {
  let power = 0;
  while (magnitude >= 1000 && power < PREFIXES.length - 1) {
    magnitude /= 1000;
    power += 1;
  }
  return power;
}

function decimalsOf(magnitude: number, digits: number): number {
  const whole = magnitude < 1 ? 1 : Math.floor(Math.log10(magnitude)) + 1;
  return Math.min(Math.max(digits - whole, 0), DECIMALS_MAX);
}

function plainDecimals(unit: string): number {
  if (unit === "") return 3; // power factors
  if (unit === "Hz") return 2;
  return 1; // %, °C
}

/** A share 0..1 in percent. */
export function percent(share: number, language: string): string {
  const value = share * 100;
  return `${decimal(value, value > 0 && value < 10 ? 1 : 0, language)}${THIN}%`;
}

/** A short duration in ms or s: turnarounds and cycles. */
export function duration(seconds: number, language: string): string {
  if (seconds < 0.1) return `${decimal(seconds * 1000, 1, language)}${THIN}ms`;
  if (seconds < 1) return `${decimal(seconds * 1000, 0, language)}${THIN}ms`;
  return `${decimal(seconds, seconds < 10 ? 2 : 1, language)}${THIN}s`;
}
