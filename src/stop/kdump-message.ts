/** The first word of every fence_kdump message (fence-agents 4.12, agents/kdump/message.h). */
const magic = 0x1b302a40;
const knownVersion = 1;
const messageBytes = 8;

/** Why a datagram is no fence_kdump message; `undefined` where it is one. */
export type KdumpFault = 'length' | 'magic' | 'version';

/**
 * Looks at one datagram: two words of 32 bits, the magic and the version 1. The sender writes them in its own byte
 * order; little endian is taken, which is that of all hardware this gateway was tried with.
 */
export const kdumpFaultOf = (datagram: Buffer): KdumpFault | undefined => {
  if (datagram.length !== messageBytes) return 'length';
  if (datagram.readUInt32LE(0) !== magic) return 'magic';
  return datagram.readUInt32LE(4) === knownVersion ? undefined : 'version';
};
