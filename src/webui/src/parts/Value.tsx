import type { Figure } from "../api";
import { shownQuality } from "../freshness";
import { lostFor } from "../live/state";
import { scaled } from "../numbers";
import { language, t } from "../words";

/** A figure with its unit; crossed out when it is old, never a number that is not true. */
export function Value({ figure, class: extra = "" }: { figure: Figure | undefined; class?: string }) {
  if (!figure) return <span class="none">–</span>;
  const quality = shownQuality(figure.quality, lostFor.value);
  if (figure.value === null || quality === "unread" || quality === "unavailable") {
    return <Nothing quality={quality} />;
  }
  const { number, unit } = printed(figure.value, figure.unit);
  const body = (
    <>
      <span class="number">{number}</span>
      {unit && <span class="unit">{unit}</span>}
    </>
  );
  if (quality !== "stale") return <span class={`value ${extra}`}>{body}</span>;
  return (
    <s class={`value stale ${extra}`} title={t("quality.stale")}>
      <span class="hidden">{t("quality.stale")}: </span>
      {body}
    </s>
  );
}

function Nothing({ quality }: { quality: string }) {
  return (
    <span class="none" title={t(`quality.${quality}`)}>
      <span aria-hidden="true">{quality === "unread" ? "…" : "–"}</span>
      <span class="hidden">{t(`quality.${quality}`)}</span>
    </span>
  );
}

function printed(value: number | string | boolean, unit: string) {
  if (typeof value === "number") return scaled(value, unit, language.value);
  if (typeof value === "boolean") return { number: t(value ? "ui.yes" : "ui.no"), unit: "" };
  return { number: value, unit };
}
