import { expect, it, test } from 'vitest';
import { element, integer, octets, sequence } from '../../../src/snmp-trap/codec/ber-writer.ts';
import { decodeMessage } from '../../../src/snmp-trap/codec/message.ts';
import { tags } from '../../../src/snmp-trap/codec/tags.ts';
import { type AuthProtocol, keyOfPassphrase, localizedKey } from '../../../src/snmp-trap/codec/usm.ts';
import { lastBoots } from '../../../src/snmp-trap/engine-window.ts';
import { discovery, type V3Account, type V3Envelope, v3Message } from '../../support/traps/v3-sender.ts';
import { account, type Bench, createBench, ownId, source, userOf } from './bench.ts';
import { v2 } from './examples.ts';

/** The PDU alone, out of a v2c message. */
const pduOf = (kind: 'trap' | 'inform', requestId = 1): Buffer => {
  const message = v2(kind, [], requestId);
  return message.subarray(message.indexOf(kind === 'trap' ? tags.trapV2 : tags.inform));
};

const agentId = Buffer.from('80001f8880aabbccdd', 'hex');
let msgId = 1;

const trapOf = (changes: Partial<V3Envelope> = {}, who: V3Account = account): Buffer =>
  v3Message(who, { engineId: agentId, boots: 5, time: 1000, msgId: msgId++, pdu: pduOf('trap'), ...changes });

const informOf = (bench: Bench, changes: Partial<V3Envelope> = {}): Buffer =>
  trapOf({
    ...{ engineId: ownId, boots: bench.own.boots, time: bench.own.time() },
    ...{ pdu: pduOf('inform'), reportable: true, ...changes },
  });

const { privPassphrase: _none, ...inTheClear } = account;

/** What became of one datagram: `taken`, `answered`, or the reason why not. */
const fate = async (bench: Bench, datagram: Buffer): Promise<string> => {
  const before = bench.intake.counters();
  bench.send(datagram);
  await bench.settle();
  const after = bench.intake.counters();
  if (after.recorded > before.recorded) return 'taken';
  if (after.discoveries > before.discoveries) return 'discovery';
  if (after.repeated > before.repeated) return 'repeated';
  const reasons = Object.entries(after.refused) as [keyof typeof before.refused, number][];
  return reasons.find(([reason, count]) => count > (before.refused[reason] ?? 0))?.[0] ?? 'nothing';
};

it('localizes keys as RFC 3414 A.3.2 and its SHA-2 successors do', () => {
  const engineId = Buffer.from('000000000000000000000002', 'hex');
  const key = keyOfPassphrase('sha1', Buffer.from('maplesyrup'));
  expect(key.toString('hex')).toBe('9fb5cc0381497b3793528939ff788d5d79145211');
  expect(localizedKey('sha1', key, engineId).toString('hex')).toBe(
    '6695febc9288e36282235fc7151f128497b38f3f',
  );
});

