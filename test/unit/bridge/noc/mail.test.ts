import { describe, expect, it } from 'vitest';
import { createAllowance } from '../../../../src/bridge/noc/mail/allowance.ts';
import { digestOf, type Letter, letterOf } from '../../../../src/bridge/noc/mail/letter.ts';
import { createMailSender } from '../../../../src/bridge/noc/mail/sender.ts';
import { createCallOff } from '../../../../src/core/call-off.ts';
import { createVirtualClock } from '../../../../src/core/virtual-clock.ts';
import { aNotice } from '../../../support/notices.ts';

const many = (count: number) => Array.from({ length: count }, (_, seq) => aNotice({ seq }));

describe('a letter', () => {
  it('has a subject that fits, cut between two characters', () => {
    const { subject } = letterOf(aNotice({ text: '😀'.repeat(300) }));
    expect(subject.length).toBeLessThanOrEqual(150);
    expect(Buffer.from(subject).toString(), 'no half of a character').toBe(subject);
  });

  it('counts in a digest, and names the worst', () => {
    const notices = [aNotice({ severity: 'info' }), aNotice({ severity: 'warning' })];
    expect(digestOf(notices).subject).toBe('[prod-a] 2 messages, warning at most');
  });
});

describe('the allowance', () => {
  it('is spent at once, and earned over time', async () => {
    const clock = createVirtualClock();
    const allowance = createAllowance(clock, { burst: 3, everyMs: 60_000 });
    for (let count = 0; count < 3; count += 1) allowance.take();
    expect([allowance.left(), allowance.waitMs()]).toEqual([0, 60_000]);
    await clock.advance(59_000);
    expect(allowance.waitMs()).toBe(1_000);
    await clock.advance(61_000);
    expect(allowance.left()).toBe(2);
    await clock.advance(3_600_000);
    expect(allowance.left()).toBe(3);
  });
});

describe('mails in a storm', () => {
  const bench = () => {
    const clock = createVirtualClock();
    const letters: { atMs: number; letter: Letter }[] = [];
    const post = async (letter: Letter) => void letters.push({ atMs: clock.nowMs(), letter });
    const sender = createMailSender({ clock, post, burst: 3, everyMs: 60_000 });
    return { clock, letters, sender, callOff: createCallOff() };
  };

  it('are few, and hold every notice', async () => {
    const { clock, letters, sender, callOff } = bench();
    let left = many(1_000);
    let taken = 0;
    const storm = async () => {
      while (left.length > 0) {
        const sent = await sender.send(left.slice(0, sender.window), callOff.signal);
        taken += sent.taken;
        left = left.slice(sent.taken);
      }
    };
    const over = storm();
    await clock.advance(7 * 60_000);
    await over;
    expect(taken).toBe(1_000);
    expect(letters.map(({ atMs }) => atMs / 60_000)).toEqual([0, 0, 0, 1, 2, 3, 4, 5, 6, 7]);
    const lines = letters.flatMap(({ letter }) => letter.text.trimEnd().split('\n'));
    expect(lines).toHaveLength(1_000);
  });

  it('do not keep a stop waiting', async () => {
    const { sender, callOff } = bench();
    await sender.send(many(10), callOff.signal);
    await sender.send(many(10), callOff.signal);
    await sender.send(many(10), callOff.signal);
    const waiting = sender.send(many(10), callOff.signal);
    callOff.callOff();
    expect(await waiting).toEqual({ taken: 0 });
  });
});
