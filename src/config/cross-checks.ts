import type { Complaint } from './explain.ts';
import type { ConfigFile } from './schema.ts';
import { isSection, valueAt } from './value.ts';

/** Longest path of a Unix socket on Linux, in bytes. */
const maxSocketPathBytes = 107;

/**
 * Whether this machine's role and the list of servers agree. Looks at the raw file, so that it can
 * speak beside other problems.
 */
export const checkSelf = (root: unknown): Complaint[] => {
  const node = valueAt(root, ['self', 'node']);
  const role = valueAt(root, ['self', 'role']);
  const servers = valueAt(root, ['servers']);
  if (typeof node !== 'string' || !isSection(servers)) return [];
  const listed = Object.hasOwn(servers, node);
  if (role === 'member' && !listed) {
    return [{ path: ['self', 'node'], message: 'a member must be one of the servers' }];
  }
  if (role === 'control' && listed) {
    return [{ path: ['self', 'node'], message: 'a control machine must not be one of the servers' }];
  }
  return [];
};

/** Whether the sockets can be opened under their (absolute) paths at all. */
export const checkSockets = ({
  engine,
  notify,
  local,
}: Pick<ConfigFile, 'engine' | 'notify' | 'local'>): Complaint[] => {
  const sections = Object.entries({ engine, ...(notify && { notify }), ...(local && { local }) });
  const tooLong = sections
    .filter(([, { socket }]) => Buffer.byteLength(socket) > maxSocketPathBytes)
    .map(([section]) => ({
      path: [section, 'socket'],
      message: `the path of a socket may have ${maxSocketPathBytes} bytes at most`,
    }));
  const repeated = sections.flatMap(([section, { socket }], index) => {
    const [other] = sections.slice(0, index).find(([, earlier]) => earlier.socket === socket) ?? [];
    const message = `must not be the same as ${other}.socket`;
    return other === undefined ? [] : [{ path: [section, 'socket'], message }];
  });
  return [...tooLong, ...repeated];
};

/** The least cluster that can lose servers by the storm guard's count and still have a majority to tell of. */
const leastServersToCount = 4;

/** In a small cluster stopping more than one server is what a failure of its neighbour needs. */
export const checkGuards = ({ servers, fence }: Pick<ConfigFile, 'servers' | 'fence'>): Complaint[] => {
  const count = Object.keys(servers).length;
  if (!fence.guards.tooMany || count >= leastServersToCount) return [];
  const message = `needs at least ${leastServersToCount} servers, and there are ${count}: it could keep the last one from being stopped`;
  return [{ path: ['fence', 'guards', 'tooMany'], message }];
};

/** The address of a server's BMC, where its driver has one. */
interface BmcAddress {
  readonly server: string;
  readonly host: string;
  /** Undefined where the driver names no port: then any port of the host may be meant. */
  readonly port: number | undefined;
}

const addressOf = (server: string, options: unknown): BmcAddress[] => {
  const host = valueAt(options, ['host']);
  const port = valueAt(options, ['port']);
  if (typeof host !== 'string') return [];
  const plain = host.toLowerCase().replace(/\.$/, '');
  return [{ server, host: plain, port: typeof port === 'number' ? port : undefined }];
};

const samePort = (a: BmcAddress, b: BmcAddress): boolean =>
  a.port === undefined || b.port === undefined || a.port === b.port;

/** Two servers with one BMC address: a forced stop of the one would hit the other. */
export const checkAddresses = (optionsByServer: ReadonlyMap<string, unknown>): Complaint[] => {
  const addresses = [...optionsByServer].flatMap(([server, options]) => addressOf(server, options));
  return addresses.flatMap((address, index) => {
    const other = addresses
      .slice(0, index)
      .find((earlier) => earlier.host === address.host && samePort(earlier, address));
    if (!other) return [];
    const message = `${address.server} and ${other.server} have the same BMC address; each server has a BMC of its own`;
    return [{ path: ['servers', address.server, 'bmc', 'host'], message }];
  });
};

/** Whether the times and the owners of identify lamps can be meant like that. */
export const checkIdentify = ({ identify }: Pick<ConfigFile, 'identify'>): Complaint[] => {
  if (!identify) return [];
  const { owners, litSeconds, rearmSeconds } = identify;
  const complaints: Complaint[] = [];
  if (rearmSeconds >= litSeconds)
    complaints.push({ path: ['identify', 'rearmSeconds'], message: 'must be less than litSeconds' });
  const repeated = owners.findIndex((owner, index) => owners.indexOf(owner) < index);
  if (repeated >= 0)
    complaints.push({ path: ['identify', 'owners', repeated], message: 'names a machine a second time' });
  return complaints;
};

/** What a list of owners says that will surprise somebody: `duty` is of a machine, `left` of a server that is its own owner. */
const doubtList = (
  { servers, self }: ConfigFile,
  owners: readonly string[],
  at: readonly string[],
  { duty, left }: { readonly duty: string; readonly left: (server: string) => string },
): Complaint[] => {
  const strangers = owners.flatMap((owner, index): Complaint[] => {
    if (Object.hasOwn(servers, owner) || owner === self.node) return [];
    const message = `${owner} is none of the servers; a control machine of this name has to ${duty}`;
    return [{ path: [...at, index], message }];
  });
  const [only, second] = owners;
  if (second !== undefined || only === undefined || !Object.hasOwn(servers, only)) return strangers;
  return [...strangers, { path: [...at], message: `${left(only)}; name a second owner` }];
};

/** What is allowed of the owners of lamps and acknowledgements, and will surprise somebody in the night of the failure. */
export const doubtOwners = (file: ConfigFile): Complaint[] => {
  const lamps = doubtList(file, file.identify?.owners ?? [], ['identify', 'owners'], {
    duty: 'light the lamps',
    left: (server) => `nobody lights the lamp of ${server} while it is down`,
  });
  const acknowledgePet = file.traps?.acknowledgePet?.owners ?? [];
  const traps = doubtList(file, acknowledgePet, ['traps', 'acknowledgePet', 'owners'], {
    duty: 'acknowledge the traps',
    left: (server) => `nobody acknowledges the traps of the BMC of ${server}`,
  });
  return [...lamps, ...traps];
};
