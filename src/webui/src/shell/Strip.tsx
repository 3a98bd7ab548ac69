import { board, isOld } from "../live/state";
import { serviceName } from "../naming";
import { Anchor } from "../parts/Anchor";
import { Icon } from "../parts/Icon";
import { BUS_LOOKS, SERVICE_LOOKS, type Look } from "../states";
import { t } from "../words";

interface Item {
  name: string;
  kind: "bus" | "service";
  state: string;
  look: Look;
  reason: string;
}

const UNKNOWN: Look = { tone: "idle", icon: "unknown" };

/** How every service and bus is, on every page; unknown while the gateway is not heard. */
export function Strip() {
  const items = found();
  if (items.length === 0) return null;
  return (
    <section class="strip" aria-label={t("ui.strip")}>
      <ul>
        {items.map((item) => (
          <Chip key={item.name} item={item} />
        ))}
      </ul>
    </section>
  );
}

function Chip({ item: { name, kind, state, look, reason } }: { item: Item }) {
  const { tone, icon } = isOld.value ? UNKNOWN : look;
  return (
    <li>
      <Anchor
        href={kind === "bus" ? "/buses" : "/services"}
        class={`chip ${tone}`}
        title={reason || undefined}
      >
        <Icon name={icon} />
        <span class="chip-name">{serviceName(name)}</span>
        <span class="chip-state">
          {t(isOld.value ? "ui.strip.unknown" : `state.${kind}.${state}`)}
        </span>
      </Anchor>
    </li>
  );
}

/** Buses first, as what they are and not as the services that master them; what is off is left out. */
function found(): Item[] {
  const buses = board.buses.value?.data.buses ?? [];
  const services = board.services.value?.data.services ?? [];
  const ill = new Map(
    services.filter(({ state }) => state === "failed" || state === "refused").map((s) => [s.name, s]),
  );
  return [
    ...buses
      .filter(({ name }) => !ill.has(name))
      .map(({ name, state, reason }): Item => {
        return { name, kind: "bus", state, look: BUS_LOOKS[state], reason };
      }),
    ...services
      .filter(({ state }) => state !== "off")
      .filter(({ name }) => ill.has(name) || buses.every((bus) => bus.name !== name))
      .map(({ name, state, reason }): Item => {
        return { name, kind: "service", state, look: SERVICE_LOOKS[state], reason };
      }),
  ];
}
