import { ageText, momentText } from "../ages";
import type { Device } from "../api";
import { board, devices, measuring, zone } from "../live/state";
import { now } from "../live/ticking";
import { busName, deviceName, devicePath, loadName } from "../naming";
import { duration } from "../numbers";
import { Age } from "../parts/Age";
import { Anchor } from "../parts/Anchor";
import { Empty, Waiting } from "../parts/Empty";
import { Facts } from "../parts/Facts";
import { Icon } from "../parts/Icon";
import { Certainty, State } from "../parts/State";
import { Sheet } from "../parts/Sheet";
import { choices, chosen } from "../sheet";
import { CERTAINTY_TONES, DEVICE_LOOKS } from "../states";
import { language, t } from "../words";
import { CounterFacts } from "./Buses";

/** One device: who it is, how it answers, and everything that it measures. */
export function DevicePage({ address, load }: { address: number; load: number | null }) {
  if (!devices.value) return <Waiting />;
  const device = devices.value.find((found) => found.address === address);
  if (!device) {
    return (
      <>
        <h1>{t("ui.page.device")}</h1>
        <Empty icon="devices" title={t("ui.device.none", { address })}>
          <Anchor href="/devices">{t("ui.device.back")}</Anchor>
        </Empty>
      </>
    );
  }
  return (
    <>
      <Head device={device} />
      {measuring.value && <Measurements device={device} asked={load} />}
      <Answers device={device} />
    </>
  );
}

function Head({ device }: { device: Device }) {
  const { name, model, state, reason, address, bus, serial, net_id } = device;
  return (
    <>
      <Anchor class="back" href="/devices">
        <Icon name="back" />
        {t("ui.page.devices")}
      </Anchor>
      <header class="device-head">
        <div>
          <h1>{deviceName(device)}</h1>
          {name && <p class="card-sub">{model.name}</p>}
        </div>
        <State kind="device" state={state} look={DEVICE_LOOKS[state]} />
        <Certainty value={model.certainty} tone={CERTAINTY_TONES[model.certainty]} />
      </header>
      {(reason || device.retry_in !== null) && (
        <p class="reason">
          <span lang="en">{reason}</span>{" "}
          {device.retry_in !== null && state !== "online" && <Retry device={device} />}
        </p>
      )}
      <div class="card">
        <Facts
          facts={[
            [t("ui.column.address"), address],
            [t("ui.column.bus"), busName(bus)],
            [t("ui.gateway.serial"), serial],
            [t("ui.gateway.net_id"), <code>{net_id}</code>],
            [t("ui.column.answer"), <LastAnswer device={device} />],
            [t("ui.device.since"), device.since && moment(device.since)],
          ]}
        />
      </div>
    </>
  );
}

function Retry({ device }: { device: Device }) {
  const received = board.devices.value?.received ?? 0;
  const left = Math.max(0, Math.ceil((device.retry_in ?? 0) - (now.value - received)));
  return <>· {t("ui.device.retry", { time: ageText(left, t("unit.day")) })}</>;
}

function LastAnswer({ device }: { device: Device }) {
  const received = board.devices.value?.received ?? 0;
  return (
    <span title={device.last_answer ? moment(device.last_answer) : undefined}>
      <Age age={device.age} received={received} stale={device.state !== "online"} />
    </span>
  );
}

function Measurements({ device, asked }: { device: Device; asked: number | null }) {
  const load = chosen(asked, device.loads);
  return (
    <>
      {device.loads.length > 0 && <LoadTabs device={device} open={load} />}
      <Title device={device} load={load} />
      <Readings device={device} load={load} />
    </>
  );
}

function Readings({ device, load }: { device: Device; load: number }) {
  const snapshot = board.readings.value;
  if (!snapshot || snapshot.data.address !== device.address) return <Waiting />;
  const shown = snapshot.data.readings.filter((reading) => reading.load === load);
  if (shown.length > 0) return <Sheet readings={shown} received={snapshot.received} />;
  return (
    <Empty icon="register" title={t("ui.readings.none")}>
      {t("ui.readings.none.help")}
    </Empty>
  );
}

/** Links, not a tab widget: each load has its own address. */
function LoadTabs({ device, open }: { device: Device; open: number }) {
  return (
    <nav class="tabs" aria-label={t("ui.page.loads")}>
      <ul>
        {choices(device.loads).map((number) => (
          <li key={number}>
            <Anchor
              replace
              href={devicePath(device.address, number)}
              aria-current={number === open ? "true" : undefined}
            >
              {number > 0 && <span class="tab-number">{number}</span>}
              {labelOf(device, number)}
            </Anchor>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Title({ device, load }: { device: Device; load: number }) {
  const usage = device.loads.find(({ number }) => number === load)?.usage;
  return (
    <h2>
      {labelOf(device, load)}
      {usage && <span class="usage">{usage}</span>}
    </h2>
  );
}

function labelOf(device: Device, load: number): string {
  if (load === 0) return t("ui.load.device");
  const known = device.loads.find(({ number }) => number === load);
  return loadName(known ?? { number: load, name: "" });
}

/** How it answers on its bus. */
function Answers({ device }: { device: Device }) {
  return (
    <>
      <h2>{t("ui.device.bus")}</h2>
      <div class="card">
        <Facts
          facts={[
            [t("ui.column.turnaround.p50"), time(device.turnaround_p50)],
            [t("ui.column.turnaround.p99"), time(device.turnaround_p99)],
          ]}
        />
        <CounterFacts counters={device.counters} />
      </div>
    </>
  );
}

const moment = (iso: string) => momentText(iso, language.value, zone.value);

const time = (seconds: number | null) =>
  seconds === null ? "–" : duration(seconds, language.value);
