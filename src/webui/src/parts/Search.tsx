import type { Signal } from "@preact/signals";

import { Icon } from "./Icon";

interface Props {
  query: Signal<string>;
  label: string;
}

/** The box that filters a list as one types. */
export function Search({ query, label }: Props) {
  return (
    <label class="search">
      <Icon name="search" />
      <span class="hidden">{label}</span>
      <input
        type="search"
        placeholder={label}
        value={query.value}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => {
          query.value = event.currentTarget.value;
        }}
      />
    </label>
  );
}
