/*
 * Modbus TCP clients: FC03 reads on many connections from one epoll loop.
 *     load --port P [--connections 32] [--sources 1] [--seconds 2] [--rate R] [--verify]
 *          UNIT:ADDRESS:WORDS ...
 *
 * Without --rate each connection asks again as soon as it is answered (closed loop); with it, R
 * times a second at its own phase. Each connection goes through the targets from its own place.
 * --sources N spreads the connections over the addresses 127.0.0.2 .. 127.0.0.(N+1).
 * With --port P:PID several times, the servers take turns of 20 ms, each with connections of its own
 * (closed loop): "cost_ns" says, turn by turn, what an answer cost the process of that server.
 * Every answer is checked: transaction, unit, function, length; with --verify each register too.
 * Prints one line of JSON; a request without an answer after a second counts as lost.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "measure.h"

enum { CONNECTIONS_MAX = 256, TARGETS_MAX = 512, HEADER = 7, REQUEST = 12, SAMPLES = 1 << 20 };
enum { SERVERS_MAX = 4, TURNS_MAX = 4096 };
static const int64_t LOST_NS = 1000000000, TURN_NS = 20000000;

struct target { int unit, address, words; };

struct server {
    int port, pid; /* 0 = it is not watched */
    clockid_t cpu;
    int64_t used;
    long answered, answered_before;
    int64_t cost[TURNS_MAX];
    int turns;
};

struct connection {
    int fd;
    struct server *server;
    const struct target *target; /* what was asked; NULL = nothing is under way */
    size_t next;
    uint16_t transaction;
    int64_t asked, due;
    int filled;
    uint8_t buffer[1024];
};

static struct connection connections[CONNECTIONS_MAX];
static struct target targets[TARGETS_MAX];
static size_t target_count;
static struct server servers[SERVERS_MAX];
static int server_count, server_now;
static int connection_count = 32, sources = 1, verify;
static double seconds = 2, rate;

static int64_t latency[SAMPLES];
static size_t sampled;
static long sent, answered, wrong, lost, late, dropped, exceptions[256];

static void ask(struct connection *connection, int64_t now)
{
    const struct target *target = &targets[connection->next++ % target_count];
    const uint16_t transaction = ++connection->transaction;
    const uint8_t request[REQUEST] = {
        (uint8_t)(transaction >> 8), (uint8_t)transaction, 0, 0, 0, 6, (uint8_t)target->unit, 3,
        (uint8_t)(target->address >> 8), (uint8_t)target->address, 0, (uint8_t)target->words,
    };
    connection->target = target;
    connection->asked = now;
    sent++;
    if (send(connection->fd, request, REQUEST, MSG_NOSIGNAL) != REQUEST) {
        dropped++;
        close(connection->fd);
        connection->fd = -1;
    }
}

static int is_right(const struct target *target, const uint8_t *pdu, int length)
{
    if (length != 2 + 2 * target->words || pdu[0] != 3 || pdu[1] != 2 * target->words)
        return 0;
    for (int i = 0; verify && i < target->words; i++)
        if ((pdu[2 + 2 * i] << 8 | pdu[3 + 2 * i])
            != register_at(target->unit, target->address + i))
            return 0;
    return 1;
}

/* Judge one whole answer; one that comes after its request was given up counts as late. */
static void take(struct connection *connection, const uint8_t *frame, int length, int64_t now)
{
    const uint8_t *pdu = frame + HEADER;
    const struct target *target = connection->target;
    if (target == NULL || (frame[0] << 8 | frame[1]) != connection->transaction) {
        late++;
        return;
    }
    connection->target = NULL;
    answered++;
    connection->server->answered++;
    if (sampled < SAMPLES)
        latency[sampled++] = now - connection->asked;
    if (frame[6] == target->unit && length == HEADER + 2 && pdu[0] == 0x83)
        exceptions[pdu[1]]++;
    else if (frame[6] != target->unit || !is_right(target, pdu, length - HEADER))
        wrong++;
}

