import { ageText, grown } from "../ages";
import { now } from "../live/ticking";
import { t } from "../words";

interface Props {
  age: number | null;
  /** When the age was told, in seconds of `now`. */
  received: number;
  stale?: boolean;
}

/** An age that grows on its own between two messages. */
export function Age({ age, received, stale = false }: Props) {
  const seconds = grown(age, received, now.value);
  if (seconds === null) return <span class="none">–</span>;
  return <span class={stale ? "age old" : "age"}>{ageText(seconds, t("unit.day"))}</span>;
}
