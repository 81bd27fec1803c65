import { describe, expect, test } from 'vitest';
import { decodeAsf, encodeAsf } from '../../../../src/bmc/ipmi/asf.ts';
import type { IpmiCommand } from '../../../../src/bmc/ipmi/command.ts';
import { chassisControl } from '../../../../src/bmc/ipmi/commands/chassis-control.ts';
import { chassisIdentify } from '../../../../src/bmc/ipmi/commands/chassis-identify.ts';
import { closeSession } from '../../../../src/bmc/ipmi/commands/close-session.ts';
import { getChannelAuthCapabilities } from '../../../../src/bmc/ipmi/commands/get-channel-auth-capabilities.ts';
import {
  decodeCipherSuiteRecords,
  encodeCipherSuiteRecords,
  getChannelCipherSuites,
} from '../../../../src/bmc/ipmi/commands/get-channel-cipher-suites.ts';
import { getChassisStatus } from '../../../../src/bmc/ipmi/commands/get-chassis-status.ts';
import { getDeviceId } from '../../../../src/bmc/ipmi/commands/get-device-id.ts';
import { getSelTime } from '../../../../src/bmc/ipmi/commands/get-sel-time.ts';
import { getSessionInfo } from '../../../../src/bmc/ipmi/commands/get-session-info.ts';
import { getSystemGuid } from '../../../../src/bmc/ipmi/commands/get-system-guid.ts';
import { setSessionPrivilege } from '../../../../src/bmc/ipmi/commands/set-session-privilege.ts';
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
} from '../../../../src/bmc/ipmi/message.ts';
import {
  decodeOpenSessionRequest,
  decodeOpenSessionResponse,
  encodeOpenSessionRequest,
  encodeOpenSessionResponse,
} from '../../../../src/bmc/ipmi/open-session.ts';
import { encodeV15 } from '../../../../src/bmc/ipmi/packet.ts';
import { decodeRakp1, encodeRakp1 } from '../../../../src/bmc/ipmi/rakp-1.ts';
import { decodeRakp2 } from '../../../../src/bmc/ipmi/rakp-2.ts';
import { encodeRmcp } from '../../../../src/bmc/ipmi/rmcp.ts';

/**
 * The bytes here were spoken by ipmitool 1.8.19 and ipmi_sim (OpenIPMI 2.0.33) with cipher suite 0,
 * which leaves them readable, and taken by a relay on loopback; "noroshi" marks answers of our own
 * simulated BMC that ipmitool understood.
 */
const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');

describe('requests of ipmitool', () => {
  const request = <Request>(
    name: string,
    command: IpmiCommand<Request, never> | IpmiCommand<Request, unknown>,
    hex: string,
    sequence: number,
    value: Request,
  ) =>
    test(name, () => {
      const decoded = decodeRequest(bytes(hex));
      if (!decoded.ok) throw new Error(decoded.failure);
      expect(decoded.value).toMatchObject({ netFn: command.netFn, command: command.command, sequence });
      expect(command.decodeRequest(decoded.value.data)).toEqual({ ok: true, value });
      const data = command.encodeRequest(value);
      const { netFn, command: number } = command;
      expect(encodeRequest({ netFn, command: number, sequence, data })).toEqual(bytes(hex));
    });

  request('set privilege administrator', setSessionPrivilege, '20 18 c8 81 04 3b 04 3c', 1, 4);
  request('get device id', getDeviceId, '20 18 c8 81 0c 01 72', 3, undefined);
  request('get system GUID', getSystemGuid, '20 18 c8 81 18 37 30', 6, undefined);
  request('power off', chassisControl, '20 00 e0 81 14 02 00 69', 5, 'off');
  request('power cycle', chassisControl, '20 00 e0 81 18 02 02 63', 6, 'cycle');
  request('power reset', chassisControl, '20 00 e0 81 18 02 03 62', 6, 'reset');
  request('power diag', chassisControl, '20 00 e0 81 18 02 04 61', 6, 'nmi');
  request('chassis status', getChassisStatus, '20 00 e0 81 18 01 66', 6, undefined);
  request('identify 20', chassisIdentify, '20 00 e0 81 18 04 14 4f', 6, { seconds: 20, indefinite: false });
  request('identify force', chassisIdentify, '20 00 e0 81 18 04 00 01 62', 6, {
    seconds: 0,
    indefinite: true,
  });
  request('close session', closeSession, '20 18 c8 81 1c 3c 82 01 00 00 a4', 7, 0x00000182);
  request('channel auth capabilities', getChannelAuthCapabilities, '20 18 c8 81 00 38 8e 04 b5', 0, {
    channel: 14,
    privilege: 4,
  });
  request('this session', getSessionInfo, '20 18 c8 81 18 3d 00 2a', 6, { by: 'current' });
  request('session of handle 1', getSessionInfo, '20 18 c8 81 18 3d fe 01 2b', 6, {
    by: 'handle',
    handle: 1,
  });
  request('session 2', getSessionInfo, '20 18 c8 81 18 3d ff 02 00 00 00 29', 6, {
    by: 'id',
    bmcSessionId: 2,
  });
  request('SEL time', getSelTime, '20 28 b8 81 18 48 1f', 6, undefined);
  request('channel cipher suites', getChannelCipherSuites, '20 18 c8 81 04 54 0e 00 80 99', 1, {
    channel: 14,
    index: 0,
  });
});

