/** What the dialog that adds a product orders, and how the same is ordered at the gateway. */

export const GATEWAYS = "gateways";

export interface Wanted {
  group: string;
  model: string;
  bus: string;
  address: string;
  host: string;
  name: string;
}

export interface Order {
  command: string;
  given: Record<string, unknown>;
  /** The words for a terminal, which works without a login. */
  words: string;
}

/** The order for what was filled in; a gateway is added by its IP with all that hangs below it. */
export function orderOf({ group, model, bus, address, host, name }: Wanted): Order {
  const called = name.trim();
  if (group === GATEWAYS) {
    const given = { host: host.trim(), model, name: called };
    return {
      command: "topology.gateway.add",
      given,
      words: `digigate topology gateway add ${given.host || "HOST"} --model ${model}`,
    };
  }
  const given = { model, bus, address: Number(address), name: called };
  return {
    command: "topology.add",
    given,
    words: `digigate topology add ${model} ${address || "ADDRESS"} --bus ${bus}`,
  };
}
