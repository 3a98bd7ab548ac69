import type { Outcome } from "../ordering";
import { route } from "../router";
import { loginPath } from "../session";
import { t } from "../words";

interface Props {
  outcome: Outcome | null;
  /** The same order as it is typed at the gateway, where nobody needs to log in. */
  words?: string;
}

/** Why an order was not carried out, and what to do about it. */
export function Refused({ outcome, words }: Props) {
  void route.value; // the address to come back to changes with it
  if (!outcome || outcome.done) return null;
  if (!outcome.denied) {
    return (
      <p role="alert" class="reason" lang="en">
        {outcome.reason}
      </p>
    );
  }
  return (
    <p role="alert" class="reason">
      {t("ui.order.denied")} <a href={loginPath(location.pathname + location.search)}>{t("ui.login")}</a>
      {words && (
        <>
          {" "}
          {t("ui.order.words")} <code>{words}</code>
        </>
      )}
    </p>
  );
}
