/* A Modbus TCP client that is not ours: libmodbus reads, writes, reads back and is refused.
 * usage: tcp_client PORT UNIT ADDRESS COUNT
 * Prints one line an operation: its name, then what it gave (registers, or errno of libmodbus). */
#include <errno.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>

static modbus_t *client;

static void tell(const char *name, int result, const uint16_t *registers) {
    printf("%s", name);
    if (result < 0) printf(" %s", modbus_strerror(errno));
    for (int i = 0; registers && i < result; i++) printf(" %04x", registers[i]);
    printf("\n");
}

int main(int argc, char **argv) {
    uint16_t registers[MODBUS_MAX_READ_REGISTERS] = {0}, wanted[2] = {0x1234, 0xabcd};
    if (argc != 5) {
        fprintf(stderr, "usage: tcp_client PORT UNIT ADDRESS COUNT\n");
        return 2;
    }
    const int unit = atoi(argv[2]), address = atoi(argv[3]), count = atoi(argv[4]);
    client = modbus_new_tcp("127.0.0.1", atoi(argv[1]));
    if (!client || modbus_connect(client) < 0) {
        fprintf(stderr, "%s\n", modbus_strerror(errno));
        return 1;
    }
    modbus_set_response_timeout(client, 20, 0);
    modbus_set_slave(client, unit);
    tell("holding", modbus_read_registers(client, address, count, registers), registers);
    tell("input", modbus_read_input_registers(client, address, count, registers), registers);
    tell("write", modbus_write_register(client, address, wanted[0]), NULL);
    tell("writes", modbus_write_registers(client, address + 1, 1, wanted + 1), NULL);
    tell("again", modbus_read_registers(client, address, 2, registers), registers);
    tell("coils", modbus_read_bits(client, 0, 1, (uint8_t *)registers), NULL);
    tell("lacking", modbus_read_registers(client, 65535, 1, registers), NULL);
    modbus_set_slave(client, 99);
    tell("nobody", modbus_read_registers(client, address, 1, registers), NULL);
    modbus_close(client);
    modbus_free(client);
    return 0;
}
