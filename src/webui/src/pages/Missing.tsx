import { board } from "../live/state";
import { Anchor } from "../parts/Anchor";
import { Empty } from "../parts/Empty";
import { route } from "../router";
import { t } from "../words";

/** An address that names no page, or one that this model does not have. */
export function Missing() {
  const hidden = route.value.page === "loads";
  const model = board.gateway.value?.data.model ?? "";
  return (
    <>
      <h1>{t(hidden ? "ui.page.loads" : "ui.page.missing")}</h1>
      <Empty icon="unknown" title={hidden ? t("ui.missing.model", { model }) : t("ui.missing")}>
        <Anchor href="/">{t("ui.missing.back")}</Anchor>
      </Empty>
    </>
  );
}
