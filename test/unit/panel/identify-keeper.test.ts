import { beforeEach, describe, expect, test } from 'vitest';
import { CodedError } from '../../../src/core/errors.ts';
import type { NewEvent } from '../../../src/events/catalogue.ts';
import { gate } from '../../support/engine-fixture.ts';
import { createLampBench, type LampBench, seconds } from './bench.ts';

let bench: LampBench;
beforeEach(async () => {
  bench = await createLampBench();
});

const orders = (server?: string) => bench.bmc(server).orders;
const advance = (count: number) => bench.clock.advance(seconds(count));
const lamp = () => bench.bmc().lamp();

const provedOff: NewEvent = {
  type: 'fence.finished',
  source: 'fence',
  data: {
    ...{ job: 'job1', server: 'server2', action: 'off', outcome: 'confirmed', fenced: true },
    ...{ journalled: true, steps: [], proof: { by: 'bmc', power: 'off', at: '2026-01-01T00:00:00.000Z' } },
  },
};
const readOn: NewEvent = {
  type: 'server.powerChanged',
  source: 'bmc',
  data: { server: 'server2', power: 'on', by: 'bmc' },
};

describe('a server that is down', () => {
  test.each(['down', 'stopped'] as const)(
    'reported %s: 250 s at once, again every 120 s, never dark',
    async (state) => {
      await bench.report(state);
      await advance(600);
      expect(orders()).toEqual([0, 120, 240, 360, 480, 600].map((at) => [at, 250]));
      expect(lamp()).toBe('timed');
      expect(bench.told()).toEqual(['lit down']);
      expect(orders('server1')).toEqual([]);
    },
  );

  test('proved off by a forced stop: the same, without a word of the engine', async () => {
    await bench.record(provedOff);
    await advance(120);
    expect(orders()).toEqual([
      [0, 250],
      [120, 250],
    ]);
    expect(bench.journal.events().at(-1)).toMatchObject({
      type: 'identify.changed',
      cause: expect.any(Number),
    });
  });

  test('said again and again: no further order', async () => {
    for (let count = 0; count < 5; count += 1) await bench.report('down');
    await bench.record(provedOff);
    await advance(100);
    expect(orders()).toEqual([[0, 250]]);
  });

  test('reported up: put out at once, and then nothing', async () => {
    await bench.report('down');
    await advance(50);
    await bench.report('up');
    expect(orders()).toEqual([
      [0, 250],
      [50, 'off'],
    ]);
    await advance(1000);
    expect(orders().length).toBe(2);
    expect(bench.told()).toEqual(['lit down', 'dark back']);
    expect(bench.clock.armed()).toBe(0);
  });

  test('read on after a forced stop: back, where the engine does not say down', async () => {
    await bench.record(provedOff);
    await bench.record(readOn);
    expect(orders().at(-1)).toEqual([0, 'off']);
  });

  test('read on while the engine says down: it hangs, so the lamp goes on', async () => {
    await bench.report('down');
    await bench.record(readOn);
    await advance(120);
    expect(orders().map(([, order]) => order)).toEqual([250, 250]);
  });

  test('switched on unseen: found by the look before the next renewal, which is not done', async () => {
    await bench.record(provedOff);
    bench.bmc().power = 'on';
    await advance(120);
    expect(orders()).toEqual([
      [0, 250],
      [120, 'off'],
    ]);
  });

  test('the engine loses sight of it: still down', async () => {
    await bench.report('down');
    await bench.report('unknown');
    await advance(120);
    expect(orders().map(([, order]) => order)).toEqual([250, 250]);
  });
});

