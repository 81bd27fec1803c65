/*
 * Sends one datagram again and again, with a running number stamped into it, from many source addresses.
 *
 *   sender trap   PORT RATE   COUNT SOURCES STAMP-OFFSET HEX   paced at RATE per second
 *   sender inform PORT WINDOW COUNT SOURCES STAMP-OFFSET HEX   WINDOW unanswered at a time; what is not answered
 *                                                              within a second is counted as lost
 *
 * Prints {"sent":N,"answered":N,"ms":T}. Sources are 127.1.0.1, 127.1.0.2 ...; four bytes at STAMP-OFFSET are set.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_SOURCES = 256, MOST_BYTES = 2048 };

static int sockets[MOST_SOURCES];
static int sources;
static unsigned char datagram[MOST_BYTES];
static size_t length, stamp_at;

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void open_sockets(int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 0; i < sources; i++) {
		struct sockaddr_in from = { .sin_family = AF_INET };
		from.sin_addr.s_addr = htonl(0x7f010001 + i);
		sockets[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
		if (bind(sockets[i], (struct sockaddr *)&from, sizeof from) ||
		    connect(sockets[i], (struct sockaddr *)&to, sizeof to)) {
			perror("sender");
			exit(1);
		}
	}
}

static void send_one(unsigned number)
{
	/* Below 2^31 and at least 2^24: four bytes of a positive INTEGER that never get shorter. */
	unsigned stamp = htonl(0x01000000 + number % 0x7e000000);
	memcpy(datagram + stamp_at, &stamp, 4);
	while (send(sockets[number % sources], datagram, length, 0) < 0)
		;
}

static void paced(double rate, unsigned count)
{
	double start = now_ms();
	for (unsigned sent = 0; sent < count;) {
		unsigned due = (now_ms() - start) * rate / 1e3;
		for (; sent < due && sent < count; sent++)
			send_one(sent);
		struct timespec pause = { .tv_nsec = 200000 };
		nanosleep(&pause, NULL);
	}
	printf("{\"sent\":%u,\"answered\":0,\"ms\":%.1f}\n", count, now_ms() - start);
}

static unsigned read_answers(int wait_ms)
{
	struct pollfd polled[MOST_SOURCES];
	unsigned char answer[MOST_BYTES];
	unsigned answers = 0;
	for (int i = 0; i < sources; i++)
		polled[i] = (struct pollfd){ .fd = sockets[i], .events = POLLIN };
	if (poll(polled, sources, wait_ms) <= 0)
		return 0;
	for (int i = 0; i < sources; i++)
		while (polled[i].revents && recv(sockets[i], answer, sizeof answer, 0) > 0)
			answers++;
	return answers;
}

static void windowed(unsigned window, unsigned count)
{
	double start = now_ms(), last = start;
	unsigned sent = 0, answered = 0;
	while (answered < count && now_ms() - last < 1000) {
		while (sent < count && sent - answered < window)
			send_one(sent++);
		unsigned answers = read_answers(100);
		answered += answers;
		if (answers)
			last = now_ms();
	}
	printf("{\"sent\":%u,\"answered\":%u,\"ms\":%.1f}\n", sent, answered, last - start);
}

int main(int argc, char **argv)
{
	if (argc != 8)
		return 2;
	sources = atoi(argv[5]);
	stamp_at = atoi(argv[6]);
	length = strlen(argv[7]) / 2;
	for (size_t i = 0; i < length; i++)
		sscanf(argv[7] + 2 * i, "%2hhx", &datagram[i]);
	open_sockets(atoi(argv[2]));
	if (strcmp(argv[1], "inform") == 0)
		windowed(atoi(argv[3]), atoi(argv[4]));
	else
		paced(atof(argv[3]), atoi(argv[4]));
	return 0;
}