test.each(['sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as AuthProtocol[])(
  'takes %s',
  async (protocol) => {
    const users = [userOf({ ...account, protocol }), userOf({ ...inTheClear, protocol, user: 'plain' })];
    const bench = createBench({ users });
    expect(await fate(bench, trapOf({}, { ...account, protocol }))).toBe('taken');
    expect(await fate(bench, trapOf({}, { ...inTheClear, protocol, user: 'plain' }))).toBe('taken');
    expect(bench.delivered).toMatchObject([
      { version: 'v3', kind: 'trap', trapOid: '1.3.6.1.6.3.1.1.5.3', uptimeTicks: 99, source },
      { version: 'v3', kind: 'trap' },
    ]);
  },
);

const header = (id: Buffer, flags: number, model: number): Buffer =>
  sequence(id, integer(65_507), octets(Buffer.of(flags)), integer(model));

const bare = (head: Buffer, engineId: Buffer, user: string, boots = 0): Buffer => {
  const security = sequence(
    octets(engineId),
    integer(boots),
    integer(0),
    octets(user),
    octets(''),
    octets(''),
  );
  return sequence(integer(3), head, octets(security), sequence(octets(''), octets(''), pduOf('inform')));
};

const fiveBytes = Buffer.from('02050100000000', 'hex');

test.each<[string, string, Buffer]>([
  ['a msgID of 2^32', 'integerSize', bare(header(fiveBytes, 4, 3), Buffer.alloc(0), '')],
  ['a negative msgID', 'v3Header', bare(header(integer(-1), 4, 3), Buffer.alloc(0), '')],
  ['security model 1', 'v3Header', bare(header(integer(1), 0, 1), agentId, '')],
  ['privacy without authentication', 'v3Header', bare(header(integer(1), 2, 3), agentId, 'noroshi')],
  ['unknown flags', 'v3Header', bare(header(integer(1), 8, 3), agentId, 'noroshi')],
  ['no flags', 'v3Header', bare(sequence(integer(1), integer(1000), octets(''), integer(3)), agentId, '')],
  ['an engine id of 4 bytes', 'v3Header', bare(header(integer(1), 0, 3), Buffer.alloc(4), 'noroshi')],
  ['an engine id of 33 bytes', 'v3Header', bare(header(integer(1), 0, 3), Buffer.alloc(33), 'noroshi')],
  ['a user name of 33 bytes', 'v3Header', bare(header(integer(1), 0, 3), agentId, 'n'.repeat(33))],
  ['negative boots', 'v3Header', bare(header(integer(1), 0, 3), agentId, 'noroshi', -1)],
  ['an empty user', 'v3User', bare(header(integer(1), 0, 3), agentId, '')],
  ['an empty user at our own engine', 'v3User', bare(header(integer(1), 4, 3), ownId, '')],
  ['an unknown user', 'v3User', trapOf({}, { ...account, user: 'stranger' })],
  ['a known user without authentication', 'v3Level', bare(header(integer(1), 0, 3), agentId, 'noroshi')],
  ['a user in the clear who has a key for privacy', 'v3Level', trapOf({}, inTheClear)],
  ['a wrong key', 'v3Digest', trapOf({}, { ...account, authPassphrase: 'another-one' })],
  ['another protocol', 'v3Digest', trapOf({}, { ...account, protocol: 'sha512' })],
  ['a wrong key for privacy', 'v3Content', trapOf({}, { ...account, privPassphrase: 'another-one' })],
  [
    'something else than a notification',
    'v3Content',
    trapOf({ pdu: element(tags.getRequest, integer(1), integer(0), integer(0), sequence()) }),
  ],
  ['an inform of a foreign authority', 'v3Engine', trapOf({ pdu: pduOf('inform') })],
  ['boots that are latched', 'v3Window', trapOf({ boots: lastBoots })],
])('refuses %s: %s', async (_what, reason, datagram) => {
  const bench = createBench();
  expect(await fate(bench, datagram)).toBe(reason);
  expect(bench.delivered).toEqual([]);
  expect(bench.answers).toEqual([]);
});

it('takes a user from the engines of its list only', async () => {
  const bench = createBench({ users: [userOf(account, [agentId.toString('hex')])] });
  expect(await fate(bench, trapOf())).toBe('taken');
  expect(await fate(bench, trapOf({ engineId: Buffer.from('80001f888000000000', 'hex') }))).toBe('v3Engine');
});

it('lets time go on, and never back by more than 150 s', async () => {
  const bench = createBench();
  const at = (boots: number, time: number) => fate(bench, trapOf({ boots, time }));
  expect(await at(5, 1000)).toBe('taken');
  expect(await at(5, 850)).toBe('taken');
  expect(await at(5, 849)).toBe('v3Window');
  expect(await at(4, 5000)).toBe('v3Window');
  await bench.clock.advance(10_000);
  expect(await at(5, 859)).toBe('v3Window');
  expect(await at(5, 860)).toBe('taken');
  expect(await at(6, 0)).toBe('taken');
  expect(await at(5, 1010)).toBe('v3Window');
});

it('takes every message once', async () => {
  const bench = createBench();
  const [one, other] = [trapOf(), trapOf()];
  expect(await fate(bench, one)).toBe('taken');
  expect(await fate(bench, one)).toBe('v3Replay');
  expect(await fate(bench, other)).toBe('taken');
  expect(await fate(bench, one)).toBe('v3Replay');
});

it('takes nothing a second time after a restart', async () => {
  const first = createBench();
  const messages = [950, 1000, 990].map((time) => trapOf({ time }));
  for (const message of messages) expect(await fate(first, message)).toBe('taken');
  const second = createBench({ boots: 4, engines: first.stamps() });
  for (const message of messages) expect(await fate(second, message)).toBe('v3Replay');
  expect(await fate(second, trapOf({ time: 1001 }))).toBe('taken');
});

it('remembers 1,024 engines that knew the key, and refuses another one', async () => {
  const bench = createBench();
  const engine = (index: number) => Buffer.from(`80001f88${index.toString(16).padStart(8, '0')}`, 'hex');
  for (let index = 0; index < 1024; index += 1)
    expect(await fate(bench, trapOf({ engineId: engine(index) }))).toBe('taken');
  expect(await fate(bench, trapOf({ engineId: engine(1024) }))).toBe('v3EngineTable');
  expect(await fate(bench, trapOf({ engineId: engine(0), time: 1001 }))).toBe('taken');
});

it('tells its engine id to who asks, and no more than 20 times a second', async () => {
  const bench = createBench();
  expect(await fate(bench, discovery(1))).toBe('discovery');
  const report = decodeMessage(bench.answers[0] ?? Buffer.alloc(0));
  expect(report).toMatchObject({
    ok: true,
    value: { msgId: 1, engineId: ownId, engineBoots: 3, requestId: 1 },
  });
  for (let index = 2; index <= 20; index += 1) expect(await fate(bench, discovery(index))).toBe('discovery');
  expect(await fate(bench, discovery(21))).toBe('v3Discovery');
  await bench.clock.advance(1_000);
  expect(await fate(bench, discovery(22))).toBe('discovery');
  expect(bench.answers).toHaveLength(21);
});

it('acknowledges an inform after it is recorded, and once more where it comes again', async () => {
  const bench = createBench();
  bench.disk = 'holds';
  const inform = informOf(bench);
  bench.send(inform);
  await bench.clock.advance(1_000);
  expect(bench.answers).toEqual([]);
  expect(await fate(bench, inform)).toBe('repeated');
  expect(bench.answers).toEqual([]);
  bench.release();
  await bench.settle();
  expect(bench.answers).toHaveLength(1);
  expect(await fate(bench, inform)).toBe('repeated');
  expect(bench.answers).toHaveLength(2);
  expect(bench.answers[1]).toEqual(bench.answers[0]);
  expect(bench.delivered).toHaveLength(1);
});

it('takes an inform again that the journal did not take', async () => {
  const bench = createBench();
  bench.disk = 'fails';
  const inform = informOf(bench);
  expect(await fate(bench, inform)).toBe('notRecorded');
  expect(bench.answers).toEqual([]);
  bench.disk = 'takes';
  expect(await fate(bench, inform)).toBe('taken');
  expect(bench.answers).toHaveLength(1);
});

it('knows the next try of an inform in other bytes, and answers the latest', async () => {
  const bench = createBench();
  bench.disk = 'holds';
  expect(await fate(bench, informOf(bench))).toBe('nothing');
  expect(await fate(bench, informOf(bench))).toBe('repeated');
  const latest = msgId;
  expect(await fate(bench, informOf(bench))).toBe('repeated');
  expect(bench.answers).toEqual([]);
  bench.release();
  await bench.settle();
  expect(bench.delivered).toHaveLength(1);
  expect(bench.answers.map((answer) => decodeMessage(answer))).toMatchObject([{ value: { msgId: latest } }]);
  expect(await fate(bench, informOf(bench))).toBe('repeated');
  expect(bench.answers).toHaveLength(2);
  expect(bench.intake.counters()).toMatchObject({ recorded: 1, repeated: 3, acknowledged: 2 });
});

it('tells the sender of an inform our time, under its key, where it has another one', async () => {
  const bench = createBench();
  await bench.clock.advance(500_000);
  expect(await fate(bench, informOf(bench, { boots: 2 }))).toBe('v3Window');
  expect(await fate(bench, informOf(bench, { time: 349 }))).toBe('v3Window');
  expect(await fate(bench, informOf(bench, { time: 651 }))).toBe('v3Window');
  expect(bench.answers).toHaveLength(3);
  expect(decodeMessage(bench.answers[2] ?? Buffer.alloc(0))).toMatchObject({
    ok: true,
    value: { level: 'authNoPriv', user: 'noroshi', engineId: ownId, engineBoots: 3, engineTime: 500 },
  });
  expect(await fate(bench, informOf(bench, { time: 350, pdu: pduOf('inform', 2) }))).toBe('taken');
  expect(await fate(bench, informOf(bench, { time: 650, pdu: pduOf('inform', 3) }))).toBe('taken');
  expect(await fate(bench, informOf(bench))).toBe('taken');
});

it('refuses a v3 message cut at every byte, or with any one byte changed', async () => {
  const bench = createBench();
  const whole = trapOf();
  for (let length = 0; length < whole.length; length += 1) bench.send(whole.subarray(0, length));
  for (let at = 0; at < whole.length; at += 1) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ 0x10;
    bench.send(changed);
  }
  await bench.settle();
  expect(bench.delivered).toEqual([]);
  expect(await fate(bench, whole)).toBe('taken');
});