describe('the end of the gateway', () => {
  test('in order: every lamp of ours is put out before it ends', async () => {
    await bench.report('down');
    await advance(30);
    await bench.keeper().stop();
    expect(orders().at(-1)).toEqual([30, 'off']);
    expect(bench.told()).toEqual(['lit down', 'dark stopping']);
    expect(lamp()).toBe('off');
    await advance(1000);
    expect(orders().length).toBe(2);
  });

  test('in order, while the BMC hangs: 2 s, not more', async () => {
    await bench.report('down');
    bench.bmc().fault = 'hangs';
    let ended: number | undefined;
    void bench
      .keeper()
      .stop()
      .then(() => {
        ended = bench.clock.nowMs();
      });
    await advance(10);
    expect(ended).toBe(seconds(2));
    await advance(238);
    expect(lamp()).toBe('timed');
    await advance(2);
    expect(lamp()).toBe('off');
  });

  test('in order, with a lamp that somebody asked for: left alone', async () => {
    await bench.byHand(true);
    await bench.keeper().stop();
    expect(orders()).toEqual([[0, 250]]);
  });

  test('in order, while a renewal is on its way: what may have arrived is put out all the same', async () => {
    bench.bmc().mute = true;
    const { opened, open } = gate();
    bench.bmc().slow = opened;
    await bench.report('down');
    const stopped = bench.keeper().stop();
    open();
    await stopped;
    expect(lamp()).toBe('off');
    expect(bench.warnings).toEqual([]);
    await advance(300);
    expect(bench.clock.armed()).toBe(0);
  });

  test('killed: dark 250 s after the last renewal', async () => {
    await bench.report('down');
    await advance(130);
    bench.kill();
    await advance(239);
    expect(lamp()).toBe('timed');
    await advance(1);
    expect(lamp()).toBe('off');
  });

  test.each(['stopped', 'killed'] as const)(
    '%s and started again: the lamp of a server that is still down blinks again',
    async (how) => {
      await bench.report('down');
      await advance(130);
      if (how === 'killed') bench.kill();
      else await bench.keeper().stop();
      await advance(300);
      expect(lamp()).toBe('off');
      await bench.start();
      expect(orders().at(-1)).toEqual([430, 250]);
      await advance(120);
      expect(orders().at(-1)).toEqual([550, 250]);
      await bench.report('up');
      expect(orders().at(-1)).toEqual([550, 'off']);
    },
  );

  test('killed before it could put the lamp out: done by the next life', async () => {
    await bench.report('down');
    bench.bmc().fault = 'bmc.timeout';
    await bench.report('up');
    bench.kill();
    bench.bmc().fault = undefined;
    await advance(60);
    await bench.start();
    expect(orders().at(-1)).toEqual([60, 'off']);
    expect(bench.told()).toEqual(['lit down', 'dark back']);
  });

  test('the view may come from a snapshot, the events before it gone', async () => {
    await bench.report('down');
    await bench.events().maintain();
    await bench.clock.advance(40 * 86_400_000);
    await bench.events().maintain();
    bench.kill();
    await bench.start();
    const before = orders().length;
    await advance(120);
    expect(orders().length).toBe(before + 1);
  });
});

