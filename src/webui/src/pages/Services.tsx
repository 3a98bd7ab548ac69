import { momentText } from "../ages";
import type { Gateway, Service } from "../api";
import { board, zone } from "../live/state";
import { serviceName } from "../naming";
import { Waiting } from "../parts/Empty";
import { Facts } from "../parts/Facts";
import { State } from "../parts/State";
import { Table, type Column } from "../parts/Table";
import { SERVICE_LOOKS } from "../states";
import { language, t } from "../words";

const MIB = "/mibs/SOCOMEC-DIRIS-PRODUCTS-MIB.txt";

/** What runs in the gateway, and its name plate. */
export function Services() {
  const services = board.services.value;
  const gateway = board.gateway.value;
  if (!services || !gateway) return <Waiting />;
  return (
    <>
      <h1>{t("ui.page.services")}</h1>
      <div class="card flush">
        <Table
          caption={t("ui.page.services")}
          columns={columns()}
          rows={services.data.services}
          id={({ name }) => name}
        />
      </div>
      <h2>{t("ui.mib")}</h2>
      <div class="card">
        <p>{t("ui.mib.what")}</p>
        <p>
          <a href={MIB} download>
            {MIB.split("/").pop()}
          </a>
        </p>
      </div>
      <h2>{t("ui.gateway")}</h2>
      <div class="card">
        <Plate gateway={gateway.data} />
      </div>
    </>
  );
}

function columns(): Column<Service>[] {
  return [
    {
      key: "name",
      label: t("ui.column.service"),
      kind: "title",
      cell: ({ name }) => <strong>{serviceName(name)}</strong>,
    },
    {
      key: "state",
      label: t("ui.column.state"),
      cell: ({ state }) => <State kind="service" state={state} look={SERVICE_LOOKS[state]} />,
    },
    {
      key: "port",
      label: t("ui.column.port"),
      kind: "figure",
      cell: ({ port }) => port ?? <span class="none">–</span>,
    },
    {
      key: "since",
      label: t("ui.column.since"),
      cell: ({ since }) => since && momentText(since, language.value, zone.value),
    },
    {
      key: "reason",
      label: t("ui.column.reason"),
      kind: "wide",
      cell: ({ reason }) =>
        reason ? (
          <span class="why" lang="en">
            {reason}
          </span>
        ) : (
          <span class="none">–</span>
        ),
    },
  ];
}

function Plate({ gateway }: { gateway: Gateway }) {
  return (
    <Facts
      facts={[
        [t("ui.gateway.product"), gateway.product_name],
        [t("ui.gateway.order_code"), gateway.order_code],
        [t("ui.gateway.ble"), t(gateway.ble ? "ui.yes" : "ui.no")],
        [t("ui.gateway.serial"), gateway.serial],
        [t("ui.gateway.net_id"), <code>{gateway.net_id}</code>],
        [t("ui.gateway.firmware"), gateway.firmware],
        [t("ui.gateway.site"), gateway.site],
        [t("ui.gateway.server"), gateway.server],
        [t("ui.gateway.zone"), gateway.zone],
      ]}
    />
  );
}
