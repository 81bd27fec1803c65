import { isIP, isIPv4 } from 'node:net';

const mapped = '::ffff:';

/**
 * A peer's address as it is compared: IPv4 also where it came over an IPv6 socket, and without the interface of a
 * link-local one.
 */
export const plainAddress = (address: string): string => {
  if (!address.includes(':')) return address;
  const [host = address] = address.split('%');
  const tail = host.startsWith(mapped) ? host.slice(mapped.length) : '';
  return isIPv4(tail) ? tail : host;
};

/** An address of the configuration as the kernel would write it (RFC 5952); undefined where it is none. */
export const canonicalAddress = (text: string): string | undefined => {
  switch (isIP(text)) {
    case 4:
      return text;
    case 6:
      return fromUrl(new URL(`http://[${text}]/`).hostname.slice(1, -1));
    default:
      return undefined;
  }
};

/** A URL writes `::ffff:192.0.2.1` as `::ffff:c000:201`. */
const fromUrl = (address: string): string => {
  const groups = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
  if (!groups) return address;
  const bytes = groups.slice(1).flatMap((group) => {
    const word = Number.parseInt(group, 16);
    return [word >> 8, word & 0xff];
  });
  return bytes.join('.');
};
