/*
 * A pcscd driver for tests: every question that pcscd asks goes over a Unix socket to whoever plays the reader, which
 * can so do what vpcd has no message for: controls, attributes, mute cards, a reader with one slot.
 *
 * DEVICENAME is the path of the socket, after a last colon if there is one (pcscd puts the bus before it). A question is one byte (what), a 32-bit length and so many bytes; the answer is
 * a 32-bit RESPONSECODE, a 32-bit length and so many bytes. Numbers have the machine's byte order. See socket-reader.ts.
 */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <ifdhandler.h>
#include <reader.h>

#define MAX_READERS 64

enum question { PRESENCE = 1, POWER, TRANSMIT, CONTROL, GET, SET, WAIT };

struct line {
    int fd;
    pthread_mutex_t lock;
};

struct reader {
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
    struct line asked;   /* what pcscd asks */
    struct line changes; /* where its polling thread waits */
};

static struct reader readers[MAX_READERS];

static struct reader *reader_of(DWORD lun)
{
    DWORD index = lun >> 16;
    return index < MAX_READERS ? &readers[index] : NULL;
}

static int all(int fd, void *bytes, size_t length, ssize_t (*transfer)(int, void *, size_t))
{
    size_t done = 0;
    while (done < length) {
        ssize_t count = transfer(fd, (char *)bytes + done, length - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return -1;
        done += (size_t)count;
    }
    return 0;
}

static ssize_t put(int fd, void *bytes, size_t length) { return send(fd, bytes, length, MSG_NOSIGNAL); }
static ssize_t take(int fd, void *bytes, size_t length) { return recv(fd, bytes, length, 0); }

static int open_line(const struct reader *reader)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    memcpy(address.sun_path, reader->path, sizeof address.sun_path);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

/* Asks, with up to two parts. On return *length is what was received. */
static RESPONSECODE ask(struct reader *reader, struct line *line, enum question what, const void *head,
                        size_t head_length, const void *body, size_t body_length, void *answer, DWORD *length)
{
    unsigned char question[5 + 8];
    uint32_t total = (uint32_t)(head_length + body_length), reply[2];
    RESPONSECODE code = IFD_COMMUNICATION_ERROR;
    DWORD room = length ? *length : 0;

    if (length)
        *length = 0;
    pthread_mutex_lock(&line->lock);
    if (line->fd < 0)
        line->fd = open_line(reader);
    if (line->fd < 0)
        goto out;
    question[0] = (unsigned char)what;
    memcpy(question + 1, &total, 4);
    memcpy(question + 5, head, head_length);
    if (all(line->fd, question, 5 + head_length, put) || all(line->fd, (void *)body, body_length, put) ||
        all(line->fd, reply, sizeof reply, take))
        goto lost;
    if (reply[1] > room) {
        code = IFD_ERROR_INSUFFICIENT_BUFFER;
        goto lost;
    }
    if (reply[1] > 0 && all(line->fd, answer, reply[1], take))
        goto lost;
    code = (RESPONSECODE)reply[0];
    if (length)
        *length = reply[1];
    goto out;
lost:
    close(line->fd);
    line->fd = -1;
out:
    pthread_mutex_unlock(&line->lock);
    return code;
}

static RESPONSECODE wait_for_change(DWORD lun, int timeout_ms)
{
    struct reader *reader = reader_of(lun);
    uint32_t ms = (uint32_t)timeout_ms;
    if (!reader || ask(reader, &reader->changes, WAIT, &ms, sizeof ms, NULL, 0, NULL, NULL) != IFD_SUCCESS)
        usleep(20 * 1000);
    return IFD_SUCCESS;
}

RESPONSECODE IFDHCreateChannelByName(DWORD lun, LPSTR name)
{
    struct reader *reader = reader_of(lun);
    const char *colon = strrchr(name, ':'), *path = colon ? colon + 1 : name;
    if (!reader || strlen(path) >= sizeof reader->path)
        return IFD_COMMUNICATION_ERROR;
    strcpy(reader->path, path);
    reader->asked.fd = reader->changes.fd = -1;
    pthread_mutex_init(&reader->asked.lock, NULL);
    pthread_mutex_init(&reader->changes.lock, NULL);
    return IFD_SUCCESS;
}

RESPONSECODE IFDHCreateChannel(DWORD lun, DWORD channel)
{
    (void)lun;
    (void)channel;
    return IFD_NO_SUCH_DEVICE;
}

RESPONSECODE IFDHCloseChannel(DWORD lun)
{
    struct reader *reader = reader_of(lun);
    if (!reader)
        return IFD_COMMUNICATION_ERROR;
    if (reader->asked.fd >= 0)
        close(reader->asked.fd);
    if (reader->changes.fd >= 0)
        close(reader->changes.fd);
    reader->asked.fd = reader->changes.fd = -1;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHGetCapabilities(DWORD lun, DWORD tag, PDWORD length, PUCHAR value)
{
    struct reader *reader = reader_of(lun);
    RESPONSECODE (*polling)(DWORD, int) = wait_for_change;
    uint32_t wanted = (uint32_t)tag;

    switch (tag) {
    case TAG_IFD_THREAD_SAFE:
    case TAG_IFD_SLOTS_NUMBER:
        *value = 1;
        *length = 1;
        return IFD_SUCCESS;
    case TAG_IFD_SIMULTANEOUS_ACCESS:
        *value = MAX_READERS;
        *length = 1;
        return IFD_SUCCESS;
    case TAG_IFD_POLLING_THREAD_WITH_TIMEOUT:
        if (*length < sizeof polling)
            return IFD_ERROR_TAG;
        memcpy(value, &polling, sizeof polling);
        *length = sizeof polling;
        return IFD_SUCCESS;
    case TAG_IFD_POLLING_THREAD_KILLABLE:
    case TAG_IFD_STOP_POLLING_THREAD:
    case TAG_IFD_SLOT_THREAD_SAFE:
        return IFD_ERROR_TAG;
    default:
        return reader ? ask(reader, &reader->asked, GET, &wanted, 4, NULL, 0, value, length) : IFD_ERROR_TAG;
    }
}

RESPONSECODE IFDHSetCapabilities(DWORD lun, DWORD tag, DWORD length, PUCHAR value)
{
    struct reader *reader = reader_of(lun);
    uint32_t wanted = (uint32_t)tag;
    return reader ? ask(reader, &reader->asked, SET, &wanted, 4, value, length, NULL, NULL) : IFD_ERROR_TAG;
}

RESPONSECODE IFDHSetProtocolParameters(DWORD lun, DWORD protocol, UCHAR flags, UCHAR pts1, UCHAR pts2, UCHAR pts3)
{
    (void)lun, (void)protocol, (void)flags, (void)pts1, (void)pts2, (void)pts3;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHPowerICC(DWORD lun, DWORD action, PUCHAR atr, PDWORD length)
{
    struct reader *reader = reader_of(lun);
    uint32_t wanted = (uint32_t)action;
    unsigned char dropped[MAX_ATR_SIZE];
    DWORD room = MAX_ATR_SIZE;
    RESPONSECODE code;

    if (!reader)
        return IFD_COMMUNICATION_ERROR;
    code = ask(reader, &reader->asked, POWER, &wanted, 4, NULL, 0, atr ? atr : dropped, &room);
    if (length)
        *length = room;
    return code;
}

RESPONSECODE IFDHTransmitToICC(DWORD lun, SCARD_IO_HEADER send_pci, PUCHAR command, DWORD command_length,
                               PUCHAR response, PDWORD response_length, PSCARD_IO_HEADER receive_pci)
{
    struct reader *reader = reader_of(lun);
    uint32_t protocol = (uint32_t)send_pci.Protocol;
    if (receive_pci)
        receive_pci->Protocol = send_pci.Protocol;
    if (!reader)
        return IFD_COMMUNICATION_ERROR;
    return ask(reader, &reader->asked, TRANSMIT, &protocol, 4, command, command_length, response, response_length);
}

RESPONSECODE IFDHControl(DWORD lun, DWORD code, PUCHAR data, DWORD data_length, PUCHAR answer, DWORD room,
                         LPDWORD returned)
{
    struct reader *reader = reader_of(lun);
    uint32_t wanted = (uint32_t)code;
    *returned = room;
    if (reader)
        return ask(reader, &reader->asked, CONTROL, &wanted, 4, data, data_length, answer, returned);
    *returned = 0;
    return IFD_COMMUNICATION_ERROR;
}

RESPONSECODE IFDHICCPresence(DWORD lun)
{
    struct reader *reader = reader_of(lun);
    RESPONSECODE code = IFD_COMMUNICATION_ERROR;
    if (reader)
        code = ask(reader, &reader->asked, PRESENCE, NULL, 0, NULL, 0, NULL, NULL);
    /* nobody plays the reader (yet): an empty one */
    return code == IFD_COMMUNICATION_ERROR ? IFD_ICC_NOT_PRESENT : code;
}
