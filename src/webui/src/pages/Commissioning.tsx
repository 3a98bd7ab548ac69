import type { Detection, Entry, Refusal, Sighting } from "../api";
import { board } from "../live/state";
import { busName, devicePath, modelName } from "../naming";
import { Anchor } from "../parts/Anchor";
import { ConflictCard } from "../parts/ConflictCard";
import { Empty, Waiting } from "../parts/Empty";
import { Search } from "../parts/DetectionCard";
import { Panel } from "../parts/Panel";
import { State } from "../parts/State";
import { Table, type Column } from "../parts/Table";
import { STANDING_LOOKS } from "../states";
import { t, tn, tOr } from "../words";

const REMINDERS = ["rs485.length", "rs485.end", "digiware.length", "digiware.end", "speed"] as const;

/** Finding the slaves and giving them addresses (§10), and what to look at when one is missing. */
export function Commissioning() {
  const snapshot = board.detection.value;
  if (!snapshot) return <Waiting />;
  const detection = snapshot.data;
  return (
    <>
      <h1>{t("ui.page.commissioning")}</h1>
      <section class="cards">
        <Search detection={detection} />
        <Front />
        <Reminders />
      </section>
      {detection.conflicts.length > 0 && <Conflicts detection={detection} />}
      <Hints detection={detection} />
      <Found detection={detection} />
    </>
  );
}

function Front() {
  const panel = board.panel.value?.data;
  const gateway = board.gateway.value?.data;
  return panel && gateway ? <Panel panel={panel} product={gateway.product_name} /> : null;
}

function Conflicts({ detection: { conflicts, resolve } }: { detection: Detection }) {
  return (
    <section class="block" aria-live="polite">
      <h2>{tn("ui.detection.conflicts", conflicts.length)}</h2>
      <div class="cards">
        {conflicts.map((conflict) => (
          <ConflictCard key={`${conflict.bus}:${conflict.address}`} conflict={conflict} resolve={resolve} />
        ))}
      </div>
    </section>
  );
}

function Hints({ detection: { report } }: { detection: Detection }) {
  if (!report || report.hints.length === 0) return null;
  return (
    <section class="block">
      <h2>{t("ui.detection.hints")}</h2>
      <ul class="card hints">
        {report.hints.map((hint) => (
          <li key={hint.text}>
            <strong>{tOr(`hint.${hint.kind}`, hint.kind)}</strong>
            <span lang="en">{hint.text}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** While a search runs, who has answered; afterwards what became of each device. */
function Found({ detection }: { detection: Detection }) {
  const { report, found } = detection;
  if (report) return <Outcome devices={report.devices} refusals={report.refusals} />;
  if (found.length === 0) return null;
  return (
    <section class="block">
      <h2>{tn("ui.detection.found", found.length)}</h2>
      <div class="card flush">
        <Table
          caption={tn("ui.detection.found", found.length)}
          columns={[nameColumn(ofSighting), ...placeColumns(ofSighting)]}
          rows={found}
          id={({ bus, address, net_id, serial }) => `${bus}:${address}:${net_id}:${serial}`}
        />
      </div>
    </section>
  );
}

function Outcome({ devices, refusals }: { devices: Entry[]; refusals: Refusal[] }) {
  return (
    <>
      <section class="block">
        <h2>{tn("ui.detection.devices", devices.length)}</h2>
        {devices.length === 0 ? (
          <Empty icon="devices" title={t("ui.detection.none")} />
        ) : (
          <div class="card flush">
            <Table
              caption={tn("ui.detection.devices", devices.length)}
              columns={entryColumns()}
              rows={devices}
              id={({ slave }) => slave.address}
              tone={() => "linked"}
            />
          </div>
        )}
      </section>
      {refusals.length > 0 && (
        <section class="block">
          <h2>{tn("ui.detection.refusals", refusals.length)}</h2>
          <div class="card flush">
            <Table
              caption={tn("ui.detection.refusals", refusals.length)}
              columns={refusalColumns()}
              rows={refusals}
              id={({ slave: { bus, address, net_id, serial } }) => `${bus}:${address}:${net_id}:${serial}`}
            />
          </div>
        </section>
      )}
    </>
  );
}

function nameColumn<T>(of: (row: T) => Sighting): Column<T> {
  return {
    key: "name",
    label: t("ui.column.device"),
    kind: "title",
    cell: (row) => (
      <>
        <strong>{modelName(of(row)) || t("ui.detection.unnamed")}</strong>
        <span class="sub">@{of(row).address}</span>
      </>
    ),
    sort: (row) => of(row).address,
  };
}

function placeColumns<T>(of: (row: T) => Sighting): Column<T>[] {
  return [
    { key: "bus", label: t("ui.column.bus"), cell: (row) => busName(of(row).bus) },
    { key: "serial", label: t("ui.column.serial"), cell: (row) => of(row).serial || "–" },
  ];
}

const ofSighting = (slave: Sighting) => slave;
const ofRow = ({ slave }: { slave: Sighting }) => slave;

function entryColumns(): Column<Entry>[] {
  return [
    {
      ...nameColumn<Entry>(ofRow),
      cell: ({ label, slave }) => (
        <>
          <Anchor class="row-link" href={devicePath(slave.address)}>
            {label || modelName(slave)}
          </Anchor>
          <span class="sub">@{slave.address}</span>
        </>
      ),
    },
    ...placeColumns<Entry>(ofRow),
    { key: "loads", label: t("ui.column.loads"), kind: "figure", cell: ({ loads }) => loads },
    {
      key: "standing",
      label: t("ui.column.state"),
      cell: ({ standing }) => (
        <State kind="standing" state={standing} look={STANDING_LOOKS[standing]} />
      ),
      sort: ({ standing }) => standing,
    },
  ];
}

function refusalColumns(): Column<Refusal>[] {
  return [
    nameColumn<Refusal>(ofRow),
    ...placeColumns<Refusal>(ofRow),
    {
      key: "reason",
      label: t("ui.column.reason"),
      kind: "wide",
      cell: ({ reason }) => (
        <span class="why" lang="en">
          {reason}
        </span>
      ),
    },
  ];
}

/** What the manual says of the wiring (§8, §15.2): half of what is not found is found here. */
function Reminders() {
  return (
    <article class="card">
      <header class="card-head">
        <h2>{t("ui.reminders")}</h2>
      </header>
      <ul class="reminders">
        {REMINDERS.map((key) => (
          <li key={key}>{t(`reminder.${key}`)}</li>
        ))}
      </ul>
    </article>
  );
}
