import { useState } from "preact/hooks";

import type { Detection } from "../api";
import { busName } from "../naming";
import { percent } from "../numbers";
import { order, type Outcome } from "../ordering";
import { administers } from "../session";
import { PHASE_LOOKS } from "../states";
import { language, t, tn } from "../words";
import { Choice } from "./Choice";
import { Refused } from "./Refused";
import { Share } from "./Share";
import { State } from "./State";

const STEPS = [1, 2, 3, 4, 5, 6] as const;
const MODES = ["fast", "complete"] as const;
const RESOLUTIONS = ["buttons", "automatic"] as const;

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
      {administers.value ? <Orders detection={detection} /> : !running && <HowTo />}
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

/** What an administrator may order: start a search his way, or end the one that runs. */
function Orders({ detection }: { detection: Detection }) {
  const [mode, setMode] = useState(detection.mode);
  const [resolve, setResolve] = useState(detection.resolve);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const ask = async (name: string, given: Record<string, unknown>) => setOutcome(await order(name, given));
  if (detection.running) {
    return (
      <div class="orders">
        <button type="button" class="order" onClick={() => void ask("detect.stop", {})}>
          {t("ui.detection.stop")}
        </button>
        <Refused outcome={outcome} />
      </div>
    );
  }
  return (
    <div class="orders">
      <Choice
        label={t("ui.detection.mode")}
        value={mode}
        choose={setMode}
        options={MODES.map((value) => ({ value, label: t(`detection.mode.${value}`) }))}
      />
      <Choice
        label={t("ui.detection.resolve")}
        value={resolve}
        choose={setResolve}
        options={RESOLUTIONS.map((value) => ({ value, label: t(`detection.resolve.${value}`) }))}
      />
      <button type="button" class="order" onClick={() => void ask("detect.start", { mode, resolve })}>
        {t("ui.detection.start")}
      </button>
      <Refused outcome={outcome} />
    </div>
  );
}

function HowTo() {
  return (
    <p class="card-sub">
      {t("ui.detection.how")} <code>digigate detect</code>
    </p>
  );
}
