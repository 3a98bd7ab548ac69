/*
 * The other end of an RTU line: simulated slaves on a pty, paced by the clock, and a judge.
 *
 * Prints the pty's path, then answers FC03 requests until SIGTERM, end of standard input or
 * --seconds, then prints what it saw as one line of JSON.
 *
 * A request is charged its time on the wire, the silence that ends it and the turnaround; the
 * answer's bytes then arrive one by one, each at the end of its own character, or by --chunk.
 * The dead time of the master is what lies between the end of an answer plus the silent interval
 * (3.5 characters, at least 1.75 ms) and its next request: what the master itself costs. Below
 * zero the slave may not have seen a new frame: a violation.
 *
 * With --late-every K each K-th answer begins --late-from..--late-to ms after its request, behind
 * the master's deadline, whole and correct, perhaps in the middle of another slave's time. Two
 * answers never overlap: intact late frames are harder on a master than garbled ones.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

#include "measure.h"

enum { REQUEST = 8, ANSWER_MAX = 256, QUEUE = 64, SAMPLES = 1 << 18 };
static const int64_t SPIN_NS = 15000; /* the last stretch before a byte is not slept */

static struct {
    int baud, bits, slaves, chunk, late_every, late_from_ms, late_to_ms, seconds;
    double turnaround_ms;
} set = {38400, 10, 32, 1, 0, 100, 250, 60, 2.0};

struct answer {
    int64_t start; /* when its first character begins */
    int length;
    int late;
    uint8_t bytes[ANSWER_MAX];
};

static struct answer queue[QUEUE];
static int queued;

static int64_t char_ns, silence_ns;
static int64_t last_end;        /* end of the last character on the wire */
static int last_was_late;
static int64_t first_request, wire_ns, samples[SAMPLES], lateness[SAMPLES];
static size_t sampled, sent;
static long requests, answers, late, violations, strange;
static volatile sig_atomic_t stopped;

static void stop(int signal) { (void)signal; stopped = 1; }

static uint16_t crc16(const uint8_t *bytes, int length)
{
    uint16_t crc = 0xFFFF;
    for (int i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1);
    }
    return crc;
}

static void wait_until(int64_t due)
{
    const int64_t sleep = due - SPIN_NS;
    struct timespec at = {sleep / 1000000000, sleep % 1000000000};
    if (sleep > now_ns())
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
    while (now_ns() < due)
        ;
}

/* Judge the moment at which a request came: nobody is to blame while a late answer is about. */
static void judge(int64_t came)
{
    const int64_t dead = came - last_end - silence_ns;
    if (first_request == 0)
        first_request = came;
    else if (!last_was_late && queued == 0 && sampled < SAMPLES) {
        samples[sampled++] = dead;
        violations += dead < 0;
    }
}

/* The moment at which an answer begins; a late one somewhere in its window. */
static int64_t begins(int64_t heard, int is_late)
{
    static uint32_t dice = 1;
    if (!is_late)
        return heard + silence_ns + (int64_t)(set.turnaround_ms * 1e6);
    dice = dice * 1664525u + 1013904223u;
    return heard + (set.late_from_ms + (int)(dice >> 8) % (set.late_to_ms - set.late_from_ms + 1))
                   * 1000000LL;
}

/* Queue the answer of the slave that was asked, if it is one of ours. */
static void hear(const uint8_t *frame, int64_t came)
{
    const int unit = frame[0], address = frame[2] << 8 | frame[3], words = frame[4] << 8 | frame[5];
    if (unit < 1 || unit > set.slaves || frame[1] != 3 || words < 1 || words > 125
        || queued == QUEUE) {
        strange++;
        return;
    }
    struct answer *answer = &queue[queued++];
    answer->late = set.late_every && ++requests % set.late_every == 0;
    answer->start = begins(came + REQUEST * char_ns, answer->late);
    answer->length = 5 + 2 * words;
    answer->bytes[0] = frame[0];
    answer->bytes[1] = frame[1];
    answer->bytes[2] = (uint8_t)(2 * words);
    for (int i = 0; i < words; i++) {
        const uint16_t value = register_at(unit, address + i);
        answer->bytes[3 + 2 * i] = (uint8_t)(value >> 8);
        answer->bytes[4 + 2 * i] = (uint8_t)value;
    }
    const uint16_t crc = crc16(answer->bytes, 3 + 2 * words);
    answer->bytes[3 + 2 * words] = (uint8_t)crc;
    answer->bytes[4 + 2 * words] = (uint8_t)(crc >> 8);
}

/* Gather a frame; bytes that make none are dropped with what came before them. */
static void receive(int fd)
{
    static uint8_t frame[REQUEST];
    static int filled;
    static int64_t came;
    uint8_t bytes[512];
    const int64_t now = now_ns();
    const ssize_t got = read(fd, bytes, sizeof bytes);
    if (filled > 0 && now - came > (REQUEST + 4) * char_ns + silence_ns) {
        strange++;
        filled = 0;
    }
    for (ssize_t i = 0; i < got; i++) {
        if (filled == 0)
            came = now;
        frame[filled++] = bytes[i];
        if (filled < REQUEST)
            continue;
        filled = 0;
        if (crc16(frame, REQUEST) == 0) {
            judge(came);
            hear(frame, came);
        } else
            strange++;
    }
}

