import { describe, expect, it } from 'vitest';
import { guidIn, type Reading, replyOf, theOne } from '../../../../src/bmc/command/reply.ts';
import type { ProgramEnd } from '../../../../src/io/program.ts';

const reading: Reading = {
  program: 'tool',
  address: '192.0.2.1:623',
  failures: [
    { match: /no such user/im, code: 'bmc.user', proves: 'notSent' },
    { match: /said no/im, code: 'bmc.rejected', proves: 'rejected' },
    { match: /silence/im, code: 'bmc.timeout' },
  ],
  scrub: (text) => text.replaceAll('hunter2', '[redacted]'),
};
const ran = (end: ProgramEnd, stdout = '', stderr = '', more: Partial<Reading> = {}) =>
  replyOf({ end, stdout, stderr }, { ...reading, ...more });
const exit = (code: number): ProgramEnd => ({ kind: 'exit', code });

describe('a reply', () => {
  it('is good with exit code 0, and with the output that is wanted', () => {
    expect(ran(exit(0), 'fine')).toEqual({ ok: true, stdout: 'fine' });
    expect(ran(exit(0), 'fine', '', { accepted: /fine/ })).toEqual({ ok: true, stdout: 'fine' });
  });

  it('is not good with exit code 0 where the output is another', () => {
    expect(ran(exit(0), 'the BMC said no', '', { accepted: /fine/ })).toMatchObject({
      ok: false,
      proves: 'rejected',
    });
    expect(ran(exit(0), '', '', { accepted: /fine/ })).toMatchObject({
      ok: false,
      reason: { code: 'bmc.command' },
    });
  });

  it.each([
    ['no such user', 'bmc.user', 'notSent'],
    ['the BMC said no', 'bmc.rejected', 'rejected'],
    ['silence', 'bmc.timeout', undefined],
    ['anything else', 'bmc.command', undefined],
    ['', 'bmc.command', undefined],
  ])('that ended with an error and "%s" is %s', (stderr, code, proves) => {
    const reply = ran(exit(1), '', stderr);
    expect(reply).toMatchObject({ ok: false, reason: { code } });
    expect(!reply.ok && reply.proves).toBe(proves);
  });

  it.each<[ProgramEnd, string]>([
    [{ kind: 'limit' }, 'bmc.timeout'],
    [{ kind: 'calledOff' }, 'bmc.timeout'],
    [{ kind: 'flooded' }, 'bmc.command'],
    [{ kind: 'signal', name: 'SIGABRT' }, 'bmc.command'],
  ])('of a program that was cut off (%j) proves nothing, whatever it wrote', (end, code) => {
    const reply = ran(end, '', 'no such user');
    expect(reply).toMatchObject({ ok: false, reason: { code } });
    expect(!reply.ok && reply.proves).toBe(undefined);
  });

  it('of a program that did not start proves that nothing was sent', () => {
    expect(ran({ kind: 'notStarted', message: 'ENOENT' })).toMatchObject({
      ok: false,
      reason: { code: 'bmc.command' },
      proves: 'notSent',
    });
  });

  it('quotes one short line, printable and without secrets', () => {
    const reply = ran(exit(1), '', `first\nno such user hunter2 \u0007${'x'.repeat(500)}\nlast`);
    const message = reply.ok ? '' : reply.reason.message;
    expect(message).toMatch(/^tool for 192\.0\.2\.1:623 said: no such user \[redacted\] +x+$/);
    expect(message.length).toBeLessThan(220);
  });
});

it('one of several patterns is found only where it is the only one', () => {
  const patterns = { on: /is on/, off: /is off/ };
  expect(theOne('it is on', patterns)).toBe('on');
  expect(theOne('is on, is off', patterns)).toBeUndefined();
  expect(theOne('', patterns)).toBeUndefined();
});

describe('a GUID', () => {
  const pattern = /guid: ([0-9a-f -]+)/im;
  it('is 32 hex digits in the order of the wire', () => {
    const digits = '00112233445566778899aabbccddeeff';
    expect(guidIn('GUID: 00112233445566778899AABBCCDDEEFF', pattern, 'asSent')).toBe(digits);
    expect(guidIn('guid: ffeeddcc-bbaa-9988-7766-554433221100', pattern, 'reversed')).toBe(digits);
  });
  it('may be missing in the BMC, or in the output', () => {
    expect(guidIn(`guid: ${'0'.repeat(32)}`, pattern, 'asSent')).toBe('none');
    expect(guidIn('guid: 0011', pattern, 'asSent')).toBeUndefined();
    expect(guidIn('nothing', pattern, 'asSent')).toBeUndefined();
  });
});
