import { describe, expect, it } from 'vitest';
import {
  clientFault,
  connackFault,
  disconnectFault,
  pubackFault,
  streamFault,
} from '../../../../src/bridge/mqtt/faults.ts';

const systemError = (code: string) => Object.assign(new Error(`it failed: ${code}`), { code });

describe('a fault of the broker', () => {
  it.each([
    [0x86, 'mqtt.credentials', 'Bad User Name or Password (0x86)'],
    [0x87, 'mqtt.credentials', 'Not authorized (0x87)'],
    [0x8a, 'mqtt.credentials', 'Banned (0x8a)'],
    [0x88, 'mqtt.refused', 'Server unavailable (0x88)'],
    [0xff, 'mqtt.refused', 'no reason is given (0xff)'],
  ])('CONNACK %i is %s', (reasonCode, code, words) => {
    expect(connackFault(reasonCode)).toMatchObject({ code });
    expect(connackFault(reasonCode).message).toContain(words);
  });

  it.each([
    [0x8e, 'mqtt.clientIdTaken'],
    [0x8b, 'mqtt.ended'],
    [0x00, 'mqtt.ended'],
    [0x87, 'mqtt.credentials'],
  ])('DISCONNECT %i is %s', (reasonCode, code) => {
    expect(disconnectFault(reasonCode, 'noroshi-a-b')).toMatchObject({ code });
  });

  it('DISCONNECT by a takeover names the client id', () => {
    expect(disconnectFault(0x8e, 'noroshi-a-b').message).toContain('noroshi-a-b');
  });

  it.each([
    [0x87, 'mqtt.notAllowed'],
    [0x90, 'mqtt.rejected'],
    [0x95, 'mqtt.rejected'],
    [0x99, 'mqtt.rejected'],
    [0x97, 'mqtt.refused'],
    [0x80, 'mqtt.refused'],
    [0x83, 'mqtt.refused'],
  ])('PUBACK %i is %s', (reasonCode, code) => {
    expect(pubackFault(reasonCode, 'a/b')).toMatchObject({ code });
    expect(pubackFault(reasonCode, 'a/b').message).toContain('a/b');
  });

  it.each([
    ['ECONNREFUSED', false, 'mqtt.unreachable'],
    ['ENOTFOUND', false, 'mqtt.unreachable'],
    ['ECONNRESET', true, 'mqtt.lost'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', false, 'mqtt.tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', false, 'mqtt.tls'],
    ['CERT_HAS_EXPIRED', false, 'mqtt.tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', false, 'mqtt.tls'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', true, 'mqtt.tls'],
  ])('of the socket, %s, is a fault with a code', (system, opened, code) => {
    expect(streamFault(systemError(system), opened)).toMatchObject({ code });
  });

  it('is told from what the library says', () => {
    expect(clientFault(new Error('connack timeout'), false)).toMatchObject({ code: 'mqtt.timeout' });
    expect(clientFault(new Error('Keepalive timeout'), true)).toMatchObject({ code: 'mqtt.timeout' });
    const refusal = Object.assign(new Error('Connection refused'), { code: 0x86 });
    expect(clientFault(refusal, false)).toMatchObject({ code: 'mqtt.credentials' });
    expect(clientFault(new Error('anything'), true)).toMatchObject({ code: 'mqtt.lost' });
  });
});
