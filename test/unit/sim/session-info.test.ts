import { describe, expect, test } from 'vitest';
import { createBench } from './bench.ts';
import { administrator, close, selTime, sessionInfo, setPrivilege } from './requests.ts';
import { createTestConsole } from './test-console.ts';

describe('Get Session Info', () => {
  test('tells of the session that asks, and how many slots there are', () => {
    const bench = createBench();
    const console = administrator(bench);
    expect(sessionInfo(console, { by: 'current' })).toEqual({
      handle: 1,
      possible: 4,
      active: 1,
      session: { userId: 2, privilege: 4, ipmi20: true, channel: 1 },
    });
  });

  test('counts open sessions only, and finds the others by index, handle and id', () => {
    const bench = createBench({ limits: { slots: 3 } });
    const first = administrator(bench);
    createTestConsole({ bmc: bench.bmc, peer: 'unfinished' }).open();
    const viewer = createTestConsole({ bmc: bench.bmc, peer: 'two', user: 'viewer', password: 'vw' }).login();
    const of = { handle: 3, possible: 3, active: 2, session: { userId: 4, privilege: 2 } };
    expect(sessionInfo(first, { by: 'index', index: 2 })).toMatchObject(of);
    expect(sessionInfo(first, { by: 'handle', handle: 3 })).toMatchObject(of);
    expect(sessionInfo(first, { by: 'id', bmcSessionId: viewer.bmcSessionId })).toMatchObject(of);
  });

  test('knows no session of a handle, an index or an id that nobody has', () => {
    const console = administrator(createBench());
    const none = { handle: 0, possible: 4, active: 1 };
    expect(sessionInfo(console, { by: 'handle', handle: 2 })).toEqual(none);
    expect(sessionInfo(console, { by: 'index', index: 2 })).toEqual(none);
    expect(sessionInfo(console, { by: 'id', bmcSessionId: 7 })).toEqual(none);
  });

  test('tells of no more than 63 slots', () => {
    const console = administrator(createBench({ limits: { slots: 64 } }));
    expect(sessionInfo(console, { by: 'current' })).toMatchObject({ possible: 63, active: 1 });
  });

  test('a handle that is free again is given out again', () => {
    const bench = createBench();
    const [one, two] = [administrator(bench, 'one'), administrator(bench, 'two')];
    one.ask(close(one.bmcSessionId));
    const three = administrator(bench, 'three');
    expect(sessionInfo(two, { by: 'current' })?.handle).toBe(2);
    expect(sessionInfo(three, { by: 'current' })?.handle).toBe(1);
  });

  test.each([
    ['no data', [], 0xc7],
    ['half an id', [0xff, 1, 2], 0xc7],
    ['an index that cannot be', [0x40], 0xcc],
  ])('%s is refused', (_name, data, completionCode) => {
    const console = administrator(createBench());
    const response = console.ask({ netFn: 6, command: 0x3d, data: Buffer.from(data) });
    expect(response?.completionCode).toBe(completionCode);
  });

  test('the anonymous user has the id 1', () => {
    const { bmc } = createBench();
    const console = createTestConsole({ bmc, user: '', password: 'nameless' }).login();
    expect(sessionInfo(console, { by: 'current' })?.session?.userId).toBe(1);
  });
});

describe('Get SEL Time', () => {
  test('tells the wall clock in seconds', async () => {
    const bench = createBench();
    const console = administrator(bench);
    await bench.clock.advance(2500);
    const response = console.ask(selTime);
    expect(response?.data.readUInt32LE()).toBe(Date.UTC(2026, 0, 1, 0, 0, 2) / 1000);
  });

  test('a time before 1970 is 0', () => {
    const bench = createBench();
    const console = administrator(bench);
    bench.clock.stepWall(-Date.UTC(2026, 0, 2));
    expect(console.ask(selTime)?.data.readUInt32LE()).toBe(0);
  });

  test('needs the level of a user', () => {
    const console = administrator(createBench());
    console.ask(setPrivilege(1));
    expect(console.ask(selTime)?.completionCode).toBe(0xd4);
  });
});
