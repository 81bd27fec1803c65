import { readFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';

/** An address as the kernel's table has it: 32-bit words in the host's byte order, which is little-endian here. */
const kernelAddress = (address: string): string => {
  const bytes = isIPv4(address) ? address.split('.').map(Number) : ipv6Bytes(address);
  const words: string[] = [];
  for (let at = 0; at < bytes.length; at += 4) {
    const word = bytes.slice(at, at + 4).reverse();
    words.push(word.map((byte) => byte.toString(16).padStart(2, '0')).join(''));
  }
  return words.join('').toUpperCase();
};

const groupsOf = (part: string): number[] => {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (isIPv4(group)) {
      const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
      return [a * 256 + b, c * 256 + d];
    }
    return [Number.parseInt(group, 16)];
  });
};

const ipv6Bytes = (address: string): number[] => {
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const before = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  const zeros = new Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0);
  return [...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 0xff]);
};

/** The `drops` column of the socket bound to this address and port in a text of /proc/net/udp or udp6. */
export const dropsIn = (table: string, { address, port }: UdpAddress): number | undefined => {
  const local = `${kernelAddress(address)}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const line of table.split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (fields[1] === local) return Number(fields.at(-1));
  }
  return undefined;
};

export interface UdpAddress {
  readonly address: string;
  readonly port: number;
}

/**
 * Datagrams the kernel threw away at each of these sockets because its buffer was full (proc_net(5)); undefined where
 * the kernel does not tell.
 */
export const kernelDrops = async (sockets: readonly UdpAddress[]): Promise<(number | undefined)[]> => {
  const read = (path: string) => readFile(path, 'latin1').catch(() => '');
  const [udp, udp6] = await Promise.all([read('/proc/net/udp'), read('/proc/net/udp6')]);
  return sockets.map((socket) => dropsIn(isIPv4(socket.address) ? udp : udp6, socket));
};
