import { describe, expect, test } from 'vitest';
import { createExchange, defaultTiming, type Question } from '../../../../src/bmc/client/exchange.ts';
import { createCallOff } from '../../../../src/core/call-off.ts';
import { deadlineIn } from '../../../../src/core/deadline.ts';
import { createLane, type Priority } from '../../../../src/core/lane.ts';
import type { CallLimits } from '../../../../src/core/ports.ts';
import { createVirtualClock } from '../../../../src/core/virtual-clock.ts';
import { createFakeLink } from '../../../support/fake-link.ts';

/** Asks for `name`; the datagram `name!` is its answer. */
const question = (name: string, options: Partial<Question<string>> = {}): Question<string> => ({
  frame: () => Buffer.from(name),
  read: (datagram) => (datagram.toString() === `${name}!` ? name : undefined),
  resend: true,
  ...options,
});

const bench = () => {
  const clock = createVirtualClock();
  const lane = createLane();
  const link = createFakeLink(clock);
  const exchange = createExchange({ link, clock, lane, timing: defaultTiming, address: 'bmc:623' });
  const limits = (deadlineMs = 60_000, more: Partial<CallLimits> = {}): CallLimits => ({
    deadline: deadlineIn(clock, deadlineMs),
    priority: 'forcedStop',
    ...more,
  });
  const ask = (asked = question('power'), given = limits()) => {
    const ended: { value?: string; error?: { code: string; message: string }; atMs?: number } = {};
    exchange
      .ask(asked, given)
      .then(
        (value) => void Object.assign(ended, { value }),
        (error: unknown) => void Object.assign(ended, { error }),
      )
      .finally(() => void Object.assign(ended, { atMs: clock.nowMs() }));
    return ended;
  };
  const answer = (name: string) => link.deliver(Buffer.from(`${name}!`));
  const sends = () => link.sent.map(({ atMs }) => atMs);
  const texts = () => link.sent.map(({ datagram }) => datagram.toString());
  return { clock, lane, link, exchange, limits, ask, answer, sends, texts };
};

describe('silence', () => {
  test('is asked again after 300, 600, 1200 and 2000 ms, and given up after 5 s', async () => {
    const { clock, ask, sends } = bench();
    const asked = ask();
    await clock.advance(10_000);
    expect(sends()).toEqual([0, 300, 900, 2100, 4100]);
    expect(asked).toMatchObject({ atMs: 5000, error: { code: 'bmc.timeout' } });
    expect(asked.error?.message).toBe('no answer from bmc:623 in 5.0 s, asked 5 times');
    expect(clock.armed()).toBe(0);
  });

  test('is given up at the deadline of the call', async () => {
    const { clock, ask, limits } = bench();
    const asked = ask(question('power'), limits(1000));
    await clock.advance(10_000);
    expect(asked).toMatchObject({ atMs: 1000, error: { code: 'bmc.timeout' } });
  });

  test('of a question that must not be repeated: it leaves once', async () => {
    const { clock, ask, sends } = bench();
    const asked = ask(question('off', { resend: false, limitMs: 1000 }));
    await clock.advance(10_000);
    expect(sends()).toEqual([0]);
    expect(asked).toMatchObject({ atMs: 1000, error: { code: 'bmc.timeout' } });
  });

  test('every repetition is framed anew', async () => {
    const { clock, ask, texts } = bench();
    let frames = 0;
    const frame = () => {
      frames += 1;
      return Buffer.from(`frame ${frames}`);
    };
    ask(question('power', { frame }));
    await clock.advance(1000);
    expect(texts()).toEqual(['frame 1', 'frame 2', 'frame 3']);
  });
});

