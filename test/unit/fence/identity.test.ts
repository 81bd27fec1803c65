import { expect, test } from 'vitest';
import { answered, commandsOf, createFenceBench, server1, server2 } from './bench.ts';

const mine = '11'.repeat(16);
const stranger = '22'.repeat(16);

test('the first proof pins the BMC to its server, once', async () => {
  const bench = createFenceBench({ behaviour: { guid: mine }, times: { offDelayMs: 1000 } });
  await answered(bench, 'off');
  await answered(bench, 'status');
  expect(bench.events('bmc.identityPinned').map(({ data }) => data)).toEqual([
    { server: server1, guid: mine },
  ]);
});

test('a pin that the disk does not take is not offered with every read', async () => {
  const bench = createFenceBench({ behaviour: { guid: mine }, times: { offDelayMs: 5000 } });
  bench.journal.holdAppends(true);
  await answered(bench, 'off');
  expect(bench.offered.filter(({ type }) => type === 'bmc.identityPinned')).toHaveLength(1);
});

test('a BMC that failed its read is not pinned', async () => {
  const bench = createFenceBench({ behaviour: { guid: mine } });
  bench.bmc().failReads('bmc.privilege', 1);
  await answered(bench, 'status');
  expect(bench.events('bmc.identityPinned')).toEqual([]);
});

test.each([
  { name: 'another identity', guid: stranger, found: stranger },
  { name: 'no identity', guid: undefined, found: 'none' },
])('a BMC with $name is refused, and nothing at all is sent to it', async ({ guid, found }) => {
  for (const action of ['off', 'on', 'cycle', 'reset', 'nmi', 'status'] as const) {
    const bench = createFenceBench({ behaviour: { guid } });
    bench.pinned.set(server1, mine);
    const answer = await answered(bench, action);
    expect(answer).toMatchObject({ outcome: 'refused', fenced: false, reason: { code: 'bmc.identity' } });
    expect(answer.waitedMs).toBeLessThan(50);
    expect(bench.bmc().calls.map(({ call }) => call)).toEqual(['open']);
    expect(bench.bmc().openSessions()).toBe(0);
    const [mismatch] = bench.events('bmc.identityMismatched');
    expect(mismatch).toMatchObject({ severity: 'critical', data: { server: server1, pinned: mine, found } });
  }
});

test('a stranger that appears after the command was sent proves nothing', async () => {
  const bench = createFenceBench({ behaviour: { guid: mine }, times: { offDelayMs: 60_000 } });
  const asked = bench.ask('off');
  await bench.clock.advance(50);
  bench.bmc().behaviour.guid = stranger;
  bench.bmc().failReads('bmc.protocol', 1);
  await bench.clock.advance(15_000);
  expect(asked.answer).toMatchObject({ outcome: 'unknown', fenced: false, reason: { code: 'bmc.identity' } });
  expect(commandsOf(bench.bmc())).toEqual(['off']);
});

test('each server has its own pin', async () => {
  const bench = createFenceBench();
  bench.bmc(server1).behaviour.guid = mine;
  bench.bmc(server2).behaviour.guid = stranger;
  await answered(bench, 'off', { server: server1 });
  await answered(bench, 'off', { server: server2 });
  bench.bmc(server2).behaviour.guid = mine;
  expect(await answered(bench, 'off', { server: server2 })).toMatchObject({ outcome: 'refused' });
});

test('an identity that belongs to another server is refused, though this server has none yet', async () => {
  const bench = createFenceBench({ behaviour: { guid: mine } });
  bench.pinned.set(server2, mine);
  const answer = await answered(bench, 'off');
  expect(answer).toMatchObject({ outcome: 'refused', reason: { code: 'bmc.identity' } });
  expect(answer.reason?.message).toContain(`belongs to ${server2}`);
  expect(commandsOf(bench.bmc())).toEqual([]);
});

test('where identities are not checked, boards may share one, and none is pinned', async () => {
  const bench = createFenceBench({ behaviour: { guid: mine }, pinIdentity: false });
  bench.pinned.set(server2, mine);
  expect(await answered(bench, 'off')).toMatchObject({ outcome: 'confirmed', fenced: true });
  expect(bench.events('bmc.identityPinned')).toEqual([]);
});
