import { ageText } from "../ages";
import { board, isOld, lostFor } from "../live/state";
import { Icon } from "../parts/Icon";
import { t } from "../words";

/** Says that what is shown is old, once the gateway has been silent for a while. */
export function Lost() {
  const seconds = lostFor.value;
  if (seconds === null || !isOld.value || !board.gateway.value) return null;
  return (
    <div class="banner lost" role="status">
      <h2 class="banner-title">
        <Icon name="bad" />
        {t("ui.lost")}
      </h2>
      <p>
        {t("ui.lost.help")} <span aria-hidden="true">{ageText(seconds, t("unit.day"))}</span>
      </p>
    </div>
  );
}
