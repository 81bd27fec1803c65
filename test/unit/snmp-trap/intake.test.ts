import { expect, it, test } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { decodeMessage } from '../../../src/snmp-trap/codec/message.ts';
import { createCommunityCheck } from '../../../src/snmp-trap/communities.ts';
import { createBench, source } from './bench.ts';
import { petTrap, v2 } from './examples.ts';

it('hands over what it took, with the sender', async () => {
  const bench = createBench();
  bench.send(petTrap());
  bench.send(v2('trap'), { address: '::ffff:192.0.2.11', port: 5 });
  bench.send(v2('trap'), { address: '2001:db8::1%eth0', port: 6 });
  await bench.settle();
  expect(bench.delivered.map(({ version, kind, source: from }) => ({ version, kind, from }))).toEqual([
    { version: 'v1', kind: 'trap', from: source },
    { version: 'v2c', kind: 'trap', from: { address: '192.0.2.11', port: 5 } },
    { version: 'v2c', kind: 'trap', from: { address: '2001:db8::1', port: 6 } },
  ]);
  expect(bench.answers).toEqual([]);
  expect(bench.intake.counters()).toMatchObject({ received: 3, recorded: 3, pending: 0, refused: {} });
});

test.each([
  ['portZero', v2('inform'), { ...source, port: 0 }],
  ['source', petTrap(), { ...source, address: '192.0.2.12' }],
  ['community', petTrap('secret'), source],
  ['community', petTrap('publi'), source],
  ['community', petTrap('public\0'), source],
  ['community', petTrap(''), source],
  ['outerLength', petTrap().subarray(0, 60), source],
] as const)('refuses for %s, counts and tells it', async (reason, datagram, from) => {
  const bench = createBench();
  bench.send(datagram, from);
  await bench.settle();
  expect(bench.delivered).toEqual([]);
  expect(bench.answers).toEqual([]);
  expect(bench.intake.counters()).toMatchObject({ received: 1, recorded: 0, refused: { [reason]: 1 } });
  expect(bench.told).toEqual([{ source: from.address, reason, count: 1, since: '2026-01-01T00:00:00.000Z' }]);
});

it('acknowledges an inform once it is on disk, and not before', async () => {
  const bench = createBench();
  bench.disk = 'holds';
  bench.send(v2('inform', [], 77));
  await bench.clock.advance(60_000);
  expect(bench.answers).toEqual([]);
  expect(bench.intake.counters()).toMatchObject({ pending: 1, recorded: 0 });
  bench.release();
  await bench.settle();
  expect(bench.delivered).toHaveLength(1);
  expect(bench.answers).toHaveLength(1);
  expect(bench.intake.counters()).toMatchObject({ pending: 0, recorded: 1, acknowledged: 1 });
  // A Response is no notification.
  expect(decodeMessage(bench.answers[0] ?? Buffer.alloc(0))).toEqual({ ok: false, failure: 'pduType' });
});

it('does not acknowledge an inform that the journal did not take', async () => {
  const bench = createBench();
  bench.disk = 'fails';
  bench.send(v2('inform'));
  await bench.settle();
  expect(bench.answers).toEqual([]);
  expect(bench.intake.counters()).toMatchObject({ recorded: 0, pending: 0, refused: { notRecorded: 1 } });
});

it('refuses what is more than it can hold, and loses nothing of what it took', async () => {
  const bench = createBench();
  bench.disk = 'holds';
  const sent = 12_000;
  for (let index = 0; index < sent; index += 1) bench.send(petTrap());
  const { pending, refused } = bench.intake.counters();
  expect(pending).toBe(2_048 + 8_192);
  expect(refused).toEqual({ overflow: sent - pending });
  bench.release();
  await bench.intake.idle();
  expect(bench.delivered).toHaveLength(pending);
  expect(bench.intake.counters()).toMatchObject({ received: sent, recorded: pending, pending: 0 });
});

it('delivers in the order of arrival', async () => {
  const bench = createBench();
  bench.disk = 'holds';
  for (let index = 0; index < 5_000; index += 1)
    bench.send(v2('trap', [{ oid: '1.3', value: { type: 'integer', value: index } }]));
  bench.release();
  await bench.intake.idle();
  const numbers = bench.delivered.map(
    ({ varbinds: [first] }) => first?.value.type === 'integer' && first.value.value,
  );
  expect(numbers).toEqual(Array.from({ length: 5_000 }, (_, index) => index));
});

it('tells refusals of a source and reason at once, and then once in a day with their number', async () => {
  const bench = createBench();
  const stranger = { address: '192.0.2.99', port: 9 };
  for (let minute = 0; minute < 25 * 60; minute += 1) {
    bench.send(petTrap(), stranger);
    await bench.clock.advance(60_000);
  }
  expect(bench.told).toEqual([
    { source: stranger.address, reason: 'source', count: 1, since: '2026-01-01T00:00:00.000Z' },
    { source: stranger.address, reason: 'source', count: 1440, since: '2026-01-01T00:01:00.000Z' },
  ]);
  expect(bench.intake.counters().refused).toEqual({ source: 1500 });
});

it('tells at most 1,024 pairs of source and reason apart, whoever forges what', () => {
  const bench = createBench();
  for (let index = 0; index < 20_000; index += 1)
    bench.send(petTrap(), { address: `198.51.${index >> 8}.${index & 255}`, port: 9 });
  expect(bench.told).toHaveLength(1_025);
  expect(bench.told.at(-1)).toMatchObject({ source: 'others', reason: 'source', count: 1 });
  expect(bench.intake.counters().refused).toEqual({ source: 20_000 });
});

it('puts new sources and communities in force at once', async () => {
  const bench = createBench();
  const next = {
    ...{ sources: new Set(['192.0.2.12']), relays: new Set<string>() },
    ...{ communities: [new Secret('next')], users: [] },
  };
  bench.intake.admit(next);
  bench.send(petTrap());
  bench.send(petTrap(), { address: '192.0.2.12', port: 1 });
  bench.send(petTrap('next'), { address: '192.0.2.12', port: 1 });
  await bench.settle();
  expect(bench.intake.counters()).toMatchObject({ recorded: 1, refused: { source: 1, community: 1 } });
});

it('knows a community of up to 255 bytes from every other', () => {
  const longest = Buffer.alloc(255, 0x61);
  const check = createCommunityCheck([new Secret('a'), new Secret(longest)]);
  expect([Buffer.from('a'), longest].map(check)).toEqual([true, true]);
  const others = [
    Buffer.alloc(0),
    Buffer.from('b'),
    Buffer.from('aa'),
    longest.subarray(1),
    Buffer.from('a\0'),
  ];
  expect(others.map(check)).toEqual([false, false, false, false, false]);
});
