import { board } from "../live/state";
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

/** How every service and bus is, on every page. */
export function Strip() {
  const items = found();
  if (items.length === 0) return null;
  return (
    <section class="strip" aria-label={t("ui.strip")}>
      <ul>
        {items.map((item) => (
          <li key={item.name}>
            <Anchor
              href={item.kind === "bus" ? "/buses" : "/services"}
              class={`chip ${item.look.tone}`}
              title={item.reason || undefined}
            >
              <Icon name={item.look.icon} />
              <span class="chip-name">{serviceName(item.name)}</span>
              <span class="chip-state">{t(`state.${item.kind}.${item.state}`)}</span>
            </Anchor>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Buses first, as what they are and not as the services that master them. */
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
      .filter(({ name }) => ill.has(name) || buses.every((bus) => bus.name !== name))
      .map(({ name, state, reason }): Item => {
        return { name, kind: "service", state, look: SERVICE_LOOKS[state], reason };
      }),
  ];
}
