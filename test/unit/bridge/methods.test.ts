import { describe, expect, it } from 'vitest';
import { createCounters } from '../../../src/bridge/engine/counters.ts';
import { createMethodTables } from '../../../src/bridge/engine/method-tables.ts';
import type { FenceOrder } from '../../../src/bridge/engine/services.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import { createBus } from '../../../src/events/bus.ts';
import { fakeServices, pinned, report } from '../../support/engine-fixture.ts';
import { createMemoryJournal } from '../../support/memory-journal.ts';

const createScene = () => {
  const clock = createVirtualClock();
  const journal = createMemoryJournal(clock);
  const services = fakeServices();
  const tables = createMethodTables({
    clock,
    journal,
    services,
    log: silentLogger,
    bus: createBus(silentLogger),
    language: () => 'en',
  });
  return { journal, services, tables };
};

const wrongPath = (name: string, params: unknown): string | undefined => {
  const bound = createScene().tables.engine.get(name)?.bind(params);
  return bound && !bound.ok ? bound.failure.path : undefined;
};

/** Calls a method that does not care who asks. */
const call = async ({ tables }: ReturnType<typeof createScene>, name: string, params: unknown) => {
  const bound = tables.engine.get(name)?.bind(params);
  if (!bound?.ok) throw new Error(`${name} was not bound`);
  const peer = { client: () => 'test' } as never;
  return bound.value({ peer, counters: createCounters(), afterReply: () => undefined });
};

describe('params', () => {
  it.each([
    ['hello', { client: 'engine', protocol: 2 }, 'params.protocol'],
    ['hello', undefined, 'params.client'],
    ['server.list', { all: true }, 'params.all'],
    ['server.list', [], 'params'],
    ['server.get', {}, 'params.server'],
    ['fence.request', { server: 'server1', action: 'explode' }, 'params.action'],
    ['fence.request', { server: 'server1', action: 'off', deadlineMs: 99 }, 'params.deadlineMs'],
    ['fence.request', { server: 'server1', action: 'off', deadlineMs: 3_600_001 }, 'params.deadlineMs'],
    ['fence.request', { server: 'server1', action: 'off', deadlineMs: 100.5 }, 'params.deadlineMs'],
    ['fence.request', { server: 'server1', action: 'off', because: 'x' }, 'params.because'],
    ['server.confirm', { server: 'server1' }, 'params.reason'],
    ['server.confirm', { server: 'server1', reason: ' ' }, 'params.reason'],
    ['server.confirm', { server: 'server1', reason: 'a\nb' }, 'params.reason'],
    ['server.confirm', { server: 'server1', reason: '\u001b[2J' }, 'params.reason'],
    ['server.confirm', { server: 'server1', reason: 'x'.repeat(501) }, 'params.reason'],
    ['server.confirm', { server: 'server1', reason: 'x', despiteLife: 'yes' }, 'params.despiteLife'],
    ['doctor.run', { servers: ['a'] }, 'params.servers'],
    ['bmc.sensors', {}, 'params.server'],
    ['bmc.sel', { server: 'server1', last: 0 }, 'params.last'],
    ['bmc.sel', { server: 'server1', last: 2001 }, 'params.last'],
    ['doctor.run', { server: '' }, 'params.server'],
    ['fence.get', {}, 'params'],
    ['fence.get', { job: 'a', server: 'b' }, 'params'],
    ['events.read', { limit: 0 }, 'params.limit'],
    ['events.read', { after: -1 }, 'params.after'],
    ['events.read', { types: ['fence.*', 'nosuch.*'] }, 'params.types.1'],
    ['events.subscribe', { consumer: 'two words' }, 'params.consumer'],
    ['events.ack', { consumer: 'a' }, 'params.seq'],
    ['cluster.report', { node: 'a', state: 'asleep' }, 'params.state'],
    ['monitor.notify', { category: 'NIC' }, 'params.keyword'],
    ['monitor.notify', { category: '', keyword: 'eth0' }, 'params.category'],
    ['monitor.notify', { category: 'N\nC', keyword: 'eth0' }, 'params.category'],
    ['monitor.notify', { category: 'N'.repeat(64), keyword: 'eth0' }, 'params.category'],
    ['monitor.notify', { category: 'NIC', keyword: '-x' }, 'params.keyword'],
    ['monitor.notify', { category: 'NIC', keyword: ' x' }, 'params.keyword'],
    ['monitor.notify', { category: 'NIC', keyword: 'ファン' }, 'params.keyword'],
    ['monitor.notify', { category: 'NIC', keyword: 'k'.repeat(128) }, 'params.keyword'],
    ['monitor.notify', { category: 'NIC', keyword: 'eth0', message: 'a\u2028b' }, 'params.message'],
    ['monitor.notify', { category: 'NIC', keyword: 'eth0', message: 'a\u202eb' }, 'params.message'],
    ['monitor.notify', { category: 'NIC', keyword: 'eth0', message: '\ud800' }, 'params.message'],
    ['monitor.notify', { category: 'NIC', keyword: 'eth0', message: 'm'.repeat(201) }, 'params.message'],
    ['monitor.notify', { category: 'NIC', keyword: 'eth0', message: 'm', clear: true }, 'params.message'],
    ['monitor.notify', { category: 'NIC', keyword: 'eth0', server: '' }, 'params.server'],
    ['monitor.notify', { category: 'NIC', keyword: 'eth0', host: 'x' }, 'params.host'],
    ['monitor.clear', { keyword: 'eth0' }, 'params.category'],
    ['monitor.list', { all: true }, 'params.all'],
  ])('%s with %o is wrong at %s', (name, params, path) => {
    expect(wrongPath(name, params)).toBe(path);
  });

  it('does not let a prototype in by JSON', async () => {
    const scene = createScene();
    const params: unknown = JSON.parse('{"__proto__":{"server":"server1"}}');
    expect(wrongPath('server.get', params)).toBe('params.server');
    expect(await call(scene, 'server.get', JSON.parse('{"server":"server1"}'))).toMatchObject({
      name: 'server1',
    });
  });

  it('allows the edges of the deadline', () => {
    for (const deadlineMs of [100, 3_600_000]) {
      expect(wrongPath('fence.request', { server: 'server1', action: 'off', deadlineMs })).toBeUndefined();
    }
  });
});

