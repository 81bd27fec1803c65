/** One entry of the error catalogue; docs/errors.md is written from it. */
export interface ErrorEntry {
  /** What happened, in one sentence. */
  readonly meaning: string;
  /** What the reader should do about it. */
  readonly remedy: string;
}

/**
 * Every code the outside can see. Codes are stable: programs match them, never the text.
 * The part before the dot is the room that speaks.
 */
export const errorCatalogue = {
  'bmc.timeout': {
    meaning: 'The BMC did not answer in time.',
    remedy:
      'Check that the BMC has power and that its management network reaches this server; a frozen BMC needs a cold reset or its mains cut.',
  },
  'bmc.portClosed': {
    meaning: 'The BMC address answers, but nothing listens on its IPMI port.',
    remedy:
      'Check the address and port, and that IPMI over LAN is switched on in the BMC; a BMC that restarts opens it again within a minute or two.',
  },
  'bmc.unreachable': {
    meaning: 'The network has no way to the BMC address.',
    remedy: 'Check the route, the VLAN and the cable of the management network.',
  },
  'bmc.auth': {
    meaning: 'The BMC refused the password.',
    remedy:
      'Put the password of that BMC account into the configured password file and reload; retries stop so that no account is locked.',
  },
  'bmc.user': {
    meaning: 'The BMC knows no such user, or the user may not log in over the LAN.',
    remedy: 'Create the user in the BMC, enable it, and allow it IPMI over LAN on that channel.',
  },
  'bmc.privilege': {
    meaning: 'The BMC user has too low a privilege for this.',
    remedy: 'Give the user the OPERATOR privilege on the LAN channel: chassis control needs it.',
  },
  'bmc.cipherSuite': {
    meaning: 'The BMC accepts none of the configured cipher suites.',
    remedy: 'Enable cipher suite 17 (or 3) in the BMC, or list the suites it has under cipherSuites.',
  },
  'bmc.kg': {
    meaning: 'The BMC uses a K_g key that differs from the configured one.',
    remedy: 'Configure the BMC key (K_g) with kgFile or kgHexFile, or clear it in the BMC.',
  },
  'bmc.sessionFull': {
    meaning: 'All session slots of the BMC are taken.',
    remedy:
      'Close other IPMI clients; leaked sessions end by themselves after the BMC idle limit (about a minute).',
  },
  'bmc.version': {
    meaning: 'The BMC does not offer IPMI 2.0 on this channel.',
    remedy: 'Enable IPMI 2.0 (RMCP+) in the BMC, or use a command driver for this hardware.',
  },
  'bmc.identity': {
    meaning: 'Another machine answers at the BMC address of this server.',
    remedy:
      'Nothing was sent to it. Check which BMC has this address; after a board was replaced, forget the old one with `noroshi bmc unpin SERVER`.',
  },
  'bmc.busy': {
    meaning: 'The BMC said that it is busy.',
    remedy: 'Try again; a BMC that stays busy needs a cold reset.',
  },
  'bmc.state': {
    meaning: 'The BMC cannot do this in the present power state.',
    remedy: 'Read the power state; reset, cycle and NMI need a server that is on.',
  },
  'bmc.rejected': {
    meaning: 'The BMC rejected the command.',
    remedy: 'Look up the completion code in the message; the hardware may not offer this function.',
  },
  'bmc.protocol': {
    meaning: 'The BMC answered with something that is not valid IPMI 2.0.',
    remedy: 'Update the firmware of the BMC, and report the model with a packet capture.',
  },
  'bmc.command': {
    meaning:
      'The program that speaks to this BMC cannot be run, or said nothing that its definition understands.',
    remedy:
      'Run `noroshi doctor SERVER`; install the program, or correct the lines and patterns in the device definition.',
  },
  'readings.unsupported': {
    meaning: 'The driver of this BMC reads neither sensors nor the event log.',
    remedy: 'Use the model ipmi for this BMC, or ask the program of the command model by hand.',
  },
  'identify.notProvable': {
    meaning: 'The BMC accepted the identify command, but does not report the state of the lamp.',
    remedy: 'Look at the server, or trust the BMC; nothing more can be proved from here.',
  },
  'identify.notSeen': {
    meaning: 'The BMC accepted the identify command, but reports the lamp in another state.',
    remedy: 'Ask again; another console may be using the lamp.',
  },
  'maintenance.until': {
    meaning: 'The end of a maintenance must be in the future, and at most 31 days away.',
    remedy: 'Give another end, and prolong it when it comes near.',
  },
  'monitor.full': {
    meaning:
      'There are 512 external-link monitors in error already (384 by traps, 64 by traps of one sender), and no room for another.',
    remedy:
      'Clear those that are over (`noroshi monitors`), and give what has no end of its own monitors.expireSeconds.',
  },
  'fence.deadline': {
    meaning: 'The deadline passed before the wanted power state was read.',
    remedy: 'Do not fail over on this. Noroshi goes on observing; a late proof is announced as an event.',
  },
  'fence.notProvable': {
    meaning: 'The BMC accepted the command, but its effect cannot be read back.',
    remedy: 'Reset and NMI leave the server on; use off or cycle where a failover depends on it.',
  },
  'fence.offPending': {
    meaning: 'A forced power-off of this server is not finished, so it is not switched on.',
    remedy: 'Wait for the end of the power-off, then ask again.',
  },
  'fence.preempted': {
    meaning: 'A forced power-off of the same server went first.',
    remedy: 'Wait for the end of the power-off, then ask again if it is still wanted.',
  },
  'fence.interrupted': {
    meaning: 'Noroshi ended while this job ran, so its outcome was not seen.',
    remedy: 'Ask again; the state is read first.',
  },
  'fence.journal': {
    meaning: 'The journal could not record this action, so nothing was sent.',
    remedy:
      'Free or repair the disk of the state directory. A forced power-off goes on without the journal; nothing else does.',
  },
  'fence.self': {
    meaning: 'A gateway does not force-stop the server it runs on.',
    remedy:
      'Ask the gateway of another server. To reset or stop the own server there are local actions, with a permission of their own: `noroshi local`.',
  },
  'fence.requesterFenced': {
    meaning:
      'The server that asks for this was itself stopped by force, and has shown no life since: a request that it sent before its end, or a fence race that it lost.',
    remedy:
      'Ask for it from another server, or as an operator with `noroshi fence`. Where the asking server is alive, have the engine report it up (`cluster.report`).',
  },
  'fence.tooMany': {
    meaning:
      'Too many servers were stopped in a short time, and the request does not say that it has quorum.',
    remedy:
      'Look at the cluster before you stop one more. If it must be, ask with `quorum: true` (`noroshi fence --quorum`), or later.',
  },
  'fence.noBmc': {
    meaning: 'The configuration gives this server no BMC.',
    remedy: 'Add a bmc section to the server, or ask for another server.',
  },
  'script.notStarted': {
    meaning: 'The forced-stop script could not be started, so it did nothing.',
    remedy: 'Check that the file named in the chain exists and may be executed by the user of the daemon.',
  },
  'script.failed': {
    meaning: 'The forced-stop script ended with an error; what it did before that is not known.',
    remedy: 'Read what it wrote, in the result of the forced stop. Do not fail over on this.',
  },
  'script.timedOut': {
    meaning:
      'The forced-stop script took longer than its limit and was killed, with all that it had started.',
    remedy:
      'Raise limitSeconds of the script and the deadline with it, or make the script faster. Do not fail over on this.',
  },
  'kdump.notBound': {
    meaning: 'The port for messages of crash kernels cannot be opened, so nobody waited for a dump.',
    remedy:
      'End the other program that has the port (a fence_kdump agent on this machine), or change fence.kdump; the senders must use the same port.',
  },
  'kdump.silent': {
    meaning: 'No message of a crash kernel came in time, so nobody waited for a dump.',
    remedy:
      'Check that fence_kdump_send is part of the crash kernel of that server, and that its address, its port and firstMessageSeconds are right.',
  },
  'fence.stopping': {
    meaning: 'The daemon is stopping and takes no new actions.',
    remedy: 'Ask again after it has started, or ask the gateway of another server.',
  },
  'fence.failed': {
    meaning: 'The forced stop ended on a fault inside Noroshi.',
    remedy: 'Treat the server as not stopped, and report the log lines of this job.',
  },
  'local.notOffered': {
    meaning: 'No gateway offers local actions on this socket.',
    remedy:
      'Local actions are off by default: add a section local to the configuration of the gateway on this server, and restart it.',
  },
  'local.notAllowed': {
    meaning: 'The configuration does not allow this local action.',
    remedy: 'Add it to local.actions and restart the daemon, or ask for one that is listed there.',
  },
  'local.busy': {
    meaning: 'Another local action is under way.',
    remedy: 'Wait for its end: it goes through all its ways by itself.',
  },
  'local.unable': {
    meaning: 'The local action could not be tried, so nothing was sent.',
    remedy:
      'Run `noroshi local check`: a device, a program or a right is missing. Have another server stop this one.',
  },
  'local.failed': {
    meaning: 'The local action was tried and failed, or may have been done; this server still runs.',
    remedy: 'Have another server stop this one by force, and read the steps for what was said.',
  },
  'local.stillRuns': {
    meaning: 'The local action was accepted, but this server still runs.',
    remedy: 'Have another server stop this one by force: nothing on this server is able to.',
  },
  'evidence.life': {
    meaning: 'A path shows life, so the word that the server is off was not taken.',
    remedy:
      'Look at the server again. Only if you see it without power yourself, say so with `noroshi confirm SERVER --reason TEXT --despite-life`.',
  },
  'evidence.self': {
    meaning: 'A gateway does not take the word that the server it runs on is off.',
    remedy: 'Ask the gateway of another server.',
  },
  'trap.undecodable': {
    meaning: 'The bytes are no SNMP notification that can be read without keys.',
    remedy:
      'Give the whole UDP payload of a v1 or v2c trap or inform as hex, without Ethernet, IP and UDP headers.',
  },
  'trap.notTaken': {
    meaning: 'A notification that was sent did not reach its receiver, or it refused it.',
    remedy:
      'Look whether something listens at that address and port, and whether it has this community or user; a receiver drops what it does not know without a word.',
  },
  'server.unknown': {
    meaning: 'The configuration has no server of this name.',
    remedy: 'Use a name listed by `noroshi status`.',
  },
  'job.unknown': {
    meaning: 'There is no job of this name or for this server.',
    remedy: 'Jobs are kept for a limited time; `noroshi events --type "fence.*"` shows the older ones.',
  },
  'config.invalid': {
    meaning: 'The configuration file is not valid.',
    remedy: 'Mend the lines listed; nothing was changed.',
  },
  'config.unreadable': {
    meaning: 'The configuration, or a file it names, cannot be read.',
    remedy: 'Check the path, and that the user of the daemon may read it.',
  },
  'journal.locked': {
    meaning: 'Another process uses this state directory.',
    remedy: 'Stop the other daemon, or give this one a stateDirectory of its own.',
  },
  'journal.failed': {
    meaning: 'The journal cannot be written or read.',
    remedy: 'Check the disk of the state directory: space, permissions, health.',
  },
  'journal.corrupt': {
    meaning: 'What was asked for stands in a damaged part of the journal.',
    remedy:
      'Check the disk, then restart the daemon: a journal it finds damaged is kept beside a new one. Events before that are lost.',
  },
  'events.consumers': {
    meaning: 'There are 256 consumers of events already, and no room for another name.',
    remedy: 'Give each engine one fixed consumer name; a new name at every start fills the table.',
  },
  'mqtt.unreachable': {
    meaning: 'The MQTT broker cannot be reached.',
    remedy: 'Check host and port of mqtt.url, the network, and that the broker runs.',
  },
  'mqtt.tls': {
    meaning: 'The encrypted connection to the MQTT broker was not agreed on.',
    remedy:
      'Check mqtt.caFile, that the certificate of the broker names the host of mqtt.url, and certFile and keyFile where the broker wants them.',
  },
  'mqtt.credentials': {
    meaning: 'The MQTT broker refuses the user, the password or the client certificate.',
    remedy:
      'Correct mqtt.user and the password file, or the account in the broker, and reload; until then it is tried again only every few minutes.',
  },
  'mqtt.clientIdTaken': {
    meaning: 'Another client with the same client id takes the connection to the MQTT broker over.',
    remedy:
      'Find the second gateway with this cluster and node name (a copied configuration?), or give each a mqtt.clientId of its own.',
  },
  'mqtt.refused': {
    meaning: 'The MQTT broker refuses for now.',
    remedy: 'Look up the reason in the message and in the log of the broker; it is tried again.',
  },
  'mqtt.notAllowed': {
    meaning: 'The MQTT broker does not let this user publish to a topic.',
    remedy: 'Allow the user to write below noroshi/CLUSTER/NODE/ in the access list of the broker.',
  },
  'mqtt.rejected': {
    meaning: 'The MQTT broker will never take this message.',
    remedy: 'Raise the packet size that the broker allows; what it rejected is in the journal.',
  },
  'mqtt.timeout': {
    meaning: 'The MQTT broker did not answer in time.',
    remedy: 'Check the broker and the network to it: the connection stands, but nothing comes back.',
  },
  'mqtt.lost': {
    meaning: 'The connection to the MQTT broker ended without a reason.',
    remedy: 'Nothing is to be done unless it happens often; it is opened again by itself.',
  },
  'mqtt.ended': {
    meaning: 'The MQTT broker ended the connection and said why.',
    remedy: 'Look up the reason in the message and in the log of the broker; it is tried again.',
  },
  'socket.inUse': {
    meaning: 'A live process already listens on this socket.',
    remedy: 'Stop the other daemon, or configure another socket path.',
  },
  'socket.failed': {
    meaning: 'The local socket cannot be opened.',
    remedy: 'Check that its directory exists, that the daemon may write there, and that the group exists.',
  },
  'socket.unreachable': {
    meaning: 'No daemon answers on the local socket.',
    remedy: 'Start the daemon with `noroshi run --config FILE`, or name its socket with --socket.',
  },
  'rpc.parse': { meaning: 'The line is not valid JSON.', remedy: 'Send one JSON text per line, in UTF-8.' },
  'rpc.invalid': {
    meaning: 'The line is not a JSON-RPC 2.0 request.',
    remedy: 'Send an object with jsonrpc "2.0", a method and an id.',
  },
  'rpc.method': {
    meaning: 'There is no such method on this socket.',
    remedy: 'See docs/interface.md for the methods.',
  },
  'rpc.params': {
    meaning: 'The parameters of the method are wrong.',
    remedy: 'The message names the path that is wrong.',
  },
  'noc.sink': {
    meaning: 'The configuration has no such sink.',
    remedy: 'Look at noc.sinks of the configuration, or reload it.',
  },
  'rpc.lineTooLong': {
    meaning: 'A line was longer than 1 MiB.',
    remedy: 'Send shorter requests; the connection was closed.',
  },
  'rpc.tooManyRequests': {
    meaning: 'Too many requests of this connection are still unanswered.',
    remedy: 'Wait for answers before sending more.',
  },
  'rpc.internal': {
    meaning: 'The request failed on a fault inside Noroshi.',
    remedy: 'Look at the log of the daemon around this time and report it.',
  },
  usage: { meaning: 'The command line is wrong.', remedy: 'See `noroshi help`.' },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

/** An error that callers match by `code`. The message is for people and carries no secret. */
export class CodedError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message?: string, options?: ErrorOptions) {
    super(message ?? errorCatalogue[code].meaning, options);
    this.name = 'CodedError';
    this.code = code;
  }
}

/** The code of a thrown value, where it has one. */
export const codeOf = (error: unknown): ErrorCode | undefined =>
  error instanceof CodedError ? error.code : undefined;

/** The text of a thrown value. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
