import { readFileSync } from 'node:fs';
import { decodePacket, type Packet } from '../../../../src/bmc/ipmi/packet.ts';
import { decodeRmcp } from '../../../../src/bmc/ipmi/rmcp.ts';

/** A datagram of a captured session: the console's (`>`) or the BMC's (`<`). */
export interface CapturedDatagram {
  readonly from: 'console' | 'bmc';
  readonly datagram: Buffer;
  readonly packet: Packet;
}

/**
 * Reads a capture: one datagram per line in hex, `>` from the console, `<` from the BMC, taken by a
 * relay on loopback. The first line says which programs spoke.
 */
export const readCapture = (name: string): readonly CapturedDatagram[] =>
  readFileSync(new URL(`captures/${name}.txt`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => /^[<>] /.test(line))
    .map((line) => {
      const datagram = Buffer.from(line.slice(2), 'hex');
      const rmcp = decodeRmcp(datagram);
      const packet = rmcp.ok ? decodePacket(rmcp.value.body) : rmcp;
      if (!packet.ok) throw new Error(`${name}: ${packet.failure}: ${line}`);
      return { from: line.startsWith('>') ? 'console' : 'bmc', datagram, packet: packet.value };
    });
