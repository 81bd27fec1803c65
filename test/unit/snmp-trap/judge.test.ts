import { describe, expect, it } from 'vitest';
import { limits } from '../../../src/snmp-trap/judge/settings.ts';
import { notificationOf, openTraps, samplesOf } from './sample-traps.ts';
import { court, inShort, link, received, trapOf } from './traps.ts';

const onBattery = () => {
  const sample = samplesOf('rfc1628')[0];
  if (!sample) throw new Error('no sample');
  return notificationOf(sample);
};
const battery = 'alarm/1.3.6.1.2.1.33.1.6.3.2';

describe('repeats', () => {
  it('OnBattery, repeated each minute for 20 minutes, is one event and one count at its end', async () => {
    const { take, pass } = court();
    const events = take(onBattery());
    for (let minute = 1; minute < 20; minute++) events.push(...(await pass(60)), ...take(onBattery()));
    expect(inShort(events)).toEqual([`raise ${battery}`]);
    expect(inShort(await pass(150))).toEqual([]);
    const end = await pass(1);
    expect(inShort(end)).toEqual([`raise ${battery} x20`]);
    expect(received(end)[0]).toMatchObject({ firstAt: '2026-01-01T00:00:00.000Z', summary: true });
  });

  it('one trap alone has no summary', async () => {
    const { take, pass, judge } = court();
    expect(inShort(take(link(false, 1)))).toEqual(['raise link/1']);
    expect(await pass(200)).toEqual([]);
    expect(judge.isIdle()).toBe(true);
  });

  it('what goes on and on is told of again each hour, with its count', async () => {
    const { take, pass } = court();
    const events = take(onBattery());
    for (let minute = 1; minute <= 61; minute++) events.push(...(await pass(60)), ...take(onBattery()));
    expect(inShort(events)).toEqual([`raise ${battery}`, `raise ${battery} x61`, `raise ${battery}`]);
  });

  it('a clear ends the row of its raise, and a raise after it is a new one', () => {
    const { take } = court();
    const events = take(link(false, 1), link(false, 1), link(true, 1), link(false, 1), link(true, 1));
    expect(inShort(events)).toEqual([
      'raise link/1',
      'raise link/1 x2',
      'clear link/1',
      'raise link/1',
      'clear link/1',
    ]);
  });

  it('stopping tells the counts that are due', () => {
    const { take, judge } = court();
    take(link(false, 1), link(false, 1));
    expect(inShort(judge.stop())).toEqual(['raise link/1 x2']);
  });

  it('the rows are bounded: the oldest ends early, with its count', () => {
    const { take, judge } = court({ storm: { ...calm } });
    const events = take(link(false, 0), link(false, 0));
    for (let index = 1; index <= limits.windows; index++) {
      events.push(...take(link(false, index, `192.0.2.${index % 100}`)));
    }
    expect(judge.sizes().rows).toBe(limits.windows);
    expect(inShort(events)).toContain('raise link/0 x2');
  });
});

const calm = {
  windowSeconds: 10,
  sourcePerSecond: 1e6,
  sourceRearmPerSecond: 1,
  overallPerSecond: 1e6,
  overallRearmPerSecond: 1,
};

describe('a PET that is sent again', () => {
  const failed = samplesOf('ipmi-pet').find(({ note }) => note?.startsWith('Dell: fan failure, '));
  const mended = samplesOf('ipmi-pet').find(({ note }) => note === 'Dell: fan failure cleared');

  it('is nothing new, not even after the end of what it told', () => {
    if (!failed || !mended) throw new Error('no sample');
    const { take, judge } = court();
    const again = notificationOf(failed);
    expect(inShort(take(again, again, notificationOf(mended), again))).toEqual([
      'raise pet/4/48/lowerCritical',
      'clear pet/4/48/lowerCritical',
    ]);
    expect(judge.counts()).toMatchObject({ received: 4, told: 2, retried: 2 });
  });
});

describe('open conditions', () => {
  it('survive a restart: what was open is cleared, what is raised again repeats nothing', () => {
    const { take } = court({}, openTraps(['link/1']));
    expect(inShort(take(link(true, 1)))).toEqual(['clear link/1']);
  });

  it('of one sender are bounded; what is forgotten is told', () => {
    const { take, judge } = court({ storm: calm });
    const events = [];
    for (let index = 0; index <= limits.openKeysOfSource; index++) events.push(...take(link(false, index)));
    expect(events.filter(({ type }) => type === 'trap.keyForgotten')).toMatchObject([
      { data: { key: 'link/0', name: 'linkDown', source: '192.0.2.11' } },
    ]);
    expect(judge.sizes().openKeys).toBe(limits.openKeysOfSource);
  });

  it('of an earlier life beyond the bound are told as forgotten with the first trap', () => {
    const keys = Array.from({ length: limits.openKeysOfSource + 1 }, (_, index) => `link/${index}`);
    const { take } = court({}, openTraps(keys));
    expect(inShort(take(link(true, 7)))).toEqual(['trap.keyForgotten', 'clear link/7']);
  });
});

describe('unknown traps', () => {
  const unknown = '1.3.6.1.4.1.99999.0.1';

  it('are told once an hour for each sender and kind, with their varbinds', async () => {
    const { take, pass } = court();
    const value = { type: 'octetString' as const, value: Buffer.from('a\u001b[31mb\n') };
    const first = take(trapOf(unknown, '192.0.2.11', [{ oid: '1.3.6.1.4.1.99999.2.0', value }]));
    expect(received(first)).toMatchObject([
      { name: 'unknownTrap', action: 'none', fields: { '1.3.6.1.4.1.99999.2.0': '611b5b33316d620a' } },
    ]);
    expect(take(trapOf(unknown), trapOf(unknown))).toEqual([]);
    expect(inShort(take(trapOf(unknown, '192.0.2.12')))).toEqual(['none unknownTrap']);
    expect(inShort(await pass(3601))).toEqual(['none unknownTrap x3']);
  });

  it('of too many kinds are counted only, and push nothing out', () => {
    const { take, judge } = court({ storm: calm });
    const events = [];
    for (let kind = 0; kind < limits.unknownWindows + 5; kind++) {
      events.push(...take(trapOf(`1.3.6.1.4.1.99999.0.${kind}`)));
    }
    expect(events).toHaveLength(limits.unknownWindows);
    expect(judge.counts()).toMatchObject({ unknownRefused: 5 });
  });
});
