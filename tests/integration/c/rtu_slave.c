/* A Modbus RTU slave that is not ours: libmodbus serves a register dump on a serial device.
 * usage: rtu_slave DEVICE BAUD ADDRESS DUMP.csv    (dump lines: address,word; '#' begins a comment)
 * Prints "ready" once it listens and goes on until it is killed. */
#include <errno.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REGISTERS 65536

static int load(const char *path, uint16_t *registers) {
    FILE *file = fopen(path, "r");
    char line[128];
    if (!file) return -1;
    while (fgets(line, sizeof line, file)) {
        long address, word;
        if (line[0] != '#' && sscanf(line, "%ld,%ld", &address, &word) == 2 &&
            address >= 0 && address < REGISTERS)
            registers[address] = (uint16_t)word;
    }
    fclose(file);
    return 0;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: rtu_slave DEVICE BAUD ADDRESS DUMP.csv\n");
        return 2;
    }
    modbus_t *slave = modbus_new_rtu(argv[1], atoi(argv[2]), 'N', 8, 1);
    modbus_mapping_t *map = modbus_mapping_new(0, 0, REGISTERS, 0);
    if (!slave || !map || load(argv[4], map->tab_registers) ||
        modbus_set_slave(slave, atoi(argv[3])) || modbus_connect(slave)) {
        fprintf(stderr, "rtu_slave: %s\n", strerror(errno));
        return 1;
    }
    puts("ready");
    fflush(stdout);
    for (;;) {
        uint8_t request[MODBUS_RTU_MAX_ADU_LENGTH];
        int length = modbus_receive(slave, request);
        if (length > 0) modbus_reply(slave, request, length, map);
        else if (length < 0 && errno != ETIMEDOUT && errno != EMBBADCRC && errno != EMBBADDATA)
            return 1;
    }
}
