import type { ComponentChildren } from "preact";

import type { Tone } from "../states";

interface Props {
  label: string;
  /** The one number that the tile is about. */
  children: ComponentChildren;
  note?: ComponentChildren;
  tone?: Tone | undefined;
}

/** A number that answers a question before any list does. */
export function Tile({ label, children, note, tone }: Props) {
  return (
    <div class={`tile ${tone ?? ""}`}>
      <dt>{label}</dt>
      <dd class="tile-figure">{children}</dd>
      {note && <dd class="tile-note">{note}</dd>}
    </div>
  );
}
