import fc from 'fast-check';
import { expect, it } from 'vitest';
import { framed, syslogMessage } from '../../../../src/bridge/noc/syslog/message.ts';
import type { Severity } from '../../../../src/events/catalogue.ts';
import { aNotice } from '../../../support/notices.ts';

const options = { facility: 'local0', mostBytes: 2048 } as const;
const line = (change: Parameters<typeof aNotice>[0] = {}) =>
  syslogMessage(aNotice(change), options).toString();

it('is a message of RFC 5424', () => {
  expect(line()).toBe(
    '<130>1 2026-11-21T01:02:03.456Z server1 noroshi - fence.finished [noroshi@32473 key="server1/fence/server2" state="raise" severity="critical" server="server2" seq="4711" cluster="prod-a" alertModule="rc" alertId="420"] Forced stop of server2 FAILED.',
  );
});

it.for<[Severity, number]>([
  ['critical', 2],
  ['warning', 4],
  ['notice', 5],
  ['info', 6],
])('maps %s to %i', ([severity, number]) => {
  expect(line({ severity })).toMatch(new RegExp(`^<${16 * 8 + number}>1 `));
  const daemon = syslogMessage(aNotice({ severity }), { ...options, facility: 'daemon' }).toString();
  expect(daemon).toMatch(new RegExp(`^<${3 * 8 + number}>1 `));
});

it('escapes what would end a value, and strips what would end a line', () => {
  expect(line({ key: 'a"b]c\\d\ne' })).toContain(' key="a\\"b\\]c\\\\d e" ');
  expect(line({ text: 'one\r\n<0>1 two\u0000\u2028three' })).toMatch(/] one <0>1 two three$/);
});

it('is one line that fits, and valid UTF-8, whatever the notice holds', () => {
  const text = fc.string({ unit: 'binary', maxLength: 600 });
  fc.assert(
    fc.property(text, text, fc.integer({ min: 480, max: 2048 }), (words, gateway, mostBytes) => {
      const bytes = syslogMessage(aNotice({ text: words, gateway }), { ...options, mostBytes });
      expect(bytes.length).toBeLessThanOrEqual(mostBytes);
      expect(bytes.toString()).not.toMatch(/\p{Cc}/u);
      expect(bytes.toString()).toMatch(/^<130>1 \S+ \S+ noroshi - \S+ \[/);
      expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).not.toThrow();
    }),
  );
});

it('counts octets, not characters', () => {
  expect(framed(Buffer.from('狼煙'), 'octetCounted').toString()).toBe('6 狼煙');
  expect(framed(Buffer.from('狼煙'), 'newline').toString()).toBe('狼煙\n');
});