describe('answers', () => {
  const answered = (hex: string) => {
    const decoded = decodeResponse(bytes(hex));
    if (!decoded.ok) throw new Error(decoded.failure);
    return decoded.value;
  };

  test('ipmi_sim: device id', () => {
    const { completionCode, data } = answered(
      '81 1c 63 20 0c 01 00 20 03 09 08 02 9f 91 12 00 02 0f 00 00 00 00 4a',
    );
    expect(completionCode).toBe(0);
    expect(getDeviceId.decodeResponse(data)).toEqual({
      ok: true,
      value: { deviceId: 0x20, firmwareMajor: 9, firmwareMinor: 8, manufacturer: 4753, product: 0x0f02 },
    });
  });

  test('ipmi_sim: chassis status, lamp lit until told otherwise', () => {
    const { data } = answered('81 04 7b 20 18 01 00 41 00 60 00 26');
    expect(getChassisStatus.decodeResponse(data)).toEqual({
      ok: true,
      value: { power: 'on', restorePolicy: 'alwaysOn', powerFault: false, identify: 'indefinite' },
    });
  });

  test('ipmi_sim: GUID', () => {
    const { data } = answered('81 1c 63 20 18 37 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 10 00 81');
    expect(getSystemGuid.decodeResponse(data)).toEqual({ ok: true, value: bytes(`${'00'.repeat(14)}1000`) });
  });

  test('ipmi_sim: this session, the only one of 63', () => {
    const { data } = answered('81 1c 63 20 18 3d 00 01 3f 01 02 04 11 33');
    const session = { userId: 2, privilege: 4, ipmi20: true, channel: 1 };
    const value = { handle: 1, possible: 63, active: 1, session };
    expect(getSessionInfo.decodeResponse(data)).toEqual({ ok: true, value });
    expect(getSessionInfo.encodeResponse(value)).toEqual(data);
  });

  test('ipmi_sim: a session that it does not know', () => {
    const { data } = answered('81 1c 63 20 18 3d 00 00 3f 01 4b');
    const value = { handle: 0, possible: 63, active: 1 };
    expect(getSessionInfo.decodeResponse(data)).toEqual({ ok: true, value });
    expect(getSessionInfo.encodeResponse(value)).toEqual(data);
  });

  test('ipmi_sim: a clock that has counted 4119 s since the start', () => {
    const { data } = answered('81 2c 53 20 18 48 00 17 10 00 00 59');
    expect(getSelTime.decodeResponse(data)).toEqual({ ok: true, value: 4119 });
  });

  test('ipmi_sim: power off refused to a viewer', () => {
    const refused = { netFn: 0, command: 2, sequence: 5, completionCode: 0xd4, data: Buffer.alloc(0) };
    expect(answered('81 04 7b 20 14 02 d4 f6')).toEqual(refused);
    expect(encodeResponse(refused)).toEqual(bytes('81 04 7b 20 14 02 d4 f6'));
  });

  test('ipmi_sim: authentication capabilities of IPMI 1.5 and 2.0', () => {
    const { data } = answered('81 1c 63 20 00 38 00 01 84 04 03 00 00 00 00 1c');
    expect(getChannelAuthCapabilities.decodeResponse(data)).toEqual({
      ok: true,
      value: { channel: 1, ipmi20: true, kgSet: false, namedUsers: true, namelessUsers: false },
    });
  });

  test('noroshi: cipher suites 17 and 3', () => {
    const { data } = answered('81 1c 63 20 04 54 00 01 c0 11 03 44 81 c0 03 01 41 81 68');
    const list = getChannelCipherSuites.decodeResponse(data);
    const suites = [
      { id: 17, authentication: 3, integrity: 4, confidentiality: 1 },
      { id: 3, authentication: 1, integrity: 1, confidentiality: 1 },
    ];
    expect(list.ok && decodeCipherSuiteRecords(list.value.records)).toEqual(suites);
    expect(list.ok && list.value.records).toEqual(encodeCipherSuiteRecords(suites));
  });

  test('a manufacturer’s own suite is passed over (section 22.15.1)', () => {
    const list = bytes('c1 80 a2 02 00 01 41 81 c0 03 01 41 81');
    expect(decodeCipherSuiteRecords(list)).toEqual([
      { id: 3, authentication: 1, integrity: 1, confidentiality: 1 },
    ]);
  });
});

