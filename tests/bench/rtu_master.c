/*
 * A libmodbus RTU master that reads as the gateway's bench does, for comparison:
 *     rtu_master PATH BAUD SLAVES WORDS READS TIMEOUT_MS GAP_US
 * GAP_US is slept before each request: libmodbus itself keeps no silent interval.
 */
#include <errno.h>
#include <modbus.h>

#include "measure.h"

enum { BLOCKS = 3 }; /* reads of different registers of one slave, one after the other */

int main(int argc, char **argv)
{
    if (argc != 8)
        return 2;
    const int slaves = atoi(argv[3]), words = atoi(argv[4]), reads = atoi(argv[5]);
    const struct timespec gap = {0, atol(argv[7]) * 1000};
    long right = 0, wrong = 0, failed = 0;
    modbus_t *line = modbus_new_rtu(argv[1], atoi(argv[2]), 'N', 8, 1);
    if (line == NULL || modbus_connect(line) < 0)
        die(argv[1]);
    modbus_set_response_timeout(line, 0, (uint32_t)atoi(argv[6]) * 1000u);
    const double before = cpu_ms();
    for (int i = 0; i < reads; i++) {
        const int unit = 1 + i / BLOCKS % slaves, address = 1000 * (1 + i % BLOCKS);
        uint16_t got[125];
        if (gap.tv_nsec > 0)
            nanosleep(&gap, NULL);
        modbus_set_slave(line, unit);
        if (modbus_read_registers(line, address, words, got) != words) {
            failed++;
            continue;
        }
        int same = 1;
        for (int j = 0; j < words; j++)
            same &= got[j] == register_at(unit, address + j);
        right += same;
        wrong += !same;
    }
    printf("{\"reads\": %d, \"right\": %ld, \"wrong\": %ld, \"failed\": %ld, \"cpu_ms\": %.3f}\n",
           reads, right, wrong, failed, cpu_ms() - before);
    modbus_close(line);
    modbus_free(line);
    return 0;
}
