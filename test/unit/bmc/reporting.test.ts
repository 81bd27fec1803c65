import { describe, expect, test } from 'vitest';
import { type LastKnown, reportingBmc } from '../../../src/bmc/reporting.ts';
import { type CallOffSignal, createCallOff } from '../../../src/core/call-off.ts';
import { deadlineIn } from '../../../src/core/deadline.ts';
import { CodedError } from '../../../src/core/errors.ts';
import { type Finding, failed, good } from '../../../src/core/finding.ts';
import type { BmcPort, CallLimits } from '../../../src/core/ports.ts';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import type { NewEvent } from '../../../src/events/catalogue.ts';
import { createFakeBmc } from '../../support/fake-bmc.ts';

const server = 'server1';

/** What the view makes of the events that matter here. */
const fold = (known: LastKnown, event: NewEvent): LastKnown => {
  switch (event.type) {
    case 'bmc.answered':
      return { ...known, bmc: 'ok', bmcReason: undefined };
    case 'bmc.unreachable':
      return { ...known, bmc: 'unreachable', bmcReason: event.data.reason };
    case 'bmc.refused':
      return { ...known, bmc: 'refused', bmcReason: event.data.reason };
    case 'server.powerChanged':
      return { ...known, power: event.data.power };
    default:
      return known;
  }
};

const bench = (broken?: BmcPort) => {
  const clock = createVirtualClock();
  const bmc = createFakeBmc({ clock });
  const events: NewEvent[] = [];
  let known: LastKnown = { power: 'unknown', bmc: 'unknown' };
  const report = async (event: NewEvent) => {
    events.push(event);
    known = fold(known, event);
  };
  const port = reportingBmc(broken ?? bmc.port({ name: 'test' }), {
    ...{ clock, server, lastKnown: () => known, judge: () => 'known', report },
  });
  const limits = (signal?: CallOffSignal): CallLimits => ({
    deadline: deadlineIn(clock, 10_000),
    priority: 'background',
    ...(signal ? { signal } : {}),
  });
  /** Opens, reads and closes; answers the power or the code of the failure. */
  const look = async (signal?: CallOffSignal): Promise<string> => {
    const looking = (async () => {
      const session = await port.open(limits(signal));
      const power = await session.readPower(limits(signal));
      await session.close();
      return power;
    })().catch((error: { code: string }) => error.code);
    await clock.advance(10_000);
    return looking;
  };
  return { clock, bmc, events, look, port, types: () => events.map(({ type }) => type) };
};

describe('what a BMC shows becomes an event', () => {
  test('once: that it answers, and what the power is', async () => {
    const { look, events } = bench();
    expect([await look(), await look()]).toEqual(['on', 'on']);
    expect(events).toMatchObject([
      { type: 'bmc.answered', data: { server } },
      { type: 'server.powerChanged', data: { server, power: 'on', by: 'bmc' } },
    ]);
  });

  test('again after 4 minutes where nothing changed, so that its age is known', async () => {
    const { look, events, clock, types } = bench();
    await look();
    await clock.advance(220_000);
    await look();
    expect(types()).toEqual(['bmc.answered', 'server.powerChanged']);
    await clock.advance(20_000);
    await look();
    await look();
    expect(events.slice(2)).toMatchObject([
      { type: 'bmc.rechecked', data: { server, bmc: 'ok', power: 'on' } },
    ]);
  });

  test('and so is silence that lasts', async () => {
    const { look, bmc, events, clock } = bench();
    bmc.failOpens('bmc.timeout', 3);
    await look();
    await look();
    await clock.advance(240_000);
    await look();
    expect(events.slice(1)).toMatchObject([{ type: 'bmc.rechecked', data: { server, bmc: 'unreachable' } }]);
  });

  test('again when the power changed', async () => {
    const { look, bmc, types } = bench();
    await look();
    bmc.machine.press('off');
    expect(await look()).toBe('off');
    expect(types()).toEqual(['bmc.answered', 'server.powerChanged', 'server.powerChanged']);
  });

  test.each(['bmc.timeout', 'bmc.portClosed', 'bmc.unreachable'] as const)(
    '%s is unreachable, told once until it changes',
    async (code) => {
      const { look, bmc, events, types } = bench();
      bmc.failOpens(code, 2);
      expect([await look(), await look()]).toEqual([code, code]);
      expect(events).toMatchObject([{ type: 'bmc.unreachable', data: { server, reason: { code } } }]);
      await look();
      expect(types()).toEqual(['bmc.unreachable', 'bmc.answered', 'server.powerChanged']);
    },
  );

  test.each(['bmc.auth', 'bmc.user', 'bmc.sessionFull', 'bmc.protocol'] as const)(
    '%s is a refusal: somebody is there',
    async (code) => {
      const { look, bmc, events } = bench();
      bmc.failOpens(code, 1);
      expect(await look()).toBe(code);
      expect(events).toMatchObject([{ type: 'bmc.refused', data: { server, reason: { code } } }]);
    },
  );

  test('one trouble that turns into another is told again', async () => {
    const { look, bmc, types } = bench();
    bmc.failOpens('bmc.timeout', 1);
    bmc.failOpens('bmc.portClosed', 1);
    bmc.failOpens('bmc.auth', 1);
    await look();
    await look();
    await look();
    expect(types()).toEqual(['bmc.unreachable', 'bmc.unreachable', 'bmc.refused']);
  });
});

