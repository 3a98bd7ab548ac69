import { momentText } from "../ages";
import type { Bus, Counters, Device } from "../api";
import { board, devices, zone } from "../live/state";
import { busName, deviceName, devicePath, lineOf } from "../naming";
import { duration, integer, percent } from "../numbers";
import { Anchor } from "../parts/Anchor";
import { DeviceStanding } from "../parts/DeviceList";
import { Empty, Waiting } from "../parts/Empty";
import { Facts } from "../parts/Facts";
import { Share } from "../parts/Share";
import { State } from "../parts/State";
import { Table, type Column } from "../parts/Table";
import { BUS_LOOKS } from "../states";
import { language, t } from "../words";

export const COUNTERS = [
  "asked",
  "answered",
  "exceptions",
  "timeouts",
  "crc_errors",
  "garbled",
  "lost",
  "stale_bytes",
] as const satisfies readonly (keyof Counters)[];

/** The field buses: their wires, their time, and each slave's part in it. */
export function Buses() {
  const snapshot = board.buses.value;
  if (!snapshot) return <Waiting />;
  return (
    <>
      <h1>{t("ui.page.buses")}</h1>
      {snapshot.data.buses.map((bus) => (
        <Section key={bus.name} bus={bus} />
      ))}
    </>
  );
}

function Section({ bus }: { bus: Bus }) {
  const slaves = (devices.value ?? []).filter((device) => lineOf(device) === bus.name);
  return (
    <section class="block">
      <header class="block-head">
        <h2>{busName(bus.name)}</h2>
        <State kind="bus" state={bus.state} look={BUS_LOOKS[bus.state]} />
        {bus.reason && (
          <span class="reason" lang="en">
            {bus.reason}
          </span>
        )}
      </header>
      {bus.state === "unwired" ? (
        <p class="card-sub">{t("ui.bus.unwired.help", { name: bus.name })}</p>
      ) : (
        <Wire bus={bus} />
      )}
      {slaves.length > 0 ? (
        <div class="card flush">
          <Table
            caption={t("ui.bus.slaves", { bus: busName(bus.name) })}
            columns={COLUMNS()}
            rows={slaves}
            id={({ address }) => address}
            tone={() => "linked"}
          />
        </div>
      ) : (
        <Empty icon="devices" title={t("ui.bus.empty")} />
      )}
    </section>
  );
}

function Wire({ bus }: { bus: Bus }) {
  const said = language.value;
  return (
    <div class="card wire">
      <Facts
        facts={[
          [t("ui.bus.port"), <code>{bus.port}</code>],
          [t("ui.bus.speed"), bus.baudrate > 0 ? `${integer(bus.baudrate, said)}\u202fBd` : null],
          [t("ui.bus.since"), bus.since && momentText(bus.since, said, zone.value)],
          [
            t("ui.bus.utilisation"),
            <span class="inline-share">
              {percent(bus.utilisation, said)} <Share value={bus.utilisation} />
            </span>,
          ],
          [t("ui.bus.cycle.planned"), time(bus.cycle_planned)],
          [t("ui.bus.cycle.p50"), time(bus.cycle_p50)],
          [t("ui.bus.cycle.p95"), time(bus.cycle_p95)],
        ]}
      />
      <CounterFacts counters={bus.counters} />
    </div>
  );
}

/** All counters since start, with their share of what was asked where that means something. */
export function CounterFacts({ counters }: { counters: Counters }) {
  return (
    <Facts
      facts={COUNTERS.map((key) => [
        t(`ui.counter.${key}`),
        <span title={t(`ui.counter.${key}.help`)}>{integer(counters[key], language.value)}</span>,
      ])}
    />
  );
}

const time = (seconds: number | null) =>
  seconds === null ? "–" : duration(seconds, language.value);

function COLUMNS(): Column<Device>[] {
  return [
    {
      key: "name",
      label: t("ui.column.device"),
      kind: "title",
      cell: (device) => (
        <>
          <Anchor class="row-link" href={devicePath(device.address)}>
            {deviceName(device)}
          </Anchor>
          <span class="sub">@{device.address}</span>
        </>
      ),
      sort: (device) => device.address,
    },
    {
      key: "state",
      label: t("ui.column.state"),
      cell: (device) => <DeviceStanding device={device} />,
      sort: ({ state }) => state,
    },
    {
      key: "p50",
      label: t("ui.column.turnaround.p50"),
      kind: "figure",
      cell: (device) => time(device.turnaround_p50),
      sort: (device) => device.turnaround_p50,
    },
    {
      key: "p99",
      label: t("ui.column.turnaround.p99"),
      kind: "figure",
      cell: (device) => time(device.turnaround_p99),
      sort: (device) => device.turnaround_p99,
    },
    ...COUNTERS.map(
      (key): Column<Device> => ({
        key,
        label: t(`ui.counter.${key}`),
        kind: "figure",
        cell: ({ counters }) => integer(counters[key], language.value),
        sort: ({ counters }) => counters[key],
      }),
    ),
  ];
}
