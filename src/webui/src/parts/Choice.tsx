import type { ComponentChildren } from "preact";

export interface Option<T extends string> {
  value: T;
  label: string;
  content?: ComponentChildren;
}

interface Props<T extends string> {
  label: string;
  options: readonly Option<T>[];
  value: T;
  choose: (value: T) => void;
}

/** A few alternatives side by side, one of them pressed. */
export function Choice<T extends string>({ label, options, value, choose }: Props<T>) {
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          title={option.label}
          onClick={() => choose(option.value)}
        >
          {option.content ?? option.label}
          {option.content !== undefined && <span class="hidden">{option.label}</span>}
        </button>
      ))}
    </div>
  );
}