describe('the operator', () => {
  test('off: silence for this outage, not for the next one', async () => {
    await bench.report('down');
    await advance(10);
    await bench.byHand(false);
    await bench.report('down');
    await advance(1000);
    expect(orders()).toEqual([
      [0, 250],
      [10, 'off'],
    ]);
    await bench.report('up');
    await bench.report('down');
    expect(orders().at(-1)).toEqual([1010, 250]);
  });

  test('off, across a restart: still silence', async () => {
    await bench.report('down');
    await bench.byHand(false);
    bench.kill();
    await bench.start();
    await advance(500);
    expect(orders().length).toBe(2);
  });

  test('off and on again: the silence is over', async () => {
    await bench.report('down');
    await bench.byHand(false);
    await bench.byHand(true);
    await advance(120);
    expect(orders()).toEqual([
      [0, 250],
      [0, 'off'],
      [0, 250],
      [120, 250],
    ]);
  });

  test('on, without any outage: never switched off by us, and the record says when its time is over', async () => {
    await bench.byHand(true);
    await bench.report('up');
    await advance(249);
    expect(bench.told()).toEqual(['lit by hand']);
    await advance(1);
    expect(bench.told()).toEqual(['lit by hand', 'dark expired']);
    expect(orders()).toEqual([[0, 250]]);
  });

  test('on, during an outage that ends: lit for the whole time that was asked for', async () => {
    await bench.report('down');
    await advance(60);
    await bench.byHand(true);
    await advance(140);
    expect(orders().map(([at]) => at)).toEqual([0, 60, 180]);
    await bench.report('up');
    await advance(109);
    expect(lamp()).toBe('timed');
    await advance(1);
    expect(orders().at(-1)).toEqual([310, 'off']);
    expect(bench.told()).toEqual(['lit down', 'lit by hand', 'dark back']);
  });

  test('on, and a restart: left alone for the rest of its time', async () => {
    await bench.byHand(true);
    await advance(100);
    bench.kill();
    await bench.start();
    await advance(149);
    expect(bench.told()).toEqual(['lit by hand']);
    await advance(1);
    expect(bench.told()).toEqual(['lit by hand', 'dark expired']);
    expect(orders().length).toBe(1);
  });

  test('off, while a renewal is on its way: the last word is the operator’s', async () => {
    const { opened, open } = gate();
    bench.bmc().slow = opened;
    await bench.report('down');
    const off = bench.byHand(false);
    await advance(0);
    open();
    await off;
    await advance(300);
    expect(orders().at(-1)).toEqual([0, 'off']);
    expect(lamp()).toBe('off');
  });
});

describe('a BMC that does not take it', () => {
  test('silent: pauses of 5, 10, 20, 40, 80, 120, 120 s, and one attempt at a time', async () => {
    bench.bmc().fault = 'bmc.timeout';
    await bench.report('down');
    await advance(400);
    expect(bench.bmc().opens).toEqual([0, 5, 15, 35, 75, 155, 275, 395]);
    expect(bench.warnings).toMatchObject([{ server: 'server2', code: 'bmc.timeout' }]);
  });

  test('silent, then answering somebody else: tried again at once', async () => {
    bench.bmc().fault = 'bmc.timeout';
    await bench.report('down');
    await advance(100);
    bench.bmc().fault = undefined;
    await bench.record({ type: 'bmc.answered', source: 'bmc', data: { server: 'server2' } });
    expect(orders()).toEqual([[100, 250]]);
  });

  test.each(['bmc.auth', 'bmc.privilege'] as const)('%s: not tried again in this outage', async (code) => {
    bench.bmc().fault = code;
    await bench.report('down');
    await advance(3600);
    expect(bench.bmc().opens).toEqual([0]);
    await bench.report('up');
    await bench.report('down');
    expect(bench.bmc().opens).toEqual([0, 3600]);
  });

  test('a BMC of another server is not told to blink', async () => {
    bench.judge = () => ({ code: 'bmc.identity', message: 'another one' });
    await bench.report('down');
    await advance(500);
    expect(orders()).toEqual([]);
    expect(bench.warnings).toMatchObject([{ code: 'bmc.identity' }]);
  });

  test('accepted and not seen lit: tried again', async () => {
    bench.bmc().lies = true;
    await bench.report('down');
    await advance(5);
    expect(orders()).toEqual([
      [0, 250],
      [5, 250],
    ]);
    expect(bench.told()).toEqual([]);
  });

  test('no report of the lamp: believed', async () => {
    bench.bmc().mute = true;
    await bench.report('down');
    await advance(120);
    expect(orders().map(([at]) => at)).toEqual([0, 120]);
    expect(bench.told()).toEqual(['lit down']);
  });

  test('lost while it blinks: the record says when the lamp went out', async () => {
    await bench.report('down');
    bench.bmc().fault = 'bmc.timeout';
    await advance(249);
    expect(bench.told()).toEqual(['lit down']);
    await advance(1);
    expect(bench.told()).toEqual(['lit down', 'dark expired']);
    expect(lamp()).toBe('off');
  });

  test('lost when it is to be put out: tried until the lamp is out by itself', async () => {
    await bench.report('down');
    bench.bmc().fault = 'bmc.timeout';
    await bench.report('up');
    await advance(1000);
    expect(bench.bmc().opens).toEqual([0, 0, 5, 15, 35, 75, 155]);
    expect(bench.told()).toEqual(['lit down', 'dark expired']);
  });

  test('every session is closed', async () => {
    await bench.report('down');
    await advance(500);
    await bench.report('up');
    expect(bench.bmc().openSessions()).toBe(0);
  });
});

