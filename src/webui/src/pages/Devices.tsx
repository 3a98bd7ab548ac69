import { board } from "../live/state";
import { AddButton } from "../parts/AddDialog";
import { DeviceList } from "../parts/DeviceList";
import { Waiting } from "../parts/Empty";
import { t } from "../words";

export function Devices() {
  const snapshot = board.devices.value;
  return (
    <>
      <h1>{t("ui.page.devices")}</h1>
      {snapshot ? <DeviceList snapshot={snapshot} /> : <Waiting />}
      <AddButton />
    </>
  );
}
