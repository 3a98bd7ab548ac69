/* What the bench's C programs share: a clock, the registers' contents, quantiles as JSON. */
#ifndef MEASURE_H
#define MEASURE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static inline int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* Every register of the bench follows from its place, so that a value of another place is seen. */
static inline uint16_t register_at(int unit, int address)
{
    uint32_t mixed = (uint32_t)unit * 0x9E3779B1u ^ (uint32_t)address * 0x85EBCA77u;
    return (uint16_t)(mixed >> 16 ^ mixed);
}

/* User and system time of this process in milliseconds. */
static inline double cpu_ms(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return 1e3 * (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec)
         + 1e-3 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

static inline int by_size(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* Print "name": {"n": .., "p50": .., ..} in microseconds (nearest rank); sorts the values. */
static inline void print_quantiles(const char *name, int64_t *ns, size_t n)
{
    static const struct { const char *name; double at; } marks[] = {
        {"min", 0}, {"p10", 0.10}, {"p25", 0.25}, {"p50", 0.50}, {"p90", 0.90}, {"p99", 0.99}, {"max", 1},
    };
    qsort(ns, n, sizeof *ns, by_size);
    printf("\"%s\": {\"n\": %zu", name, n);
    for (size_t i = 0; n > 0 && i < sizeof marks / sizeof *marks; i++)
        printf(", \"%s\": %.2f", marks[i].name,
               (double)ns[(size_t)(marks[i].at * (double)(n - 1) + 0.5)] / 1e3);
    printf("}");
}

static inline void die(const char *what)
{
    perror(what);
    exit(1);
}

#endif
