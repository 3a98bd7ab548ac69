/** Choices of the visitor, kept in this browser where it lets us. */

const PREFIX = "digigate.";

export function kept<T extends string>(name: string, allowed: readonly T[]): T | null {
  try {
    const found = globalThis.localStorage?.getItem(PREFIX + name);
    return allowed.find((value) => value === found) ?? null;
  } catch {
    return null; // storage is switched off
  }
}

export function keep(name: string, value: string): void {
  try {
    globalThis.localStorage?.setItem(PREFIX + name, value);
  } catch {
    // storage is switched off: the choice lasts as long as the page
  }
}
