import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { v1Message, v2Message } from '../../../src/bridge/noc/snmp/encode.ts';
import { runProgram } from '../../../src/cli/program.ts';
import { recordedOf } from '../../../src/cli/recorded-trap.ts';
import { findTrapSample, loadTrapSamples, notificationOfSample } from '../../../src/cli/trap-samples.ts';
import { commandEngine, placeOf, trapTargetOf } from '../../../src/cli/trap-target.ts';
import { oidOf, varbindsOfWords } from '../../../src/cli/varbind-words.ts';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import { decodeMessage } from '../../../src/snmp-trap/codec/message.ts';
import { trapOidOfV1, v1FieldsOf } from '../../../src/snmp-trap/codec/notification-pdu.ts';

const community = Buffer.from('public');

const contentOf = (datagram: Buffer) => {
  const message = decodeMessage(datagram);
  if (!message.ok || !('content' in message.value)) throw new Error('no notification');
  return message.value.content;
};

describe('varbinds as words', () => {
  it('of every type, at its limits, come back from the wire as they were given', () => {
    const words = [
      ...['1.3.6.1.1', 'i', '-2147483648', '.1.3.6.1.2', 'u', '4294967295', '1.3.6.1.3', 'c', '0'],
      ...['1.3.6.1.4', 'C', '18446744073709551615', '1.3.6.1.5', 't', '123', '1.3.6.1.6', 's', 'Füße'],
      ...[
        '1.3.6.1.7',
        'x',
        '0x44:45 4c',
        '1.3.6.1.8',
        'o',
        '2.999.4294967295',
        '1.3.6.1.9',
        'a',
        '192.0.2.1',
      ],
    ];
    const varbinds = varbindsOfWords(words);
    const notification = { trapOid: '1.3.6.1.6.3.1.1.5.1', varbinds };
    const datagram = v2Message(notification, { kind: 'trap', community }, { id: 1, uptimeTicks: 0 });
    expect(contentOf(datagram).varbinds).toEqual(varbinds);
    expect(varbinds.map(({ value }) => ('value' in value ? value.value : undefined))).toEqual([
      ...[-2147483648, 4294967295, 0, 18446744073709551615n, 123, Buffer.from('Füße'), Buffer.from('DEL')],
      ...['2.999.4294967295', '192.0.2.1'],
    ]);
  });

  it.each([
    ['a word too few', ['1.3.6.1', 'i']],
    ['an unknown type', ['1.3.6.1', 'z', '1']],
    ['a type of the prototype', ['1.3.6.1', 'constructor', '1']],
    ['a number out of range', ['1.3.6.1', 'i', '2147483648']],
    ['a negative gauge', ['1.3.6.1', 'u', '-1']],
    ['a number that is none', ['1.3.6.1', 't', '1e3']],
    ['half a byte', ['1.3.6.1', 'x', 'abc']],
    ['an IPv6 address', ['1.3.6.1', 'a', '::1']],
    ['a name for an OID', ['sysDescr.0', 's', 'x']],
    ['more than a notification holds', Array.from({ length: 257 }, () => ['1.3.6.1', 'i', '1']).flat()],
  ])('%s is refused', (_name, words) => {
    expect(() => varbindsOfWords(words)).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it.each(['', '1', '3.1', '1.40', '1..3', '1.3.4294967296', '1.3.', `1.3${'.1'.repeat(127)}`])(
    '"%s" is no OID',
    (word) => {
      expect(() => oidOf(word)).toThrow(expect.objectContaining({ code: 'usage' }));
    },
  );
});

describe('the fields of a v1 trap', () => {
  it('have the trap OID that they were made of (RFC 3584)', () => {
    const arc = fc.integer({ min: 0, max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(fc.array(arc, { minLength: 1, maxLength: 8 }), arc, (arcs, specific) => {
        const trapOid = `1.3.6.1.4.1.${arcs.join('.')}.0.${specific}`;
        const { enterprise, generic, specific: last } = v1FieldsOf(trapOid);
        expect(trapOidOfV1(enterprise, generic, last)).toBe(trapOid);
      }),
    );
    for (let generic = 0; generic < 6; generic += 1) {
      const fields = { enterprise: '1.3.6.1.4.1.9', generic, specific: 0 };
      expect(v1FieldsOf(trapOidOfV1('', generic, 0), '1.3.6.1.4.1.9')).toEqual(fields);
    }
  });
});

describe('samples', () => {
  it('say on the wire what their file says, each of them', async () => {
    const samples = await loadTrapSamples();
    expect(samples.length).toBeGreaterThan(100);
    for (const { sample } of samples) {
      const said = notificationOfSample(sample);
      const stamp = { community, uptimeTicks: 9, from: '192.0.2.9' };
      const { trap } = sample;
      if (trap.version === 'v2c') {
        const v2 = contentOf(v2Message(said, { kind: 'trap', community }, { id: 1, uptimeTicks: 9 }));
        expect(v2).toMatchObject({ trapOid: trap.trapOid, varbinds: said.varbinds });
        continue;
      }
      const { enterprise, generic, specific } = trap;
      const content = contentOf(v1Message(said, {}, stamp));
      expect(content.v1).toEqual({ enterprise, generic, specific, agentAddress: '192.0.2.9' });
      expect(content.varbinds).toEqual(said.varbinds);
    }
  });

  it('go by number and by event', async () => {
    expect((await findTrapSample('ipmi-pet/2')).event).toBe('chassisIntrusion');
    expect((await findTrapSample('ipmi-pet/chassisIntrusion')).id).toBe('ipmi-pet/2');
    await expect(findTrapSample('ipmi-pet')).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('the receiver', () => {
  const folder = mkdtempSync(join(tmpdir(), 'noroshi-trap-target-'));
  const file = (name: string, text: string, mode = 0o600) => {
    writeFileSync(join(folder, name), `${text}\n`, { mode });
    return join(folder, name);
  };
  const to = '192.0.2.1';

  it.each([
    ['192.0.2.1', { host: '192.0.2.1', port: 162 }],
    ['noc.example:1162', { host: 'noc.example', port: 1162 }],
    ['[2001:db8::1]:1162', { host: '2001:db8::1', port: 1162 }],
    ['[::1]', { host: '::1', port: 162 }],
  ])('%s', (text, place) => expect(placeOf(text)).toEqual(place));

  it.each(['', 'a:0', 'a:65536', '2001:db8::1', 'a b', 'a:b', '[::1'])('not "%s"', (text) => {
    expect(() => placeOf(text)).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('has its secrets from files', async () => {
    const communityFile = file('community', 'secret-word');
    const { target, warnings } = await trapTargetOf({ to, communityFile, inform: true }, 'v2c');
    expect(warnings).toEqual([]);
    expect(target).toMatchObject({ host: to, port: 162, how: { version: 'v2c', kind: 'inform' }, tries: 3 });
    const { how } = target;
    expect(how.version === 'v2c' && how.community.reveal().toString()).toBe('secret-word');
    const open = await trapTargetOf({ to, communityFile: file('open', 'x', 0o644) }, 'v1');
    expect(open.warnings).toEqual([expect.stringMatching(/^--community-file: .*open to every user/)]);
  });

  it.each([
    ['no community', {}, 'v2c', '--community-file'],
    ['no user', {}, 'v3', '--user'],
    ['no passphrase', { user: 'noc' }, 'v3', '--auth-file'],
    ['a file that is not there', { communityFile: '/nowhere' }, 'v2c', '--community-file'],
    ['a version that is none', { communityFile: '/nowhere' }, 'v4', '--community-file'],
    ['too long a wait', { communityFile: file('c', 'x'), answer: '1h' }, 'v2c', '--answer'],
    ['a passphrase that is too short', { user: 'noc', authFile: file('short', 'x') }, 'v3', '--auth-file'],
  ])('%s is told by the option', async (_name, options, version, option) => {
    await expect(trapTargetOf({ to, ...options }, version)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(option),
    });
  });

  it('sees a later run as a later boot of one engine', async () => {
    const clock = createVirtualClock(Date.UTC(2027, 0, 1));
    const first = commandEngine(clock, undefined);
    await clock.advance(2_500);
    expect(first.time()).toBe(2);
    const second = commandEngine(clock, undefined);
    expect(second.id).toEqual(first.id);
    expect(second.boots).toBe(first.boots + 2);
    expect(second.time()).toBe(0);
    expect(() => commandEngine(clock, 'abc')).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});

describe('the command', () => {
  const run = async (...words: string[]) => {
    const lines: string[] = [];
    const write = (line: string) => void lines.push(line);
    const terminal = { out: write, error: write, gone: new Promise<void>(() => undefined) };
    const code = await runProgram(['node', 'noroshi', 'trap', 'send', ...words], terminal);
    return { code, said: lines.join('\n') };
  };
  const communityFile = join(mkdtempSync(join(tmpdir(), 'noroshi-trap-send-')), 'community');
  writeFileSync(communityFile, 'secret-word\n', { mode: 0o600 });
  const ready = ['--to', '127.0.0.1:9', '--community-file', communityFile];
  const trapOid = '1.3.6.1.6.3.1.1.5.1';

  it.each<[string, string[], string]>([
    ['no receiver', [trapOid], '--to'],
    ['nothing to send', ready, 'give one of'],
    ['two things to send', [...ready, '--sample', 'ipmi-pet/1', trapOid], 'give one of'],
    ['a sample that is none', [...ready, '--sample', 'ipmi-pet/nosuch'], 'trap samples'],
    ['a Counter64 in v1', [...ready, '--snmp', 'v1', trapOid, '1.3.6.1', 'C', '1'], 'v1 has no Counter64'],
    ['an inform of v1', [...ready, '--snmp', 'v1', '--inform', trapOid], 'v1 has traps only'],
    ['a community beside a recorded datagram', [...ready, '--hex', '3000'], '--hex is sent as it is'],
    ['more than a datagram', [...ready, trapOid, '1.3.6.1', 's', 'x'.repeat(65_480)], 'does not fit'],
    ['far more than a datagram', [...ready, trapOid, '1.3.6.1', 's', 'x'.repeat(99_000)], 'does not fit'],
  ])('says what is wrong with %s: exit 2, and nothing sent', async (_name, words, complaint) => {
    const { code, said } = await run(...words);
    expect({ code, told: said.includes(complaint) }).toEqual({ code: 2, told: true });
    expect(said).not.toContain('secret-word');
  });
});

describe('a recorded datagram', () => {
  it('is told apart as far as that goes without keys', () => {
    const said = { trapOid: '1.3.6.1.6.3.1.1.5.1', varbinds: [] };
    const inform = v2Message(said, { kind: 'inform', community }, { id: 77, uptimeTicks: 0 });
    const facts = { version: 'v2c', kind: 'inform', trapOid: said.trapOid, requestId: 77 };
    expect(recordedOf(inform.toString('hex'))).toEqual({ datagram: inform, ...facts });
    expect(recordedOf('30 03 02 01 09')).toMatchObject({ version: 'unreadable', kind: 'datagram' });
    expect(() => recordedOf('3')).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(() => recordedOf('')).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});
