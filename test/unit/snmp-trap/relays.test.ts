import { expect, it, test } from 'vitest';
import type { Varbind } from '../../../src/snmp-trap/codec/notification.ts';
import { encodeV1 } from '../../../src/snmp-trap/codec/notification-encoder.ts';
import { createBench, relay, source } from './bench.ts';
import { linkDown, v2 } from './examples.ts';
import { court, link, received } from './traps.ts';

const stranger = '192.0.2.99';
const trapAddress = (value: Varbind['value']): Varbind => ({ oid: '1.3.6.1.6.3.18.1.3.0', value });
const ip = (value: string) => trapAddress({ type: 'ipAddress', value });

const v1From = (agentAddress: string, varbinds: readonly Varbind[] = []): Buffer =>
  encodeV1({
    ...{ community: 'public', enterprise: '1.3.6.1.4.1.8072', agentAddress, generic: 0, specific: 0 },
    ...{ uptimeTicks: 1, varbinds },
  });

test.each([
  ['the agent address of v1', v1From(source.address)],
  ['snmpTrapAddress.0 of v2c', v2('trap', [ip(source.address)])],
  ['snmpTrapAddress.0 of an inform', v2('inform', [ip(source.address)])],
  ['snmpTrapAddress.0 of a v1 trap without its own', v1From('0.0.0.0', [ip(source.address)])],
])('what a relay sends is from %s', async (_what, datagram) => {
  const bench = createBench();
  bench.send(datagram, relay);
  await bench.settle();
  expect(bench.delivered).toMatchObject([
    { source: { address: source.address, port: relay.port }, relay: relay.address },
  ]);
  expect(bench.told).toEqual([]);
});

test.each([
  ['v1 without an agent address', v1From('0.0.0.0'), relay.address],
  ['v2c without snmpTrapAddress.0', v2('trap', []), relay.address],
  ['v2c with nothing for an address', v2('trap', [trapAddress({ type: 'null' })]), relay.address],
  ['v1 of a stranger', v1From(stranger), stranger],
  ['v2c of a stranger', v2('trap', [ip(stranger)]), stranger],
  ['an inform of a stranger, unanswered', v2('inform', [ip(stranger)]), stranger],
  ['v1 of the relay itself, which is no source', v1From(relay.address), relay.address],
])('is refused: %s', async (_what, datagram, from) => {
  const bench = createBench();
  bench.send(datagram, relay);
  await bench.settle();
  expect([bench.delivered, bench.answers]).toEqual([[], []]);
  expect(bench.told).toMatchObject([{ source: from, reason: 'relayOrigin', count: 1 }]);
  const { received: came, refused } = bench.intake.counters();
  expect([came, refused]).toEqual([1, { relayOrigin: 1 }]);
});

it('believes nobody else: who is no relay speaks for itself', async () => {
  const bench = createBench();
  bench.send(v1From(stranger), source);
  bench.send(v2('trap', [ip(stranger)]), source);
  await bench.settle();
  expect(bench.delivered.map((one) => [one.source.address, one.relay])).toEqual([
    [source.address, undefined],
    [source.address, undefined],
  ]);
  bench.send(v1From(source.address), { address: stranger, port: 9 });
  expect(bench.intake.counters().refused).toEqual({ source: 1 });
});

it('a relay needs the community as everybody does', () => {
  const bench = createBench();
  const datagram = Buffer.from(
    v1From(source.address).toString('latin1').replace('public', 'secret'),
    'latin1',
  );
  bench.send(datagram, relay);
  expect(bench.intake.counters().refused).toEqual({ community: 1 });
});

it('the event tells the relay, and conditions are those of the origin, whichever way they come', () => {
  const { take } = court();
  const down = { ...link(false, 1), relay: relay.address };
  const [event] = received(take(down));
  expect(event).toMatchObject({
    source: '192.0.2.11',
    relay: relay.address,
    trapOid: linkDown,
    key: 'link/1',
  });
  expect(take(link(false, 1))).toEqual([]);
  const over = received(take(link(true, 1))).at(-1);
  expect(over).toMatchObject({ action: 'clear', key: 'link/1', source: '192.0.2.11' });
  expect(over).not.toHaveProperty('relay');
});
