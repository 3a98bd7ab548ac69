import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";

import { sorted, type Key } from "../listing";
import { Icon } from "./Icon";

export interface Column<T> {
  key: string;
  label: string;
  cell: (row: T) => ComponentChildren;
  /** Makes the column's head a button that orders the rows. */
  sort?: (row: T) => Key;
  /** Figures stand at the end; a title heads the card that a row becomes on a phone. */
  kind?: "figure" | "title" | "wide";
}

interface Props<T> {
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  id: (row: T) => string | number;
  /** Extra class of a row. */
  tone?: (row: T) => string;
}

interface Order {
  key: string;
  down: boolean;
}

/** A table whose rows become cards on a narrow screen; roles keep it a table for everybody. */
export function Table<T>({ caption, columns, rows, id, tone }: Props<T>) {
  const order = useSignal<Order | null>(null);
  const by = columns.find(({ key }) => key === order.value?.key)?.sort;
  const shown = by && order.value ? sorted(rows, by, order.value.down) : rows;
  return (
    <table class="table" role="table">
      <caption class="hidden">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <Head
              key={column.key}
              column={column}
              order={order.value}
              choose={(next) => {
                order.value = next;
              }}
            />
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {shown.map((row) => (
          <tr key={id(row)} role="row" class={tone?.(row)}>
            {columns.map((column) => (
              <td key={column.key} role="cell" class={column.kind} data-label={column.label}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface HeadProps<T> {
  column: Column<T>;
  order: Order | null;
  choose: (next: Order | null) => void;
}

function Head<T>({ column, order, choose }: HeadProps<T>) {
  const { key, label, kind, sort } = column;
  if (!sort) {
    return (
      <th role="columnheader" scope="col" class={kind}>
        {label}
      </th>
    );
  }
  const active = order?.key === key ? order : null;
  const direction = active ? (active.down ? "descending" : "ascending") : "none";
  const firstDown = kind === "figure"; // the largest figure is what people look for
  const next = () => {
    if (!active) choose({ key, down: firstDown });
    else choose(active.down === firstDown ? { key, down: !firstDown } : null);
  };
  return (
    <th role="columnheader" scope="col" class={kind} aria-sort={direction}>
      <button type="button" class="sort" onClick={next}>
        {label}
        {active && <Icon name={active.down ? "down" : "up"} />}
      </button>
    </th>
  );
}