static int earliest(void)
{
    int first = 0;
    for (int i = 1; i < queued; i++)
        if (queue[i].start < queue[first].start)
            first = i;
    return first;
}

/* Put one answer on the wire; returns when its last character has ended. */
static void transmit(int fd, const struct answer *answer)
{
    int64_t due = answer->start;
    for (int done = 0; done < answer->length;) {
        const int left = answer->length - done, full = left >= set.chunk;
        const int step = full ? set.chunk : left;
        due += step * char_ns;
        last_end = due;
        if (!full)
            due += 4 * char_ns; /* a UART hands over a part of its FIFO after 4 idle characters */
        wait_until(due);
        const int64_t now = now_ns();
        if (sent < SAMPLES)
            lateness[sent] = now - due;
        last_end += now - due;
        if (write(fd, answer->bytes + done, (size_t)step) != step)
            die("write to the line");
        done += step;
    }
    sent += sent < SAMPLES;
    last_was_late = answer->late;
    late += answer->late;
    answers++;
    wire_ns += (REQUEST + answer->length) * char_ns + 2 * silence_ns
             + (int64_t)(set.turnaround_ms * 1e6);
}

static void serve(int fd)
{
    const int64_t end = now_ns() + set.seconds * 1000000000LL;
    while (!stopped && now_ns() < end) {
        const int first = earliest();
        const int64_t due = queued ? queue[first].start - SPIN_NS : end;
        const int64_t left = due > now_ns() ? due - now_ns() : 0;
        const struct timespec timeout = {left / 1000000000, left % 1000000000};
        struct pollfd ends[] = {{fd, POLLIN, 0}, {STDIN_FILENO, 0, 0}};
        const int ready = ppoll(ends, 2, &timeout, NULL);
        if (ready > 0 && ends[1].revents)
            break;
        if (ready > 0 && ends[0].revents & POLLIN)
            receive(fd);
        else if (ready == 0 && queued) {
            struct answer answer = queue[first];
            queue[first] = queue[--queued];
            if (answer.start < last_end)
                answer.start = last_end; /* the wire was busy */
            transmit(fd, &answer);
        }
    }
}

/* Open a raw pty; its slave side stays open here, so that masters may come and go. */
static int open_pty(void)
{
    const int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct termios raw;
    if (fd < 0 || grantpt(fd) < 0 || unlockpt(fd) < 0)
        die("pty");
    const int slave = open(ptsname(fd), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0 || tcgetattr(slave, &raw) < 0)
        die(ptsname(fd));
    cfmakeraw(&raw);
    if (tcsetattr(slave, TCSANOW, &raw) < 0)
        die("raw mode");
    printf("%s\n", ptsname(fd));
    fflush(stdout);
    return fd;
}

static void read_options(int argc, char **argv)
{
    static const struct { struct option option; int *target; } known[] = {
        {{"baud", 1, NULL, 0}, &set.baud},
        {{"bits", 1, NULL, 0}, &set.bits},
        {{"slaves", 1, NULL, 0}, &set.slaves},
        {{"chunk", 1, NULL, 0}, &set.chunk},
        {{"late-every", 1, NULL, 0}, &set.late_every},
        {{"late-from", 1, NULL, 0}, &set.late_from_ms},
        {{"late-to", 1, NULL, 0}, &set.late_to_ms},
        {{"seconds", 1, NULL, 0}, &set.seconds},
    };
    enum { KNOWN = sizeof known / sizeof *known };
    struct option options[KNOWN + 2] = {[KNOWN] = {"turnaround", 1, NULL, 0}};
    for (int i = 0; i < KNOWN; i++)
        options[i] = known[i].option;
    for (int at, got; (got = getopt_long(argc, argv, "", options, &at)) != -1;) {
        if (got != 0)
            exit(2);
        if (at == KNOWN)
            set.turnaround_ms = atof(optarg);
        else
            *known[at].target = atoi(optarg);
    }
}

int main(int argc, char **argv)
{
    read_options(argc, argv);
    char_ns = 1000000000LL * set.bits / set.baud;
    silence_ns = 7 * char_ns / 2 > 1750000 ? 7 * char_ns / 2 : 1750000;
    const struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    prctl(PR_SET_TIMERSLACK, 1);
    mlockall(MCL_CURRENT | MCL_FUTURE);
    const struct sched_param urgent = {.sched_priority = 10};
    const int realtime = sched_setscheduler(0, SCHED_FIFO, &urgent) == 0;
    const int fd = open_pty();
    serve(fd);
    printf("{\"answers\": %ld, \"late\": %ld, \"violations\": %ld, \"strange\": %ld, "
           "\"realtime\": %s, \"wire_s\": %.6f, \"elapsed_s\": %.6f, ",
           answers, late, violations, strange, realtime ? "true" : "false",
           (double)wire_ns / 1e9, (double)(last_end + silence_ns - first_request) / 1e9);
    print_quantiles("dead_us", samples, sampled);
    printf(", ");
    print_quantiles("own_lateness_us", lateness, sent);
    printf("}\n");
    return 0;
}
