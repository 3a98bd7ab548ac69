import type { Detection } from "../api";
import { busName } from "../naming";
import { percent } from "../numbers";
import { PHASE_LOOKS } from "../states";
import { language, t, tn } from "../words";
import { Share } from "./Share";
import { State } from "./State";

const STEPS = [1, 2, 3, 4, 5, 6] as const;

/** The search as the manual's figure shows it: six steps, one bar a bus, time left. */
export function Search({ detection }: { detection: Detection }) {
  const { phase, running, reason, mode, resolve } = detection;
  return (
    <article class={phase === "idle" ? "card" : "card detection"}>
      <header class="card-head">
        <h2>{t("ui.detection")}</h2>
        <State kind="detection" state={phase} look={PHASE_LOOKS[phase]} />
      </header>
      {phase !== "idle" && (
        <>
          <p class="card-sub">
            {t(`detection.mode.${mode}`)} · {t(`detection.resolve.${resolve}`)}
          </p>
          <Steps now={detection.figure} />
          <Buses detection={detection} />
        </>
      )}
      {reason && (
        <p class="reason" lang="en">
          {reason}
        </p>
      )}
      {running && detection.seconds_left !== null && (
        <p class="card-sub">{tn("ui.detection.left", Math.ceil(detection.seconds_left))}</p>
      )}
      {!running && <HowTo />}
    </article>
  );
}

function Steps({ now }: { now: number | null }) {
  return (
    <ol class="steps">
      {STEPS.map((step) => (
        <li
          key={step}
          class={now === null || step > now ? "" : step === now ? "now" : "past"}
          aria-current={step === now ? "step" : undefined}
        >
          {t(`detection.step.${step}`)}
        </li>
      ))}
    </ol>
  );
}

function Buses({ detection: { buses } }: { detection: Detection }) {
  return (
    <ul class="bars">
      {buses.map(({ bus, share, found, reason }) => (
        <li key={bus}>
          <span>{busName(bus)}</span>
          <span
            role="progressbar"
            aria-label={busName(bus)}
            aria-valuenow={Math.round(share * 100)}
            aria-valuemin={0}
            aria-valuemax={100}
          >
            <Share value={share} />
          </span>
          <span class="number">{percent(share, language.value)}</span>
          <span class="card-sub" lang={reason ? "en" : undefined}>
            {reason || tn("ui.detection.found", found)}
          </span>
        </li>
      ))}
    </ul>
  );
}

function HowTo() {
  return (
    <p class="card-sub">
      {t("ui.detection.how")} <code>digigate detect</code>
    </p>
  );
}
