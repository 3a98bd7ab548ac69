"""Take a register dump of one slave through a Modbus TCP gateway, real or simulated.

usage: python tests/captures/take.py HOST:PORT UNIT MODEL ORIGIN > tests/captures/MODEL.csv
"""

import sys
from collections.abc import Iterator, Sequence

from pymodbus.client import ModbusTcpClient

from digigate.catalogue import Block, Catalogue

READ_MAX = 125


def dump(client: ModbusTcpClient, unit: int, blocks: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """Every register of every block that the slave gives, as (address, word)."""
    for block in sorted(blocks, key=lambda block: block.start):
        for start in range(block.start, block.start + block.count, READ_MAX):
            count = min(READ_MAX, block.start + block.count - start)
            answer = client.read_holding_registers(start, count=count, device_id=unit)
            if not answer.isError():
                yield from enumerate(answer.registers, start)


def main() -> None:
    """Print the dump."""
    place, unit, key, origin = sys.argv[1:]
    host, _, port = place.rpartition(":")
    client = ModbusTcpClient(host, port=int(port), timeout=10)
    client.connect()  # type: ignore[no-untyped-call]  # pymodbus has no types here
    sys.stdout.write(f"# register dump of {Catalogue.load().models[key].name}: {origin}\n")
    sys.stdout.write("# address,word\n")
    for address, word in dump(client, int(unit), Catalogue.load().models[key].blocks):
        sys.stdout.write(f"{address},{word}\n")
    client.close()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
