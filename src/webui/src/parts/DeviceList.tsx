import { useSignal } from "@preact/signals";

import type { Device, Figure } from "../api";
import { devicePower } from "../figures";
import { matches } from "../listing";
import { board, measuring, type Snapshot } from "../live/state";
import { busName, deviceName, devicePath, lineOf } from "../naming";
import { CERTAINTY_TONES, DEVICE_LOOKS } from "../states";
import { t, tn, tOr } from "../words";
import { Age } from "./Age";
import { Anchor } from "./Anchor";
import { Choice } from "./Choice";
import { Empty } from "./Empty";
import { Search } from "./Search";
import { Certainty, State } from "./State";
import { Table, type Column } from "./Table";
import { Value } from "./Value";

interface Row {
  device: Device;
  power: Figure | undefined;
}

/** Every device with its state, filtered by words and by trouble. */
export function DeviceList({ snapshot }: { snapshot: Snapshot<{ devices: Device[] }> }) {
  const query = useSignal("");
  const which = useSignal<"all" | "ill">("all");
  const { devices } = snapshot.data;
  if (devices.length === 0) {
    return (
      <Empty icon="devices" title={t("ui.devices.none")}>
        {t("ui.devices.none.help")}
      </Empty>
    );
  }
  const ill = devices.filter(({ state }) => state !== "online").length;
  const rows = rowsOf(devices).filter(
    ({ device }) =>
      (which.value === "all" || device.state !== "online") && matches(query.value, texts(device)),
  );
  return (
    <>
      <div class="tools">
        <Search query={query} label={t("ui.devices.search")} />
        <Choice
          label={t("ui.devices.which")}
          value={which.value}
          choose={(value) => (which.value = value)}
          options={[
            { value: "all", label: t("ui.devices.all", { n: devices.length }) },
            { value: "ill", label: t("ui.devices.ill", { n: ill }) },
          ]}
        />
        <span class="tools-count">{tn("ui.devices.count", rows.length)}</span>
      </div>
      {rows.length > 0 ? (
        <div class="card flush">
          <Table
            caption={t("ui.page.devices")}
            columns={columns(snapshot.received)}
            rows={rows}
            id={({ device }) => device.address}
            tone={({ device }) => `linked ${DEVICE_LOOKS[device.state].tone}`}
          />
        </div>
      ) : (
        <Empty icon="search" title={t("ui.search.none")} />
      )}
    </>
  );
}

function rowsOf(devices: readonly Device[]): Row[] {
  const loads = board.loads.value?.data.loads ?? [];
  return devices.map((device) => ({
    device,
    power: devicePower(loads.filter(({ address }) => address === device.address)),
  }));
}

function texts(device: Device): string[] {
  const { name, model, address, bus, state, serial, loads } = device;
  const words = [tOr(`state.device.${state}`, state), busName(bus)];
  return [name, model.name, `@${address}`, serial, ...words, ...loads.flatMap((l) => [l.name, l.usage])];
}

function columns(received: number): Column<Row>[] {
  const power: Column<Row> = {
    key: "power",
    label: t("ui.column.power"),
    kind: "figure",
    cell: ({ power }) => <Value figure={power} />,
    sort: ({ power }) => (typeof power?.value === "number" ? power.value : null),
  };
  return [
    {
      key: "name",
      label: t("ui.column.device"),
      kind: "title",
      cell: ({ device }) => <Name device={device} />,
      sort: ({ device }) => deviceName(device),
    },
    {
      key: "state",
      label: t("ui.column.state"),
      cell: ({ device }) => <DeviceStanding device={device} />,
      sort: ({ device }) => device.state,
    },
    {
      key: "address",
      label: t("ui.column.address"),
      kind: "figure",
      cell: ({ device }) => device.address,
      sort: ({ device }) => device.address,
    },
    {
      key: "bus",
      label: t("ui.column.bus"),
      cell: ({ device }) => busName(lineOf(device)),
      sort: ({ device }) => lineOf(device),
    },
    {
      key: "map",
      label: t("ui.column.certainty"),
      cell: ({ device: { model } }) => (
        <Certainty value={model.certainty} tone={CERTAINTY_TONES[model.certainty]} />
      ),
      sort: ({ device }) => device.model.certainty,
    },
    {
      key: "loads",
      label: t("ui.column.loads"),
      kind: "figure",
      cell: ({ device }) => device.loads.length || <span class="none">–</span>,
      sort: ({ device }) => device.loads.length,
    },
    ...(measuring.value === false ? [] : [power]),
    {
      key: "age",
      label: t("ui.column.answer"),
      kind: "figure",
      cell: ({ device }) => (
        <Age age={device.age} received={received} stale={device.state !== "online"} />
      ),
      sort: ({ device }) => device.age,
    },
  ];
}

function Name({ device }: { device: Device }) {
  return (
    <>
      <Anchor class="row-link" href={devicePath(device.address)}>
        {deviceName(device)}
      </Anchor>
      {device.name && <span class="sub">{device.model.name}</span>}
    </>
  );
}

/** The state, and what stands behind it where it is not well. */
export function DeviceStanding({ device }: { device: Device }) {
  const { state, reason } = device;
  return (
    <>
      <State kind="device" state={state} look={DEVICE_LOOKS[state]} />
      {reason && state !== "maintenance" && (
        <span class="sub why" lang="en">
          {reason}
        </span>
      )}
    </>
  );
}
