/*
 * Sends SNMP notifications from many source addresses over one socket. Every source sends the first form FLIP times, the
 * second one FLIP times, and so on; a running number is stamped into each.
 *
 *   sender trap   PORT RATE   COUNT SOURCES FLIP FIRST TIMES HEX-A STAMP-A HEX-B STAMP-B
 *                                                                   paced at RATE per second
 *   sender inform PORT WINDOW COUNT SOURCES FLIP FIRST TIMES HEX-A STAMP-A HEX-B STAMP-B
 *                                                                   WINDOW unanswered at a time; what is not
 *                                                                   answered within a second is lost
 *
 * Prints {"sent":N,"answered":N,"ms":T}. Sources are 127.1.0.1 and up; STAMP is the offset of four bytes, FIRST the
 * first running number. TIMES is a
 * file for the moment at which each was sent (CLOCK_MONOTONIC, milliseconds, doubles), or `-`.
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

enum { MOST_BYTES = 2048 };

struct form {
	unsigned char bytes[MOST_BYTES];
	size_t length, stamp_at;
};

static struct form forms[2];
static struct sockaddr_in to;
static int sock;
static unsigned sources, flip, first;
static double *times;

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void read_form(struct form *form, const char *hex, const char *stamp_at)
{
	form->length = strlen(hex) / 2;
	form->stamp_at = atoi(stamp_at);
	for (size_t i = 0; i < form->length; i++)
		sscanf(hex + 2 * i, "%2hhx", &form->bytes[i]);
}

static void open_socket(int port)
{
	int bytes = 4 << 20;
	to = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port) };
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sock = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	setsockopt(sock, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
	struct sockaddr_in any = { .sin_family = AF_INET };
	if (sock < 0 || bind(sock, (struct sockaddr *)&any, sizeof any)) {
		perror("sender");
		exit(1);
	}
}

/* The kernel takes the source address of a datagram from its IP_PKTINFO. */
static void send_from(unsigned source, const struct form *form)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
	} control = { 0 };
	struct iovec data = { (void *)form->bytes, form->length };
	struct msghdr message = { .msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &data, .msg_iovlen = 1,
				  .msg_control = &control, .msg_controllen = sizeof control };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = IPPROTO_IP;
	header->cmsg_type = IP_PKTINFO;
	header->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
	struct in_pktinfo info = { .ipi_spec_dst.s_addr = htonl(0x7f010001 + source) };
	memcpy(CMSG_DATA(header), &info, sizeof info);
	while (sendmsg(sock, &message, 0) < 0)
		;
}

static void send_one(unsigned number)
{
	struct form *form = &forms[number / sources / flip % 2];
	/* Below 2^31 and at least 2^24: four bytes of a positive INTEGER that never get shorter. */
	unsigned stamp = htonl(0x01000000 + (first + number) % 0x7e000000);
	memcpy(form->bytes + form->stamp_at, &stamp, 4);
	if (times)
		times[number] = now_ms();
	send_from(number % sources, form);
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
	struct pollfd polled = { .fd = sock, .events = POLLIN };
	unsigned char answer[MOST_BYTES];
	unsigned answers = 0;
	if (poll(&polled, 1, wait_ms) <= 0)
		return 0;
	while (recv(sock, answer, sizeof answer, 0) > 0)
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
	if (argc != 13)
		return 2;
	unsigned count = atoi(argv[4]);
	sources = atoi(argv[5]);
	flip = atoi(argv[6]);
	first = atoi(argv[7]);
	if (strcmp(argv[8], "-"))
		times = calloc(count, sizeof *times);
	read_form(&forms[0], argv[9], argv[10]);
	read_form(&forms[1], argv[11], argv[12]);
	open_socket(atoi(argv[2]));
	if (strcmp(argv[1], "inform") == 0)
		windowed(atoi(argv[3]), count);
	else
		paced(atof(argv[3]), count);
	if (times) {
		FILE *file = fopen(argv[8], "w");
		if (!file || fwrite(times, sizeof *times, count, file) != count || fclose(file))
			return 1;
	}
	return 0;
}