describe('before a session', () => {
  test('the ping of rmcpping and the pong of ipmi_sim', () => {
    const ping = bytes('06 00 ff 06 00 00 11 be 80 07 00 00');
    const pong = bytes('00 00 11 be 40 07 00 10 00 00 11 be 00 00 00 00 81 00 00 00 00 00 00 00');
    expect(encodeRmcp('asf', encodeAsf({ type: 'ping', tag: 7 }))).toEqual(ping);
    expect(encodeAsf({ type: 'pong', tag: 7, ipmi: true })).toEqual(pong);
    expect(decodeAsf(pong)).toEqual({ ok: true, value: { type: 'pong', tag: 7, ipmi: true } });
  });

  test('authentication capabilities as ipmitool asks for them', () => {
    const message = bytes('20 18 c8 81 00 38 8e 04 b5');
    expect(encodeV15(message)).toEqual(
      bytes('06 00 ff 07 00 00 00 00 00 00 00 00 00 09 20 18 c8 81 00 38 8e 04 b5'),
    );
  });

  test('Open Session of ipmitool for suite 3, and the answer of ipmi_sim', () => {
    const algorithms = { authentication: 1, integrity: 1, confidentiality: 1 };
    const consoleSessionId = 0xa0a2a3a4;
    const records = '00 00 00 08 01 00 00 00 01 00 00 08 01 00 00 00 02 00 00 08 01 00 00 00';
    const request = bytes(`00 00 00 00 a4 a3 a2 a0 ${records}`);
    const response = bytes(`00 00 00 00 a4 a3 a2 a0 02 00 00 00 ${records}`);
    const asked = { tag: 0, privilege: 0, consoleSessionId, algorithms };
    const given = {
      tag: 0,
      status: 0,
      privilege: 0,
      consoleSessionId,
      accepted: { bmcSessionId: 2, algorithms },
    };
    expect(decodeOpenSessionRequest(request)).toEqual({ ok: true, value: asked });
    expect(encodeOpenSessionRequest(asked)).toEqual(request);
    expect(decodeOpenSessionResponse(response)).toEqual({ ok: true, value: given });
    expect(encodeOpenSessionResponse(given)).toEqual(response);
  });

  test('RAKP 1 of ipmitool: administrator, looked up by name only', () => {
    const hex =
      '00 00 00 00 02 00 00 00 80 70 44 9f b0 22 5e b8 99 9f 2c f2 38 9e 68 7b 14 00 00 05 61 64 6d 69 6e';
    const rakp1 = {
      tag: 0,
      bmcSessionId: 2,
      consoleRandom: bytes('80 70 44 9f b0 22 5e b8 99 9f 2c f2 38 9e 68 7b'),
      role: 0x14,
      userName: Buffer.from('admin'),
    };
    expect(decodeRakp1(bytes(hex))).toEqual({ ok: true, value: rakp1 });
    expect(encodeRakp1(rakp1)).toEqual(bytes(hex));
  });

  test('RAKP 2 of ipmi_sim to an unknown user: what follows the status means nothing', () => {
    const rest =
      '24 f0 11 e4 7e 5f 26 94 5e cb 22 ec 8e 0d 90 58 00 00 00 00 00 00 00 00 00 00 00 00 00 00 10 00';
    expect(decodeRakp2(bytes(`00 0d 00 00 a4 a3 a2 a0 ${rest}`))).toEqual({
      ok: true,
      value: { tag: 0, status: 0x0d, consoleSessionId: 0xa0a2a3a4 },
    });
  });
});