/* Read what has come and take every whole answer in it. */
static void receive(struct connection *connection)
{
    uint8_t *buffer = connection->buffer;
    const ssize_t got = recv(connection->fd, buffer + connection->filled,
                             sizeof connection->buffer - (size_t)connection->filled, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN)) {
        dropped++;
        close(connection->fd);
        connection->fd = -1;
        return;
    }
    connection->filled += got > 0 ? (int)got : 0;
    const int64_t now = now_ns();
    while (connection->filled >= HEADER) {
        const int length = 6 + (buffer[4] << 8 | buffer[5]);
        if (connection->filled < length)
            break;
        take(connection, buffer, length, now);
        connection->filled -= length;
        memmove(buffer, buffer + length, (size_t)connection->filled);
    }
}

/* Give up what is overdue and ask what is due; returns when to look again. */
static int64_t step(struct connection *connection, int64_t now, int64_t end)
{
    if (connection->fd < 0)
        return end;
    if (connection->target != NULL && now - connection->asked > LOST_NS) {
        connection->target = NULL;
        lost++;
    }
    if (connection->target == NULL && now >= connection->due && now < end
        && connection->server == &servers[server_now]) {
        ask(connection, now);
        if (rate > 0)
            connection->due += (int64_t)(1e9 / rate);
    }
    return connection->target != NULL ? connection->asked + LOST_NS : connection->due;
}

/* What an answer cost this server since its last turn began, now that its next one begins. */
static void account(struct server *server)
{
    struct timespec cpu;
    if (clock_gettime(server->cpu, &cpu) < 0)
        die("CPU time of a server");
    const int64_t used = cpu.tv_sec * 1000000000LL + cpu.tv_nsec;
    const long count = server->answered - server->answered_before;
    if (server->used > 0 && count > 0 && server->turns < TURNS_MAX)
        server->cost[server->turns++] = (used - server->used) / count;
    server->used = used;
    server->answered_before = server->answered;
}

/* Let the next server have its turn when it is time; returns when to look again. */
static int64_t take_turns(int64_t now, int64_t end)
{
    static int64_t until;
    if (servers[0].pid == 0)
        return end;
    if (now >= until) {
        server_now = (server_now + 1) % server_count;
        account(&servers[server_now]);
        until = now + TURN_NS;
        for (int i = 0; i < connection_count; i++)
            step(&connections[i], now, end);
    }
    return until;
}

static int under_way(void)
{
    int count = 0;
    for (int i = 0; i < connection_count; i++)
        count += connections[i].fd >= 0 && connections[i].target != NULL;
    return count;
}

static void run(int poller, int64_t end)
{
    for (int64_t now = now_ns(); now < end || (under_way() && now < end + LOST_NS);
         now = now_ns()) {
        struct epoll_event events[CONNECTIONS_MAX];
        int64_t wake = now < end ? take_turns(now, end) : end + LOST_NS;
        for (int i = 0; rate > 0 && i < connection_count; i++) {
            const int64_t next = step(&connections[i], now, end);
            wake = next > now && next < wake ? next : wake;
        }
        const struct timespec timeout = {(wake - now) / 1000000000, (wake - now) % 1000000000};
        const int ready = epoll_pwait2(poller, events, connection_count, &timeout, NULL);
        for (int i = 0; i < ready; i++) {
            struct connection *connection = events[i].data.ptr;
            receive(connection);
            if (rate == 0)
                step(connection, now_ns(), end);
        }
    }
    lost += under_way();
}

