import { ageText, clockText, dateText } from "../ages";
import type { Gateway } from "../api";
import { board, link, lostFor, type Snapshot } from "../live/state";
import { now } from "../live/ticking";
import { Anchor } from "../parts/Anchor";
import { Choice } from "../parts/Choice";
import { Icon } from "../parts/Icon";
import { route } from "../router";
import { administers, leave, loginPath, session } from "../session";
import { paint, theme, THEMES } from "../theme";
import { language, LANGUAGES, speak, t } from "../words";

/** Who this gateway is, what time it has, and whether this page still hears it. */
export function Header() {
  const gateway = board.gateway.value;
  return (
    <header class="header">
      {administers.value && <Toolbox />}
      <Anchor class="brand" href="/">
        <Mark />
        <span class="brand-text">
          <span class="brand-name">{gateway?.data.product_name ?? "DIRIS DIGIWARE"}</span>
          {gateway && (
            <span class="brand-site">
              {gateway.data.site} <span aria-hidden="true">/</span> {gateway.data.server}
            </span>
          )}
        </span>
      </Anchor>
      <div class="header-end">
        {gateway && <Time gateway={gateway} />}
        <Connection />
        <div class="switches">
          <Account />
          <Choice
            label={t("ui.language")}
            value={language.value}
            choose={speak}
            options={LANGUAGES.map((value) => ({
              value,
              label: t(`ui.language.${value}`),
              content: <span aria-hidden="true">{value.toUpperCase()}</span>,
            }))}
          />
          <Colours />
        </div>
      </div>
    </header>
  );
}

/** The way to the configuration, for those who may change it (§11.2). */
function Toolbox() {
  return (
    <a class="toolbox" href="/system" title={t("ui.toolbox")} aria-label={t("ui.toolbox")}>
      <Icon name="toolbox" />
    </a>
  );
}

/** Who is logged in, or where to log in. */
function Account() {
  void route.value; // the address to come back to changes with it
  const who = session.value;
  if (!who || who.profile === "user") {
    return (
      <a class="account" href={loginPath(location.pathname + location.search)}>
        {t("ui.login")}
      </a>
    );
  }
  return (
    <span class="account-open">
      <a class="account" href="/profile" title={t("ui.profile.help")}>
        {t(`profile.${who.profile}`)}
      </a>
      <button type="button" class="account" onClick={() => void leave()}>
        {t("ui.logout")}
      </button>
    </span>
  );
}

/** One button that goes round: as the system, light, dark. */
function Colours() {
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? "auto";
  const label = `${t("ui.theme")} · ${t(`ui.theme.${theme.value}`)}`;
  return (
    <button type="button" class="colours" title={label} aria-label={label} onClick={() => paint(next)}>
      <Icon name={theme.value} />
    </button>
  );
}

/** The gateway's own clock: it may be simulated, so it runs at its own speed. */
function Time({ gateway }: { gateway: Snapshot<Gateway> }) {
  const { time, zone, speed } = gateway.data;
  const at = Date.parse(time) + Math.max(0, now.value - gateway.received) * speed * 1000;
  const stopped = lostFor.value !== null;
  return (
    <div class={stopped ? "time old" : "time"} title={t("ui.time.help")}>
      <time class="time-clock">{clockText(at, language.value, zone)}</time>
      <span class="time-date">
        <span class="time-day">{dateText(at, language.value, zone)} · </span>
        {zone}
        {speed !== 1 && ` · ×${speed}`}
      </span>
    </div>
  );
}

function Connection() {
  const { state, retryAt } = link.value;
  if (state === "live") {
    return (
      <span class="link live">
        <span class="pulse" aria-hidden="true" />
        {t("ui.link.live")}
      </span>
    );
  }
  const since = lostFor.value;
  const left = retryAt === null ? 0 : Math.max(0, Math.ceil(retryAt - now.value));
  return (
    <span class={`link ${state}`} title={left > 0 ? t("ui.link.retry", { n: left }) : undefined}>
      <Icon name="busy" />
      {t(state === "lost" ? "ui.link.lost" : "ui.link.connecting")}
      {since !== null && <span class="link-since">{ageText(since, t("unit.day"))}</span>}
    </span>
  );
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path class="mark-box" d="M3 6h9v20H3zM20 6h9v8h-9zM20 18h9v8h-9z" />
      <path class="mark-line" d="M12 16h4v-6h4M16 16v6h4" />
    </svg>
  );
}
