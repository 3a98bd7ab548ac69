import { useSignal } from "@preact/signals";

import type { Figure, Load } from "../api";
import { powerSum, rowOf, type LoadRow } from "../figures";
import { liveNumber, shownQuality } from "../freshness";
import { matches } from "../listing";
import { board, lostFor } from "../live/state";
import { devicePath, loadName } from "../naming";
import { Age } from "../parts/Age";
import { Anchor } from "../parts/Anchor";
import { Empty, Waiting } from "../parts/Empty";
import { Search } from "../parts/Search";
import { Share } from "../parts/Share";
import { Table, type Column } from "../parts/Table";
import { Value } from "../parts/Value";
import { t, tn } from "../words";

/** Every load with its key figures, as it is now. */
export function Loads() {
  const query = useSignal("");
  const snapshot = board.loads.value;
  if (!snapshot) return <Waiting />;
  const { loads } = snapshot.data;
  const found = loads.filter((load) => matches(query.value, texts(load)));
  return (
    <>
      <h1>{t("ui.page.loads")}</h1>
      {loads.length === 0 ? (
        <Empty icon="loads" title={t("ui.loads.none")}>
          {t("ui.loads.none.help")}
        </Empty>
      ) : (
        <>
          <div class="tools">
            <Search query={query} label={t("ui.loads.search")} />
            <Totals loads={found} />
          </div>
          {found.length > 0 ? (
            <div class="card flush">
              <Table
                caption={t("ui.page.loads")}
                columns={columns(snapshot.received, most(found))}
                rows={found.map(rowOf)}
                id={({ load }) => `${load.address}/${load.number}`}
                tone={({ quality }) =>
                  shownQuality(quality, lostFor.value) === "stale" ? "linked stale-row" : "linked"
                }
              />
            </div>
          ) : (
            <Empty icon="search" title={t("ui.search.none")} />
          )}
        </>
      )}
    </>
  );
}

function Totals({ loads }: { loads: readonly Load[] }) {
  const { value, counted } = powerSum(loads);
  const figure: Figure = { value: counted ? value : null, unit: "W", age: null, quality: "live" };
  return (
    <span class="tools-count">
      {tn("ui.loads.count", loads.length)} · {t("ui.loads.sum")} <Value figure={figure} />
    </span>
  );
}

const texts = ({ name, usage, device_name, address }: Load) => [name, usage, device_name, `@${address}`];

const most = (loads: readonly Load[]) =>
  Math.max(1, ...loads.map((load) => Math.abs(liveNumber(load.readings["power.active.total"]) ?? 0)));

const numeric = (figure: Figure | undefined) =>
  typeof figure?.value === "number" ? figure.value : null;

function figureColumn(key: "voltage" | "current" | "factor" | "energy"): Column<LoadRow> {
  return {
    key,
    label: t(`ui.column.${key}`),
    kind: "figure",
    cell: (row) => <Value figure={row[key]} />,
    sort: (row) => numeric(row[key]),
  };
}

function columns(received: number, greatest: number): Column<LoadRow>[] {
  return [
    {
      key: "name",
      label: t("ui.column.load"),
      kind: "title",
      cell: ({ load }) => <Name load={load} />,
      sort: ({ load }) => loadName(load),
    },
    {
      key: "usage",
      label: t("ui.column.usage"),
      cell: ({ load }) => load.usage || <span class="none">–</span>,
      sort: ({ load }) => load.usage || null,
    },
    figureColumn("voltage"),
    figureColumn("current"),
    {
      key: "power",
      label: t("ui.column.power"),
      kind: "figure",
      cell: ({ power }) => (
        <>
          <Value figure={power} class="main" />
          {liveNumber(power) !== null && <Share value={Math.abs(Number(power?.value)) / greatest} />}
        </>
      ),
      sort: ({ power }) => numeric(power),
    },
    figureColumn("factor"),
    figureColumn("energy"),
    {
      key: "age",
      label: t("ui.column.age"),
      kind: "figure",
      cell: ({ age, quality }) => (
        <Age
          age={age}
          received={received}
          stale={shownQuality(quality, lostFor.value) === "stale"}
        />
      ),
      sort: ({ age }) => age,
    },
  ];
}

function Name({ load }: { load: Load }) {
  return (
    <>
      <Anchor class="row-link" href={devicePath(load.address, load.number)}>
        {loadName(load)}
      </Anchor>
      <span class="sub">
        {load.device_name} @{load.address}
      </span>
    </>
  );
}
