import { expect, test } from "vitest";

import { orderOf } from "../src/adding";

const WANTED = { group: "digiware", model: "digiware-i35", bus: "digiware", address: "7", host: "", name: " PC " };

test("a device is added at its address on its bus", () => {
  expect(orderOf(WANTED)).toEqual({
    command: "topology.add",
    given: { model: "digiware-i35", bus: "digiware", address: 7, name: "PC" },
    words: "digigate topology add digiware-i35 7 --bus digiware",
  });
});

test("a gateway is added by where it is", () => {
  const gateway = { ...WANTED, group: "gateways", model: "diris-m70", host: " 192.168.0.9 " };
  expect(orderOf(gateway)).toEqual({
    command: "topology.gateway.add",
    given: { host: "192.168.0.9", model: "diris-m70", name: "PC" },
    words: "digigate topology gateway add 192.168.0.9 --model diris-m70",
  });
});

test("what is missing is asked for", () => {
  expect(orderOf({ ...WANTED, address: "" }).words).toContain("ADDRESS");
});
