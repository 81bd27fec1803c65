import { expect, test } from 'vitest';
import { encodeV2 } from '../../src/snmp-trap/codec/notification-encoder.ts';
import { until } from '../support/bounded.ts';
import { describeWithPeers, peerPath } from '../support/peers.ts';
import { startTrapSite } from '../support/traps/site.ts';
import { discovery } from '../support/traps/v3-sender.ts';
import { run } from './rig/run.ts';

const linkDown = '1.3.6.1.6.3.1.1.5.3';
const notPermitted = 77;

/** Sends each datagram (hex, a line each) from UDP port 0 of 127.0.0.1, which takes a raw socket and so a right of root. */
const fromPortZero = `
import socket, struct, sys
try:
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
except PermissionError:
    sys.exit(${notPermitted})
for line in sys.stdin:
    payload = bytes.fromhex(line.strip())
    header = struct.pack('!HHHH', 0, int(sys.argv[1]), 8 + len(payload), 0)
    raw.sendto(header + payload, ('127.0.0.1', 0))
`;

const messageOf = (kind: 'trap' | 'inform', requestId: number): Buffer =>
  encodeV2({
    ...{ kind, community: 'public', requestId, uptimeTicks: 1, trapOid: linkDown },
    varbinds: [{ oid: `1.3.6.1.2.1.2.2.1.1.${requestId}`, value: { type: 'integer', value: requestId } }],
  });

describeWithPeers(['python3'], 'datagrams from UDP port 0', () => {
  test('are counted and not answered, and the daemon goes on', async ({ skip }) => {
    const gateway = await startTrapSite();
    const port = `${gateway.ports[0]}`;
    const datagrams = [messageOf('trap', 1), messageOf('inform', 2), discovery(3), Buffer.from('nonsense')];
    const input = `${datagrams.map((one) => one.toString('hex')).join('\n')}\n`;
    const { code, stderr } = await run([peerPath('python3'), '-c', fromPortZero, port], { input });
    if (code === notPermitted) skip('this user may not open a raw socket');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const refused = async () => (await gateway.counters()).refused.portZero === datagrams.length;
    await until(refused, 10_000, 'the count of what came from port 0');
    expect(await gateway.counters()).toMatchObject({
      ...{ received: datagrams.length, recorded: 0, pending: 0, discoveries: 0, acknowledged: 0 },
      refused: { portZero: datagrams.length },
    });
    const [told] = await gateway.events('trap.refused', 1);
    expect(told?.data).toMatchObject({ source: '127.0.0.1', reason: 'portZero', count: 1 });
    expect(gateway.daemon.running()).toBe(true);
    expect(await gateway.events('trap.received', 0)).toEqual([]);
  });
});