describe('an answer', () => {
  test('ends the question and every timer', async () => {
    const { clock, ask, answer } = bench();
    const asked = ask();
    await clock.advance(350);
    answer('power');
    await clock.advance(0);
    expect(asked).toMatchObject({ value: 'power', atMs: 350 });
    expect(clock.armed()).toBe(0);
  });

  test('may come while the question is being sent', async () => {
    const { clock, ask, link, answer } = bench();
    link.onSend = () => answer('power');
    const asked = ask();
    await clock.advance(0);
    expect(asked.value).toBe('power');
    expect(clock.armed()).toBe(0);
  });

  test('to something else is dropped, and told of at the end', async () => {
    const { clock, ask, link } = bench();
    const asked = ask();
    await clock.advance(10);
    link.deliver(Buffer.from('nonsense'));
    link.deliver(Buffer.alloc(0));
    await clock.advance(10_000);
    expect(asked.error?.message).toContain('2 datagrams that answered nothing were dropped');
  });

  test('that comes too late does not answer the next question', async () => {
    const { clock, ask, answer } = bench();
    ask(question('first'));
    await clock.advance(5000);
    const second = ask(question('second'));
    await clock.advance(10);
    answer('first');
    answer('second');
    await clock.advance(0);
    expect(second.value).toBe('second');
    answer('second');
    expect(clock.armed()).toBe(0);
  });
});

describe('a closed port', () => {
  test('is tried again every 100 ms and given up after 2 s', async () => {
    const { clock, ask, link, sends } = bench();
    link.onSend = () => void clock.after(1, () => link.fault('refused'));
    const asked = ask();
    await clock.advance(10_000);
    expect(asked.error).toMatchObject({ code: 'bmc.portClosed' });
    expect(asked.atMs).toBeGreaterThan(1800);
    expect(asked.atMs).toBeLessThanOrEqual(2000);
    expect(sends()).toHaveLength(20);
    expect(clock.armed()).toBe(0);
  });

  test('that opens in time is answered', async () => {
    const { clock, ask, link, answer } = bench();
    link.onSend = () => {
      if (clock.nowMs() < 1000) clock.after(1, () => link.fault('refused'));
      else answer('power');
    };
    const asked = ask();
    await clock.advance(2000);
    expect(asked.value).toBe('power');
    expect(asked.atMs).toBeLessThan(1150);
  });

  test('that opened but stays silent is a silence, not a closed port', async () => {
    const { clock, ask, link } = bench();
    link.onSend = () => {
      if (clock.nowMs() < 500) clock.after(1, () => link.fault('refused'));
    };
    const asked = ask();
    await clock.advance(10_000);
    expect(asked).toMatchObject({ atMs: 5000, error: { code: 'bmc.timeout' } });
  });

  test('ends a question that must not be repeated at once', async () => {
    const { clock, ask, link, sends } = bench();
    const asked = ask(question('off', { resend: false }));
    await clock.advance(1);
    link.fault('refused');
    await clock.advance(0);
    expect(asked.error).toMatchObject({ code: 'bmc.portClosed' });
    expect(sends()).toEqual([0]);
  });

  test('keeps within a deadline that is shorter than its patience', async () => {
    const { clock, ask, link, limits } = bench();
    link.onSend = () => void clock.after(1, () => link.fault('refused'));
    const asked = ask(question('power'), limits(500));
    await clock.advance(10_000);
    expect(asked.error).toMatchObject({ code: 'bmc.portClosed' });
    expect(asked.atMs).toBeLessThanOrEqual(500);
  });

  test('is told apart from a network without a way', async () => {
    const { clock, ask, link } = bench();
    link.onSend = () => void clock.after(1, () => link.fault('unreachable'));
    const asked = ask();
    await clock.advance(10_000);
    expect(asked.error).toMatchObject({ code: 'bmc.unreachable' });
  });
});

