import { lookup } from 'node:dns/promises';

/** The address that a UDP link to this host name goes to: its IPv4 one. Rejects with the system's error. */
export const resolveName = async (name: string): Promise<string> => {
  const { address } = await lookup(name, { family: 4 });
  return address;
};

/** As {@link resolveName}, the address that the system prefers, of either family. */
export const lookupName = async (name: string): Promise<string> => (await lookup(name)).address;
