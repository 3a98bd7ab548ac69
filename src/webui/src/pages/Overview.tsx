import { DEVICES_MAX, LOADS_MAX, type Load } from "../api";
import { POWER, powerSum } from "../figures";
import { liveNumber } from "../freshness";
import { board, measuring } from "../live/state";
import { devicePath, loadName } from "../naming";
import { integer } from "../numbers";
import { Anchor } from "../parts/Anchor";
import { BusCard } from "../parts/BusCard";
import { DeviceList } from "../parts/DeviceList";
import { Waiting } from "../parts/Empty";
import { Share } from "../parts/Share";
import { Tile } from "../parts/Tile";
import { Value } from "../parts/Value";
import { language, t, tn } from "../words";

const LARGEST = 5;

/** The answers first: is all well, how much power flows, where to look. */
export function Overview() {
  const devices = board.devices.value;
  if (!devices || !board.gateway.value) return <Waiting />;
  const buses = board.buses.value?.data.buses ?? [];
  const loads = measuring.value ? (board.loads.value?.data.loads ?? []) : [];
  return (
    <>
      <h1 class="hidden">{t("ui.page.overview")}</h1>
      <Tiles loads={loads} />
      <section class="cards" aria-label={t("ui.page.buses")}>
        {buses.map((bus) => (
          <BusCard key={bus.name} bus={bus} />
        ))}
        {loads.length > 0 && <Largest loads={loads} />}
      </section>
      <h2>{t("ui.page.devices")}</h2>
      <DeviceList snapshot={devices} />
    </>
  );
}

function Tiles({ loads }: { loads: readonly Load[] }) {
  const devices = board.devices.value?.data.devices ?? [];
  const conditions = board.conditions.value?.data.conditions ?? [];
  const online = devices.filter(({ state }) => state === "online").length;
  const circuits = devices.reduce((sum, device) => sum + device.loads.length, 0);
  const all = online === devices.length;
  return (
    <dl class="tiles">
      <Tile
        label={t("ui.tile.online")}
        tone={all ? undefined : "warn"}
        note={t("ui.tile.capacity", { n: devices.length, max: DEVICES_MAX })}
      >
        {online}
        <span class="of">/{devices.length}</span>
      </Tile>
      <Tile label={t("ui.tile.loads")} note={t("ui.tile.capacity", { n: circuits, max: LOADS_MAX })}>
        {circuits}
      </Tile>
      {loads.length > 0 && <PowerTile loads={loads} />}
      <Tile
        label={t("ui.tile.conditions")}
        tone={conditions.length > 0 ? "warn" : undefined}
        note={conditions.length > 0 ? t("ui.tile.conditions.some") : t("ui.tile.conditions.none")}
      >
        {integer(conditions.length, language.value)}
      </Tile>
    </dl>
  );
}

function PowerTile({ loads }: { loads: readonly Load[] }) {
  const { value, counted } = powerSum(loads);
  const figure = { value: counted > 0 ? value : null, unit: "W", age: null, quality: "live" } as const;
  return (
    <Tile label={t("ui.tile.power")} note={t("ui.tile.power.note", { n: counted, all: loads.length })}>
      <Value figure={figure} />
    </Tile>
  );
}

/** Where the power goes: the largest live loads with bars of their share of the first. */
function Largest({ loads }: { loads: readonly Load[] }) {
  const ranked = loads
    .map((load) => ({ load, power: liveNumber(load.readings[POWER]) }))
    .filter((entry): entry is { load: Load; power: number } => entry.power !== null)
    .sort((a, b) => Math.abs(b.power) - Math.abs(a.power))
    .slice(0, LARGEST);
  const most = Math.abs(ranked[0]?.power ?? 0) || 1;
  return (
    <article class="card largest">
      <header class="card-head">
        <h2>{t("ui.largest")}</h2>
        <Anchor class="more" href="/loads">
          {tn("ui.loads.all", loads.length)}
        </Anchor>
      </header>
      {ranked.length === 0 && <p class="card-sub">{t("ui.largest.none")}</p>}
      <ol>
        {ranked.map(({ load, power }) => (
          <li key={`${load.address}/${load.number}`}>
            <Anchor href={devicePath(load.address, load.number)}>{loadName(load)}</Anchor>
            <Value figure={load.readings[POWER]} />
            <Share value={Math.abs(power) / most} />
          </li>
        ))}
      </ol>
    </article>
  );
}