describe('calling off', () => {
  test('before sending sends nothing', async () => {
    const { clock, ask, limits, sends } = bench();
    const abort = createCallOff();
    abort.callOff();
    const asked = ask(question('off'), limits(1000, { signal: abort.signal }));
    await clock.advance(10);
    expect(asked.error).toMatchObject({ code: 'bmc.timeout' });
    expect(sends()).toEqual([]);
    expect(clock.armed()).toBe(0);
  });

  test('while waiting for an answer ends at once and frees the device', async () => {
    const { clock, lane, ask, limits } = bench();
    const abort = createCallOff();
    const asked = ask(question('off'), limits(60_000, { signal: abort.signal }));
    await clock.advance(100);
    abort.callOff();
    await clock.advance(0);
    expect(asked).toMatchObject({ atMs: 100, error: { code: 'bmc.timeout' } });
    expect(lane.depth()).toBe(0);
    expect(clock.armed()).toBe(0);
  });

  test('while waiting for a turn ends at once, and nothing is sent when the turn comes', async () => {
    const { clock, lane, ask, limits, texts } = bench();
    const abort = createCallOff();
    ask(question('slow'));
    const asked = ask(question('on', { resend: false }), limits(60_000, { signal: abort.signal }));
    await clock.advance(100);
    abort.callOff();
    await clock.advance(0);
    expect(asked).toMatchObject({ atMs: 100, error: { code: 'bmc.timeout' } });
    await clock.advance(10_000);
    expect(texts()).not.toContain('on');
    expect(lane.depth()).toBe(0);
  });
});

describe('the device', () => {
  test('is asked one question at a time', async () => {
    const { clock, ask, answer, texts } = bench();
    ask(question('first'));
    ask(question('second'));
    await clock.advance(100);
    expect(texts()).toEqual(['first']);
    answer('first');
    await clock.advance(100);
    expect(texts()).toEqual(['first', 'second']);
  });

  test('is asked for a forced stop before anything else that waits', async () => {
    const { clock, ask, limits, link, texts, answer } = bench();
    const order: Priority[] = [
      'background',
      'operator',
      'background',
      'forcedStop',
      'operator',
      'forcedStop',
    ];
    ask(question('busy'));
    order.forEach((priority, index) => {
      ask(question(`${priority} ${index}`), limits(60_000, { priority }));
    });
    await clock.advance(10);
    link.onSend = (datagram) => answer(datagram.toString());
    answer('busy');
    // One turn of the event loop for each step down in priority.
    await clock.advance(10);
    await clock.advance(10);
    await clock.advance(10);
    expect(texts()).toEqual([
      'busy',
      'forcedStop 3',
      'forcedStop 5',
      'operator 1',
      'operator 4',
      'background 0',
      'background 2',
    ]);
  });

  test('is not sent a question whose deadline passed while it waited for its turn', async () => {
    const { clock, ask, limits, texts } = bench();
    ask(question('slow'));
    const asked = ask(question('off', { resend: false }), limits(2000));
    await clock.advance(10_000);
    expect(texts()).not.toContain('off');
    expect(asked.error).toMatchObject({ code: 'bmc.timeout' });
  });

  test('stays with a conversation that goes on, before those who can wait longer', async () => {
    const lane = createLane();
    const order: string[] = [];
    const ask = (priority: Priority, name: string) => lane.run(priority, async () => void order.push(name));
    const conversation = async () => {
      await ask('forcedStop', 'login');
      await Promise.resolve();
      await ask('forcedStop', 'read');
      await ask('forcedStop', 'off');
    };
    const first = ask('background', 'before');
    await Promise.all([first, ask('operator', 'look'), conversation(), ask('background', 'keep alive')]);
    expect(order).toEqual(['before', 'login', 'read', 'off', 'look', 'keep alive']);
    expect(lane.depth()).toBe(0);
  });

  test('is free again after a question that failed, however it failed', async () => {
    const lane = createLane();
    const broken = (): Promise<never> => {
      throw new Error('broken');
    };
    await expect(lane.run('operator', broken)).rejects.toThrow('broken');
    await expect(lane.run('operator', () => Promise.reject(new Error('bad')))).rejects.toThrow('bad');
    await expect(lane.run('operator', async () => 'good')).resolves.toBe('good');
    expect(lane.depth()).toBe(0);
  });
});
