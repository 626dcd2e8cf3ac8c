/*
 * Cards that answer at once: one thread for each vpcd port named on the command line. GET DATA gives a UID;
 * FF DD 00 00 02 hi lo gives 9000 after so many milliseconds.
 *
 * vpcd writes the length and the body of a message apart, and the system holds the second back until the first has been
 * acknowledged: so the first is, at once.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const unsigned char atr[] = {0, 20,   0x3b, 0x8f, 0x80, 0x01, 0x80, 0x4f, 0x0c, 0xa0, 0,
                                    0, 0x03, 0x06, 0x03, 0x00, 0x03, 0,    0,    0,    0,    0x68};
static const unsigned char uid[] = {0, 6, 0x04, 0xa2, 0x3b, 0x7a, 0x90, 0x00};
static const unsigned char done[] = {0, 2, 0x90, 0x00};

static int take(int fd, unsigned char *bytes, size_t length)
{
    for (size_t have = 0; have < length;) {
        ssize_t count = recv(fd, bytes + have, length - have, 0);
        if (count <= 0)
            return -1;
        have += (size_t)count;
    }
    return 0;
}

static void *card(void *argument)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)(intptr_t)argument)};
    static __thread unsigned char message[65536];
    int one = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (;;) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
            for (unsigned char head[2]; take(fd, head, 2) == 0;) {
                setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof one);
                size_t length = (size_t)head[0] << 8 | head[1];
                const unsigned char *answer = done;
                size_t answer_length = sizeof done;
                if (take(fd, message, length))
                    break;
                if (length == 1) {
                    if (message[0] != 4)
                        continue;
                    answer = atr;
                    answer_length = sizeof atr;
                } else if (message[1] == 0xca) {
                    answer = uid;
                    answer_length = sizeof uid;
                } else if (length == 7)
                    usleep(1000u * (unsigned)(message[5] << 8 | message[6]));
                if (send(fd, answer, answer_length, MSG_NOSIGNAL) < 0)
                    break;
            }
        close(fd);
        usleep(100000);
    }
    return NULL;
}

int main(int count, char **arguments)
{
    for (int index = 1; index < count; index++) {
        pthread_t thread;
        pthread_create(&thread, NULL, card, (void *)(intptr_t)atoi(arguments[index]));
    }
    pause();
    return 0;
}
