import type { ComponentChildren } from "preact";

import { link } from "../live/state";
import { t } from "../words";
import { Icon, type IconName } from "./Icon";

interface Props {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
}

/** What stands where a list would be: why it is empty and what to do about it. */
export function Empty({ icon, title, children }: Props) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <p class="empty-title">{title}</p>
      {children && <p>{children}</p>}
    </div>
  );
}

/** While the first answer is on its way, or does not come. */
export function Waiting() {
  if (link.value.state === "lost") {
    return (
      <Empty icon="bad" title={t("ui.waiting.lost")}>
        {t("ui.waiting.lost.help")}
      </Empty>
    );
  }
  return (
    <div class="empty" role="status">
      <Icon name="busy" />
      <p class="empty-title">{t("ui.waiting")}</p>
    </div>
  );
}