describe('what says nothing about a BMC becomes no event', () => {
  test('a login that its caller called off', async () => {
    const { bmc, clock, look, events } = bench();
    bmc.behaviour.frozen = true;
    const abort = createCallOff();
    clock.after(100, () => abort.callOff());
    expect(await look(abort.signal)).toBe('bmc.timeout');
    expect(events).toEqual([]);
  });
});

test('a driver that fails without a code speaks no valid IPMI, and that is told', async () => {
  const broken: BmcPort = {
    open: () => Promise.reject(new Error('odd')),
    examine: async () => [],
    close: async () => {},
  };
  const { look, events } = bench(broken);
  expect(await look()).toBe('bmc.protocol');
  expect(events).toMatchObject([{ type: 'bmc.refused', data: { reason: { message: 'odd' } } }]);
});

describe('an examination tells what it shows', () => {
  const examined = async (...findings: Finding[]) => {
    const examine = async () => findings;
    const { port, events, clock } = bench({
      open: () => Promise.reject(new Error('odd')),
      examine,
      close: async () => {},
    });
    const limits: CallLimits = { deadline: deadlineIn(clock, 1000), priority: 'operator' };
    expect(await port.examine(limits, () => 'new')).toEqual(findings);
    return events;
  };
  const answer = good('answer', 'speaks IPMI 2.0');

  test('of a BMC that let it in, whatever else is bad', async () => {
    const later = failed('power', 'bad', { code: 'bmc.timeout', message: 'silence' });
    expect(await examined(answer, good('login', 'in'), later)).toMatchObject([{ type: 'bmc.answered' }]);
  });

  test.each([
    ['bmc.portClosed', 'bmc.unreachable'],
    ['bmc.auth', 'bmc.refused'],
  ] as const)('of one that did not: %s', async (code, type) => {
    const barrier = failed('login', 'bad', { code, message: 'why' });
    expect(await examined(answer, barrier)).toMatchObject([
      { type, data: { server, reason: { code, message: 'why' } } },
    ]);
  });

  test('of nobody where nobody was asked', async () => {
    expect(await examined()).toEqual([]);
  });
});

test('a session stays what the driver made it', async () => {
  const { bmc, port, clock } = bench();
  bmc.behaviour.guid = '11'.repeat(16);
  const opening = port.open({ deadline: deadlineIn(clock, 1000), priority: 'operator' });
  await clock.advance(10);
  const session = await opening;
  expect(session.guid).toBe('11'.repeat(16));
  const sending = session.control('off', { deadline: deadlineIn(clock, 1000), priority: 'operator' });
  await clock.advance(10);
  expect(await sending).toEqual({ kind: 'accepted' });
  await session.close();
  expect(bmc.openSessions()).toBe(0);
});

describe('sensors and event log', () => {
  const readingPort = (fails: boolean): BmcPort => {
    const answer = async <Value>(value: Value): Promise<Value> => {
      if (fails) throw new CodedError('bmc.timeout', 'no time left');
      return value;
    };
    return {
      ...createFakeBmc({ clock: createVirtualClock() }).port({ name: 'test' }),
      readings: {
        sensors: () => answer([]),
        eventLog: () => answer({ total: 0, overflow: false, entries: [] }),
      },
    };
  };

  test('that came through are an answer', async () => {
    const { port, types } = bench(readingPort(false));
    const limits = { deadline: deadlineIn(createVirtualClock(), 1000), priority: 'operator' } as const;
    await port.readings?.sensors(limits, () => 'new');
    await port.readings?.eventLog(limits, () => 'new', 5);
    expect(types()).toEqual(['bmc.answered']);
  });

  test('that ran out of time do not claim that the BMC is silent', async () => {
    const { port, types } = bench(readingPort(true));
    const limits = { deadline: deadlineIn(createVirtualClock(), 1000), priority: 'operator' } as const;
    await expect(port.readings?.sensors(limits, () => 'new')).rejects.toMatchObject({ code: 'bmc.timeout' });
    expect(types()).toEqual([]);
  });

  test('a driver without them has none here either', () => {
    expect(bench().port).not.toHaveProperty('readings');
  });
});
