/** How things are called where the user gave them no name. */
import type { Bus, Device, Load, Sighting } from "./api";
import { t, tOr } from "./words";

export const busName = (name: Bus["name"]): string => tOr(`bus.${name}`, name);

/** The line by which a device is reached: a bus of this box, or a remote gateway. */
export const lineOf = ({ bus, gateway }: Pick<Device, "bus" | "gateway">): string => gateway || bus;

export const serviceName = (name: string): string => tOr(`service.${name}`, tOr(`bus.${name}`, name));

export const deviceName = (device: Pick<Device, "name" | "model">): string =>
  device.name || device.model.name;

export const modelName = ({ name, model }: Sighting): string => name || model;

export const loadName = (load: Pick<Load, "name" | "number">): string =>
  load.name || t("ui.load.n", { n: load.number });

export const quantityName = (key: string): string => tOr(`quantity.${key}`, key);

/** `#slave.timeout` on `digiware/4`: what it is in plain words. */
export const conditionName = (name: string): string => tOr(`condition.${name}`, name);

export const devicePath = (address: number, load?: number): string =>
  load === undefined ? `/devices/${address}` : `/devices/${address}?load=${load}`;
