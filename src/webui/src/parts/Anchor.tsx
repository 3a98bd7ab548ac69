import type { ComponentChildren } from "preact";

import { isPlainClick, navigate } from "../router";

interface Props {
  href: string;
  /** Stay at the same step of the browser's history. */
  replace?: boolean;
  class?: string;
  title?: string | undefined;
  "aria-current"?: "page" | "true" | undefined;
  children: ComponentChildren;
}

/** A link to a page of ours, followed without reloading. */
export function Anchor({ replace = false, children, ...attributes }: Props) {
  return (
    <a
      {...attributes}
      onClick={(event) => {
        if (!isPlainClick(event)) return;
        event.preventDefault();
        navigate(attributes.href, replace);
      }}
    >
      {children}
    </a>
  );
}
