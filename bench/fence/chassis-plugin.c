/*
 * A chassis for Debian's ipmi_sim that lives in the simulator's own process, so that a benchmark
 * measures the client and not the fork of a hook. Option string: the file that gets one line
 * ("<epoch seconds> <command>") per chassis control.
 */
#include <OpenIPMI/lanserv.h>
#include <OpenIPMI/mcserv.h>
#include <OpenIPMI/serv.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

enum { NETFN_CHASSIS = 0x00, GET_STATUS = 0x01, CONTROL = 0x02 };
enum { CC_OK = 0x00, CC_LENGTH = 0xc7, CC_FIELD = 0xcc, CC_STATE = 0xd5 };

static char log_path[1024];
static int powered = 1;

static void write_line(int command)
{
	struct timeval now;
	FILE *log = fopen(log_path, "a");
	if (!log)
		return;
	gettimeofday(&now, NULL);
	fprintf(log, "%ld.%06ld %d\n", (long)now.tv_sec, (long)now.tv_usec, command);
	fclose(log);
}

static void answer(unsigned char *reply, unsigned int *length, unsigned char code)
{
	reply[0] = code;
	*length = 1;
}

static void control(lmc_data_t *mc, msg_t *request, unsigned char *reply, unsigned int *length, void *data)
{
	int command;
	(void)mc, (void)data;
	if (request->len < 1)
		return answer(reply, length, CC_LENGTH);
	command = request->data[0] & 0x0f;
	if (command > 5)
		return answer(reply, length, CC_FIELD);
	if (command >= 2 && !powered)
		return answer(reply, length, CC_STATE);
	if (command == 0 || command == 5)
		powered = 0;
	if (command == 1)
		powered = 1;
	write_line(command);
	answer(reply, length, CC_OK);
}

static void status(lmc_data_t *mc, msg_t *request, unsigned char *reply, unsigned int *length, void *data)
{
	(void)mc, (void)request, (void)data;
	memset(reply, 0, 5);
	reply[1] = powered ? 0x01 : 0x00;
	*length = 5;
}

int ipmi_sim_module_print_version(sys_data_t *sys, char *options)
{
	(void)sys, (void)options;
	return 0;
}

int ipmi_sim_module_init(sys_data_t *sys, const char *options)
{
	(void)sys;
	snprintf(log_path, sizeof(log_path), "%s", options);
	ipmi_emu_register_cmd_handler(NETFN_CHASSIS, CONTROL, control, NULL);
	return ipmi_emu_register_cmd_handler(NETFN_CHASSIS, GET_STATUS, status, NULL);
}

int ipmi_sim_module_post_init(sys_data_t *sys)
{
	(void)sys;
	return 0;
}