describe('who lights', () => {
  test('not the owner: observes only', async () => {
    bench.config.owned = [];
    await bench.report('down');
    await advance(500);
    await bench.report('up');
    await bench.keeper().stop();
    expect(bench.bmc().opens).toEqual([]);
  });

  test('owner no more after a reload: lets go of the lamp, and the record says when it went out', async () => {
    await bench.report('down');
    bench.config.owned = [];
    bench.keeper().refresh();
    await advance(300);
    expect(orders()).toEqual([[0, 250]]);
    expect(bench.told()).toEqual(['lit down', 'dark expired']);
  });

  test('owner after a reload: lights at once', async () => {
    bench.config.owned = [];
    await bench.report('down');
    await advance(10);
    bench.config.owned = ['server2'];
    bench.keeper().refresh();
    await advance(0);
    expect(orders()).toEqual([[10, 250]]);
  });

  test('after a reload nothing waits for what the old configuration has under way', async () => {
    bench.bmc().fault = 'hangs';
    await bench.report('down');
    await advance(1);
    bench.bmc().fault = undefined;
    bench.keeper().refresh();
    await advance(0);
    expect(orders()).toEqual([[1, 250]]);
    expect(bench.warnings).toEqual([]);
  });

  test('a server whose BMC is gone from the configuration: let go', async () => {
    await bench.report('down');
    bench.config.withBmcs = false;
    await advance(300);
    expect(bench.bmc().opens).toEqual([0]);
    expect(bench.told()).toEqual(['lit down', 'dark expired']);
  });

  test('a server that is configured no more: let go', async () => {
    await bench.report('down');
    bench.config.servers = ['server1'];
    bench.keeper().refresh();
    await advance(300);
    expect(orders()).toEqual([[0, 250]]);
    expect(bench.clock.armed()).toBe(0);
  });
});

describe('a forced stop', () => {
  test('calls off what is on its way, at once, and has the BMC to itself until it ends', async () => {
    bench.bmc().fault = 'hangs';
    await bench.report('down');
    expect(bench.bmc().opens).toEqual([0]);
    const { opened, open } = gate();
    let began = -1;
    const stop = bench.keeper().whileFencing('server2', () => {
      began = bench.clock.nowMs();
      return opened;
    });
    expect(began).toBe(0);
    bench.bmc().fault = undefined;
    await advance(30);
    expect(bench.bmc().opens).toEqual([0]);
    open();
    await stop;
    await advance(0);
    expect(orders()).toEqual([[30, 250]]);
    expect(bench.warnings).toEqual([]);
  });

  test('with a long deadline holds the lamp up for 60 s at most', async () => {
    await bench.report('down');
    void bench.keeper().whileFencing('server2', () => new Promise(() => undefined));
    await advance(600);
    expect(orders().map(([at]) => at)).toEqual([0, 120, 240, 360, 480, 600]);
  });
});

test('a journal that takes nothing does not keep the lamp from blinking and from going out', async () => {
  await bench.report('down');
  bench.journal.failAppends(new CodedError('journal.failed'));
  await advance(240);
  expect(orders().map(([at]) => at)).toEqual([0, 120, 240]);
  await bench.keeper().stop();
  expect(orders().at(-1)).toEqual([240, 'off']);
});
