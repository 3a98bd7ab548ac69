/** Finding and ordering rows of a list. */

export type Key = string | number | null;

/** Lower case without accents, so that "eclairage" finds "Éclairage". */
export function folded(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase();
}

/** Whether every word of the query occurs somewhere in the texts. */
export function matches(query: string, texts: readonly string[]): boolean {
  const hay = folded(texts.join("\n"));
  return folded(query)
    .split(/\s+/)
    .every((word) => hay.includes(word));
}

/** A sorted copy; rows without a key stay last in both directions. */
export function sorted<T>(rows: readonly T[], key: (row: T) => Key, down: boolean): T[] {
  const sign = down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return sign * compare(x, y);
  });
}

function compare(x: string | number, y: string | number): number {
  if (typeof x === "number" && typeof y === "number") return x - y;
  return String(x).localeCompare(String(y), undefined, { numeric: true });
}