describe('methods', () => {
  it('offer the actions on the own server on their own socket, and nowhere else', () => {
    const clock = createVirtualClock();
    const services = fakeServices();
    const never = () => Promise.reject(new Error('nothing is called'));
    const tables = createMethodTables({
      ...{ clock, services, journal: createMemoryJournal(clock) },
      ...{ log: silentLogger, bus: createBus(silentLogger) },
      language: () => 'en',
      local: { identity: services.identity, act: never, examine: never },
    });
    expect([...tables.local.keys()].sort()).toEqual(['hello', 'local.act', 'local.check']);
    const elsewhere = [...tables.engine.keys(), ...tables.notify.keys()];
    expect(elsewhere.filter((name) => name.startsWith('local.'))).toEqual([]);
    expect(createScene().tables.local.size).toBe(0);
  });

  it('offer the notify socket nothing that acts on a server', () => {
    expect([...createScene().tables.notify.keys()].sort()).toEqual([
      'cluster.report',
      'events.subscribe',
      'health',
      'hello',
      'monitor.clear',
      'monitor.list',
      'monitor.notify',
      'server.list',
    ]);
  });

  it('hand a fence order on with the requester that hello named', async () => {
    const scene = createScene();
    const orders: FenceOrder[] = [];
    scene.services.requestFence = async (order) => {
      orders.push(order);
      return { ...report, joined: true };
    };
    await call(scene, 'fence.request', { server: 'server1', action: 'off', quorum: true });
    await call(scene, 'fence.request', { server: 'server1', action: 'off', requester: 'clprexec' });
    expect(orders).toEqual([
      { server: 'server1', action: 'off', quorum: true, requester: 'test' },
      { server: 'server1', action: 'off', requester: 'clprexec' },
    ]);
  });

  it("hand the operator's word on with who gave it, and not despite life unless that was said", async () => {
    const scene = createScene();
    const params = { server: 'server1', reason: 'I pulled the plug' };
    const order = { ...params, requester: 'test', despiteLife: false };
    expect(await call(scene, 'server.confirm', params)).toMatchObject(order);
    const despite = { ...params, requester: 'alice', despiteLife: true };
    expect(await call(scene, 'server.confirm', despite)).toMatchObject(despite);
  });

  it('read the journal page by page, with a last seq that never skips an event', async () => {
    const scene = createScene();
    for (let n = 0; n < 7; n += 1) await scene.journal.append(pinned('0', n % 2 ? 'server2' : 'server1'));
    const query = { server: 'server2', limit: 2 };
    expect(await call(scene, 'events.read', query)).toMatchObject({
      events: [{ seq: 2 }, { seq: 4 }],
      last: 4,
    });
    expect(await call(scene, 'events.read', { ...query, after: 4 })).toMatchObject({
      events: [{ seq: 6 }],
      last: 7,
    });
    expect(await call(scene, 'events.read', { ...query, after: 7 })).toEqual({ events: [], last: 7 });
    expect(await call(scene, 'events.read', { types: ['fence.*'] })).toEqual({ events: [], last: 7 });
  });

  it('keep a page of large events well below the line limit', async () => {
    const scene = createScene();
    for (let n = 0; n < 10; n += 1) await scene.journal.append(pinned('x'.repeat(200_000)));
    expect(await call(scene, 'events.read', {})).toMatchObject({ events: [{ seq: 1 }, { seq: 2 }], last: 2 });
  });
});
