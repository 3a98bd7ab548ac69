/** How long to wait before the next try: 1, 2, 4 .. 30 s, each a little different per visitor. */

const FIRST = 1;
const LONGEST = 30;
const SPREAD = 0.25;

/** Seconds before try number `failures` + 1; `chance` is 0..1. */
export function pause(failures: number, chance: number): number {
  const plain = Math.min(FIRST * 2 ** Math.max(0, failures - 1), LONGEST);
  return plain * (1 + SPREAD * chance);
}
