/*
 * A libmodbus TCP server as its own examples build one (one select() loop), for comparison:
 *     tcp_server UNIT
 * Prints its port and serves the bench's registers of UNIT on 127.0.0.1 until it is ended.
 */
#include <modbus.h>
#include <netinet/in.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "measure.h"

enum { REGISTERS = 10000, CONNECTIONS = 64 };

static int listen_anywhere(modbus_t *server)
{
    struct sockaddr_in name;
    socklen_t size = sizeof name;
    const int listener = modbus_tcp_listen(server, CONNECTIONS);
    if (listener < 0 || getsockname(listener, (struct sockaddr *)&name, &size) < 0)
        die("listen");
    printf("%d\n", ntohs(name.sin_port));
    fflush(stdout);
    return listener;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    modbus_t *server = modbus_new_tcp("127.0.0.1", 0);
    modbus_mapping_t *mapping = modbus_mapping_new(0, 0, REGISTERS, 0);
    if (server == NULL || mapping == NULL)
        die("libmodbus");
    for (int address = 0; address < REGISTERS; address++)
        mapping->tab_registers[address] = register_at(atoi(argv[1]), address);
    int listener = listen_anywhere(server), highest = listener;
    fd_set watched;
    FD_ZERO(&watched);
    FD_SET(listener, &watched);
    for (;;) {
        fd_set ready = watched;
        if (select(highest + 1, &ready, NULL, NULL, NULL) < 0)
            die("select");
        for (int fd = 0; fd <= highest; fd++) {
            uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
            if (!FD_ISSET(fd, &ready))
                continue;
            if (fd == listener) {
                const int client = modbus_tcp_accept(server, &listener);
                FD_SET(client, &watched);
                highest = client > highest ? client : highest;
                continue;
            }
            modbus_set_socket(server, fd);
            const int length = modbus_receive(server, query);
            if (length > 0)
                modbus_reply(server, query, length, mapping);
            else if (length < 0) {
                close(fd);
                FD_CLR(fd, &watched);
            }
        }
    }
}
