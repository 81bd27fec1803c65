import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Notice } from '../../../../src/bridge/noc/notice.ts';
import { v1Message, v2Message, v3Inform, v3Trap } from '../../../../src/bridge/noc/snmp/encode.ts';
import {
  defaultBaseOid,
  noticeObjects,
  notificationOf,
  varbindsOf,
} from '../../../../src/bridge/noc/snmp/objects.ts';
import { readReply, readV2Reply } from '../../../../src/bridge/noc/snmp/reply.ts';
import { keysOf, type SinkPrivacy } from '../../../../src/bridge/noc/snmp/usm-user.ts';
import { decodeV3, encodeDiscovery } from '../../../../src/bridge/noc/snmp/v3-message.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { answerTo } from '../../../../src/snmp-trap/codec/answer.ts';
import type { CommunityMessage } from '../../../../src/snmp-trap/codec/community-message.ts';
import { decodeMessage } from '../../../../src/snmp-trap/codec/message.ts';
import { encodeReport } from '../../../../src/snmp-trap/codec/v3-report.ts';
import { aNotice } from '../../../support/notices.ts';

const said = (notice: Notice) => notificationOf(defaultBaseOid, notice);
const community = Buffer.from('public');
const stamp = { id: 4711, uptimeTicks: 7700 };
const engineId = Buffer.from('80007ed905000102030405060708090a0b', 'hex');
const own = { id: engineId, boots: 5, time: () => 1000 };
const userWith = (authProtocol: 'sha1' | 'sha256' | 'sha512', protocol?: SinkPrivacy) => ({
  ...{ name: 'noc', authProtocol, auth: new Secret('correct horse') },
  ...(protocol && { priv: { protocol, passphrase: new Secret('battery staple') } }),
});

/** The message as our own receiver of traps reads it. */
const read = (datagram: Buffer): CommunityMessage => {
  const message = decodeMessage(datagram);
  if (!message.ok || message.value.version === 'v3') throw new Error('no community message');
  return message.value;
};

describe('a notification of v1 and v2c', () => {
  it('has the trap OID that the MIB gives it, in both', () => {
    const v1 = read(v1Message(said(aNotice()), {}, { community, uptimeTicks: 9, from: '192.0.2.1' }));
    expect(v1.content).toMatchObject({
      trapOid: `${defaultBaseOid}.0.1`,
      uptimeTicks: 9,
      v1: { enterprise: defaultBaseOid, agentAddress: '192.0.2.1', generic: 6, specific: 1 },
    });
    const v2 = read(v2Message(said(aNotice({ state: 'clear' })), { kind: 'inform', community }, stamp));
    expect(v2.content).toMatchObject({
      kind: 'inform',
      trapOid: `${defaultBaseOid}.0.2`,
      uptimeTicks: 7700,
      request: { requestId: 4711 },
    });
    expect(v2.content.varbinds).toEqual(varbindsOf(defaultBaseOid, aNotice({ state: 'clear' })));
    expect(v2.content.varbinds).toHaveLength(noticeObjects.length);
  });

  it('fits into a datagram whatever the notice holds', () => {
    const text = fc.string({ unit: 'binary', maxLength: 400 });
    fc.assert(
      fc.property(text, text, (words, server) => {
        const notice = aNotice({ text: words, server });
        const target = { kind: 'trap', community } as const;
        expect(read(v2Message(said(notice), target, stamp)).content.kind).toBe('trap');
      }),
    );
  });

  it('calls its agent 0.0.0.0 where it goes over IPv6', () => {
    const { content } = read(
      v1Message(said(aNotice()), {}, { community, uptimeTicks: 0, from: '2001:db8::1' }),
    );
    expect(content.v1?.agentAddress).toBe('0.0.0.0');
  });
});

describe('a message of v3', () => {
  const users = [
    userWith('sha1'),
    userWith('sha256', 'aes128'),
    userWith('sha256', 'aes256'),
    userWith('sha512', 'aes256'),
  ] as const;

  it.for(users)('is opened with the keys it was made with: %j', (user) => {
    const keysAt = keysOf(user);
    const keys = keysAt(engineId);
    const trap = v3Trap(said(aNotice()), stamp, { own, keys });
    const opened = decodeV3(trap, keysAt);
    expect(opened).toMatchObject({ msgId: 4711, authentic: true, engine: { boots: 5, time: 1000 } });
    expect(opened?.pdu?.[0], 'an SNMPv2-Trap-PDU').toBe(0xa7);
    expect(trap.includes('server2'), 'readable on the wire').toBe(user.priv === undefined);
    const stranger = keysOf({ ...user, auth: new Secret('another horse') });
    expect(decodeV3(trap, stranger)).toMatchObject({ authentic: false });
  });

  it('is not taken for authentic when a bit of it is another', () => {
    const keysAt = keysOf(userWith('sha256', 'aes128'));
    const engine = { id: engineId, boots: 1, time: 2 };
    const inform = v3Inform(said(aNotice()), stamp, { own, keys: keysAt(engineId), engine });
    fc.assert(
      fc.property(fc.nat(inform.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(inform);
        changed[at] = (changed[at] ?? 0) ^ flip;
        expect(decodeV3(changed, keysAt)?.authentic ?? false).toBe(false);
      }),
    );
  });

  it('that is cut off or made up is none', () => {
    const keysAt = keysOf(userWith('sha256', 'aes128'));
    const whole = v3Trap(said(aNotice()), stamp, { own, keys: keysAt(engineId) });
    for (let length = 0; length < whole.length; length += 1)
      expect(decodeV3(whole.subarray(0, length), keysAt)).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(decodeV3(Buffer.from(bytes), keysAt)?.authentic ?? false).toBe(false);
        expect(readV2Reply(Buffer.from(bytes))).toBeUndefined();
      }),
    );
  });

  it('asks for an engine, and understands the report that names it', () => {
    const keysAt = keysOf(userWith('sha256', 'aes128'));
    expect(decodeMessage(encodeDiscovery(7))).toMatchObject({
      ok: true,
      value: { msgId: 7, level: 'noAuthNoPriv', reportable: true, engineId: Buffer.alloc(0) },
    });
    const parts = { count: 1, msgId: 7, requestId: 7, engineId, engineBoots: 9, engineTime: 10 };
    const report = decodeV3(encodeReport({ about: 'unknownEngineIds', ...parts }), keysAt);
    expect(report).toMatchObject({ authentic: false, engine: { id: engineId, boots: 9, time: 10 } });
    expect(report?.pdu && readReply(report.pdu)).toEqual({
      kind: 'report',
      about: '1.3.6.1.6.3.15.1.1.4.0',
    });
  });
});

describe('the answer to an inform of v2c', () => {
  it('is known by its request id', () => {
    const target = { baseOid: defaultBaseOid, kind: 'inform', community } as const;
    const message = read(v2Message(said(aNotice()), target, stamp));
    if (message.content.kind !== 'inform') throw new Error('no inform');
    expect(readV2Reply(answerTo(message, message.content.request))).toEqual({
      kind: 'response',
      requestId: 4711,
      errorStatus: 0,
    });
  });
});
