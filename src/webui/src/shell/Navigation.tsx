import { measuring } from "../live/state";
import { Anchor } from "../parts/Anchor";
import { Icon } from "../parts/Icon";
import { route } from "../router";
import { t } from "../words";

const PAGES = [
  { page: "overview", href: "/" },
  { page: "devices", href: "/devices" },
  { page: "loads", href: "/loads" },
  { page: "buses", href: "/buses" },
  { page: "commissioning", href: "/commissioning" },
  { page: "workshop", href: "/workshop" },
  { page: "services", href: "/services" },
] as const;

/** The pages; at the foot of the screen on a phone. */
export function Navigation() {
  const open = route.value.page === "device" ? "devices" : route.value.page;
  const offered = PAGES.filter(({ page }) => page !== "loads" || measuring.value !== false);
  return (
    <nav class="navigation" aria-label={t("ui.navigation")}>
      <ul>
        {offered.map(({ page, href }) => (
          <li key={page}>
            <Anchor href={href} aria-current={page === open ? "page" : undefined}>
              <Icon name={page} />
              <span>{t(`ui.page.${page}`)}</span>
            </Anchor>
          </li>
        ))}
      </ul>
    </nav>
  );
}
