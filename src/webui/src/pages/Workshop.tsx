import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import type { Frame } from "../api";
import { paused, trace, watch } from "../live/frames";
import { board } from "../live/state";
import { busName } from "../naming";
import { decimal, duration } from "../numbers";
import { Choice } from "../parts/Choice";
import { Empty } from "../parts/Empty";
import { Icon } from "../parts/Icon";
import { State } from "../parts/State";
import { Table, type Column } from "../parts/Table";
import { FRAME_LOOKS } from "../states";
import { language, t, tn } from "../words";

/** What passes on the buses, frame by frame: where a wiring fault shows itself. */
export function Workshop() {
  const bus = useSignal("");
  const errors = useSignal(false);
  useEffect(() => watch({ bus: bus.value, errors: errors.value }), [bus.value, errors.value]);
  const { frames, lost, live } = trace.value;
  return (
    <>
      <h1>{t("ui.page.workshop")}</h1>
      <div class="tools">
        <Choice
          label={t("ui.column.bus")}
          value={bus.value}
          options={buses()}
          choose={(chosen) => {
            bus.value = chosen;
          }}
        />
        <Toggle
          pressed={errors.value}
          label={t("ui.frames.errors")}
          press={() => {
            errors.value = !errors.value;
          }}
        />
        <Toggle
          pressed={paused.value}
          label={t("ui.frames.pause")}
          press={() => {
            paused.value = !paused.value;
          }}
        />
        <span class="tools-count">
          {tn("ui.frames.count", frames.length)}
          {lost > 0 && ` · ${tn("ui.frames.lost", lost)}`}
        </span>
      </div>
      {frames.length === 0 ? (
        <Empty icon={live ? "buses" : "busy"} title={t(live ? "ui.frames.none" : "ui.waiting")}>
          {live && errors.value ? t("ui.frames.none.errors") : undefined}
        </Empty>
      ) : (
        <div class="card flush frames">
          <Table
            caption={t("ui.page.workshop")}
            columns={columns()}
            rows={frames}
            id={({ at, line, kind }) => `${line}/${at}/${kind}`}
            tone={({ kind }) => FRAME_LOOKS[kind].tone}
          />
        </div>
      )}
      <p class="card-sub">
        {t("ui.frames.more")} <code>digigate sniff --write faults.pcap</code>
      </p>
    </>
  );
}

function buses() {
  const known = board.buses.value?.data.buses ?? [];
  return [
    { value: "", label: t("ui.frames.all") },
    ...known
      .filter(({ state }) => state !== "unwired")
      .map(({ name }) => ({ value: name, label: busName(name) })),
  ];
}

interface Press {
  pressed: boolean;
  label: string;
  press: () => void;
}

function Toggle({ pressed, label, press }: Press) {
  return (
    <button type="button" class="toggle" aria-pressed={pressed} onClick={press}>
      {pressed && <Icon name="ok" />}
      {label}
    </button>
  );
}

function columns(): Column<Frame>[] {
  return [
    {
      key: "text",
      label: t("ui.column.frame"),
      kind: "title",
      cell: ({ text, fault }) => (
        <span lang="en">
          {text}
          {fault && <span class="sub why">{fault}</span>}
        </span>
      ),
    },
    {
      key: "kind",
      label: t("ui.column.kind"),
      cell: ({ kind }) => <State kind="frame" state={kind} look={FRAME_LOOKS[kind]} />,
    },
    { key: "at", label: "s", kind: "figure", cell: ({ at }) => decimal(at, 3, language.value) },
    { key: "line", label: t("ui.column.bus"), cell: ({ line }) => busName(line) },
    { key: "unit", label: t("ui.column.address"), kind: "figure", cell: ({ unit }) => unit || "–" },
    {
      key: "took",
      label: t("ui.column.took"),
      kind: "figure",
      cell: ({ took }) => (took === null ? "–" : duration(took, language.value)),
    },
    {
      key: "data",
      label: t("ui.column.octets"),
      kind: "wide",
      cell: ({ data }) => <code class="octets">{data.replace(/../g, "$& ").trim()}</code>,
    },
  ];
}
