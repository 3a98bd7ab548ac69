import type { Look, Tone } from "../states";
import { t, tOr } from "../words";
import { Icon } from "./Icon";

/** A state as colour, sign and word; the word is `state.<kind>.<state>`. */
export function State({ kind, state, look }: { kind: string; state: string; look: Look | undefined }) {
  const { tone, icon } = look ?? { tone: "idle", icon: "unknown" };
  return (
    <span class={`state ${tone}`}>
      <Icon name={icon} />
      {tOr(`state.${kind}.${state}`, state)}
    </span>
  );
}

/** How sure the register map of a model is. */
export function Certainty({ value, tone }: { value: string; tone: Tone | undefined }) {
  return (
    <span class={`badge ${tone ?? "idle"}`} title={t("ui.certainty.help")}>
      {tOr(`certainty.${value}`, value)}
    </span>
  );
}
