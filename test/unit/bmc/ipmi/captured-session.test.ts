import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { cipherSuites } from '../../../../src/bmc/ipmi/cipher-suites.ts';
import { decodeRequest, decodeResponse } from '../../../../src/bmc/ipmi/message.ts';
import {
  decodeOpenSessionRequest,
  decodeOpenSessionResponse,
  suiteAlgorithms,
} from '../../../../src/bmc/ipmi/open-session.ts';
import { payloadTypes } from '../../../../src/bmc/ipmi/packet.ts';
import { decodeRakp1 } from '../../../../src/bmc/ipmi/rakp-1.ts';
import { decodeRakp2 } from '../../../../src/bmc/ipmi/rakp-2.ts';
import { decodeRakp3 } from '../../../../src/bmc/ipmi/rakp-3.ts';
import { decodeRakp4 } from '../../../../src/bmc/ipmi/rakp-4.ts';
import {
  type RakpContext,
  rakp2Code,
  rakp3Code,
  rakp4Code,
  sessionIntegrityKey,
  sessionKeys,
} from '../../../../src/bmc/ipmi/rakp-crypto.ts';
import { unseal } from '../../../../src/bmc/ipmi/sealed.ts';
import { type CapturedDatagram, readCapture } from './captured-session.ts';

const sessions = [
  { name: 'ipmitool-3', suiteId: 3, password: 'secret' },
  { name: 'freeipmi-3', suiteId: 3, password: 'secret' },
  { name: 'ipmitool-17', suiteId: 17, password: '12345678901234567890' },
  { name: 'freeipmi-17', suiteId: 17, password: '12345678901234567890' },
];

const unwrap = <Value>(decoded: { ok: true; value: Value } | { ok: false; failure: string }): Value => {
  if (!decoded.ok) throw new Error(decoded.failure);
  return decoded.value;
};

const payloadOf = (capture: readonly CapturedDatagram[], type: number): Buffer => {
  const found = capture.find(({ packet }) => packet.format === 'rmcp+' && packet.payloadType === type);
  if (!found) throw new Error(`no payload of type ${type}`);
  return found.packet.payload;
};

const suiteOf = (id: number) => {
  const suite = cipherSuites.get(id);
  if (!suite) throw new Error(`no suite ${id}`);
  return suite;
};

/** The four RAKP messages of a capture by the codec, and what both sides hashed over. */
const handshakeOf = (capture: readonly CapturedDatagram[], suiteId: number) => {
  const openRequest = unwrap(decodeOpenSessionRequest(payloadOf(capture, payloadTypes.openSessionRequest)));
  const opened = unwrap(decodeOpenSessionResponse(payloadOf(capture, payloadTypes.openSessionResponse)));
  const rakp1 = unwrap(decodeRakp1(payloadOf(capture, payloadTypes.rakp1)));
  const rakp2 = unwrap(decodeRakp2(payloadOf(capture, payloadTypes.rakp2)));
  const rakp3 = unwrap(decodeRakp3(payloadOf(capture, payloadTypes.rakp3)));
  const rakp4 = unwrap(decodeRakp4(payloadOf(capture, payloadTypes.rakp4)));
  if (!rakp2.accepted || !opened.accepted) throw new Error('refused');
  const context: RakpContext = {
    suite: suiteOf(suiteId),
    consoleSessionId: openRequest.consoleSessionId,
    bmcSessionId: opened.accepted.bmcSessionId,
    consoleRandom: rakp1.consoleRandom,
    bmcRandom: rakp2.accepted.bmcRandom,
    bmcGuid: rakp2.accepted.bmcGuid,
    role: rakp1.role,
    userName: rakp1.userName,
  };
  return { openRequest, opened: opened.accepted, rakp1, rakp2: rakp2.accepted, rakp3, rakp4, context };
};

describe.each(sessions)('$name', ({ name, suiteId, password }) => {
  const capture = readCapture(name);
  const { openRequest, opened, rakp1, rakp2, rakp3, rakp4, context } = handshakeOf(capture, suiteId);
  const key = Buffer.from(password);

  test('the suite that was asked for and given is read', () => {
    expect(openRequest.algorithms).toEqual(suiteAlgorithms(suiteOf(suiteId)));
    expect(opened.algorithms).toEqual(openRequest.algorithms);
    expect(rakp1.userName.toString()).toBe('admin');
  });

  test('the codes of RAKP 2, 3 and 4 are the ones on the wire', () => {
    expect(rakp2Code(context, key)).toEqual(rakp2.code);
    expect(rakp3Code(context, key)).toEqual(rakp3.code);
    expect(rakp4Code(context, sessionIntegrityKey(context, key))).toEqual(rakp4.code);
  });

  /** The formulas of sections 13.28 to 13.32 over the bytes of the capture, without the codec. */
  test('codes and keys agree with a computation written out', () => {
    const hash = suiteId === 17 ? 'sha256' : 'sha1';
    const mac = (secret: Buffer, ...parts: Buffer[]) =>
      createHmac(hash, secret).update(Buffer.concat(parts)).digest();
    const [open, one, two] = [0x11, 0x12, 0x13].map((type) => payloadOf(capture, type)) as [
      Buffer,
      Buffer,
      Buffer,
    ];
    const [sidm, sidc] = [open.subarray(4, 8), open.subarray(8, 12)];
    const [rm, rc, guid] = [one.subarray(8, 24), two.subarray(8, 24), two.subarray(24, 40)];
    const roleAndName = Buffer.concat([one.subarray(24, 25), one.subarray(27)]);
    const sik = mac(key, rm, rc, roleAndName);

    expect(rakp2Code(context, key)).toEqual(mac(key, sidm, sidc, rm, rc, guid, roleAndName));
    expect(rakp3Code(context, key)).toEqual(mac(key, rc, sidm, roleAndName));
    expect(sessionIntegrityKey(context, key)).toEqual(sik);
    expect(rakp4Code(context, sik)).toEqual(mac(sik, rm, sidc, guid).subarray(0, suiteId === 17 ? 16 : 12));
    expect(sessionKeys(suiteOf(suiteId), sik)).toEqual({
      integrityKey: mac(sik, Buffer.alloc(20, 1)),
      encryptionKey: mac(sik, Buffer.alloc(20, 2)).subarray(0, 16),
    });
  });

  test('every sealed packet of both sides opens and holds a whole message', () => {
    const suite = suiteOf(suiteId);
    const protection = { suite, keys: sessionKeys(suite, sessionIntegrityKey(context, key)) };
    const sealed = capture.filter(({ packet }) => packet.format === 'rmcp+' && packet.sessionId !== 0);
    expect(sealed.length).toBeGreaterThanOrEqual(6);
    for (const { from, datagram, packet } of sealed) {
      if (packet.format !== 'rmcp+') continue;
      const payload = unwrap(unseal(protection, datagram, packet));
      expect(from === 'console' ? decodeRequest(payload).ok : decodeResponse(payload).ok).toBe(true);
    }
  });
});