static void open_connections(int poller)
{
    const int64_t now = now_ns();
    const int on = 1;
    for (int i = 0; i < connection_count; i++) {
        struct connection *connection = &connections[i];
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        struct server *server = connection->server = &servers[i % server_count];
        const struct sockaddr_in name = {
            AF_INET, htons((uint16_t)server->port), {htonl(INADDR_LOOPBACK)}, {0}};
        const struct sockaddr_in source = {
            AF_INET, 0, {htonl(INADDR_LOOPBACK + 1 + (uint32_t)(i / server_count % sources))}, {0}};
        connection->fd = socket(AF_INET, SOCK_STREAM, 0);
        if (bind(connection->fd, (const struct sockaddr *)&source, sizeof source) < 0
            || connect(connection->fd, (const struct sockaddr *)&name, sizeof name) < 0)
            die("connect");
        fcntl(connection->fd, F_SETFL, O_NONBLOCK);
        setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connection->next = (size_t)i * target_count / (size_t)connection_count;
        connection->due = rate > 0 ? now + (int64_t)(1e9 / rate * i / connection_count) : now;
        if (epoll_ctl(poller, EPOLL_CTL_ADD, connection->fd, &event) < 0)
            die("epoll");
    }
}

static void add_server(const char *place)
{
    struct server *server = &servers[server_count++];
    if (server_count > SERVERS_MAX || sscanf(place, "%d:%d", &server->port, &server->pid) < 1
        || (server->pid != 0 && clock_getcpuclockid(server->pid, &server->cpu) != 0))
        exit(2);
}

static void read_options(int argc, char **argv)
{
    static const struct option options[] = {
        {"port", 1, NULL, 'p'}, {"connections", 1, NULL, 'c'}, {"seconds", 1, NULL, 's'},
        {"sources", 1, NULL, 'a'}, {"rate", 1, NULL, 'r'}, {"verify", 0, NULL, 'v'},
        {NULL, 0, NULL, 0},
    };
    for (int got; (got = getopt_long(argc, argv, "", options, NULL)) != -1;)
        switch (got) {
        case 'p': add_server(optarg); break;
        case 'c': connection_count = atoi(optarg); break;
        case 'a': sources = atoi(optarg); break;
        case 's': seconds = atof(optarg); break;
        case 'r': rate = atof(optarg); break;
        case 'v': verify = 1; break;
        default: exit(2);
        }
    for (; optind < argc && target_count < TARGETS_MAX; optind++) {
        struct target *target = &targets[target_count++];
        if (sscanf(argv[optind], "%d:%d:%d", &target->unit, &target->address, &target->words) != 3)
            exit(2);
    }
    connection_count *= server_count;
    if (server_count == 0 || target_count == 0 || sources < 1 || connection_count > CONNECTIONS_MAX)
        exit(2);
}

static void print_costs(void)
{
    printf(", \"cost_ns\": [");
    for (int i = 0; i < server_count; i++) {
        printf("%s[", i > 0 ? ", " : "");
        for (int j = 0; j < servers[i].turns; j++)
            printf("%s%ld", j > 0 ? ", " : "", (long)servers[i].cost[j]);
        printf("]");
    }
    printf("]");
}

int main(int argc, char **argv)
{
    const int poller = epoll_create1(EPOLL_CLOEXEC);
    read_options(argc, argv);
    open_connections(poller);
    const int64_t start = now_ns();
    for (int i = 0; rate == 0 && i < connection_count; i++)
        step(&connections[i], start, INT64_MAX);
    run(poller, start + (int64_t)(seconds * 1e9));
    printf("{\"sent\": %ld, \"answered\": %ld, \"wrong\": %ld, \"lost\": %ld, \"late\": %ld, "
           "\"dropped\": %ld, \"seconds\": %.3f, \"exceptions\": {",
           sent, answered, wrong, lost, late, dropped, (double)(now_ns() - start) / 1e9);
    const char *comma = "";
    for (int code = 0; code < 256; code++)
        if (exceptions[code]) {
            printf("%s\"%d\": %ld", comma, code, exceptions[code]);
            comma = ", ";
        }
    printf("}, ");
    print_quantiles("latency_us", latency, sampled);
    print_costs();
    printf("}\n");
    return 0;
}
