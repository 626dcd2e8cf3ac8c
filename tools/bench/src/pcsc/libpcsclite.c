/*
 * The measure of things: SCardTransmit of pcsc-lite's own library, one thread and one context for each reader.
 *
 *   libpcsclite COUNT READER…        prints what measure.ts prints for others
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <winscard.h>

#define WARM_UP 1000
#define MAX_READERS 16

static int count;
static double *latencies[MAX_READERS];
static pthread_barrier_t ready, finished;
static char **names;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static double cpu(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static int compare(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return first < second ? -1 : first > second;
}

static void *client(void *argument)
{
    int reader = (int)(long)argument;
    static const unsigned char get_uid[] = {0xff, 0xca, 0, 0, 0};
    unsigned char response[300];
    SCARDCONTEXT context;
    SCARDHANDLE card;
    DWORD protocol, length;
    if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context) ||
        SCardConnect(context, names[reader], SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card,
                     &protocol))
        exit(2);
    for (int index = -WARM_UP; index < count; index++) {
        if (index == 0) {
            pthread_barrier_wait(&ready);
            pthread_barrier_wait(&ready);
        }
        double started = now();
        length = sizeof response;
        if (SCardTransmit(card, protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1, get_uid, sizeof get_uid,
                          NULL, response, &length) ||
            length != 6)
            exit(3);
        if (index >= 0)
            latencies[reader][index] = now() - started;
    }
    pthread_barrier_wait(&finished);
    SCardDisconnect(card, SCARD_LEAVE_CARD);
    SCardReleaseContext(context);
    return NULL;
}

int main(int argument_count, char **arguments)
{
    pthread_t threads[MAX_READERS];
    int readers = argument_count - 2;
    count = atoi(arguments[1]);
    names = arguments + 2;
    pthread_barrier_init(&ready, NULL, (unsigned)readers + 1);
    pthread_barrier_init(&finished, NULL, (unsigned)readers + 1);
    double *all = malloc(sizeof *all * (size_t)(count * readers));
    for (long reader = 0; reader < readers; reader++) {
        latencies[reader] = all + reader * count;
        pthread_create(&threads[reader], NULL, client, (void *)reader);
    }
    pthread_barrier_wait(&ready);
    double cpu_before = cpu(), before = now();
    pthread_barrier_wait(&ready);
    pthread_barrier_wait(&finished);
    double elapsed = now() - before, cpu_used = cpu() - cpu_before;
    for (int reader = 0; reader < readers; reader++)
        pthread_join(threads[reader], NULL);
    int total = count * readers;
    qsort(all, (size_t)total, sizeof *all, compare);
    printf("{\"perSecond\":%.1f,\"p50Us\":%.2f,\"p99Us\":%.2f,\"cpuUs\":%.2f}\n", total / elapsed * 1e6, all[total / 2],
           all[total * 99 / 100], cpu_used / total);
    return 0;
}
