import fc from 'fast-check';
import { decodeAsf, encodeAsf } from '../../../../src/bmc/ipmi/asf.ts';
import {
  type ChassisControl,
  chassisControl,
  chassisControls,
} from '../../../../src/bmc/ipmi/commands/chassis-control.ts';
import { chassisIdentify } from '../../../../src/bmc/ipmi/commands/chassis-identify.ts';
import { closeSession } from '../../../../src/bmc/ipmi/commands/close-session.ts';
import { getChannelAuthCapabilities } from '../../../../src/bmc/ipmi/commands/get-channel-auth-capabilities.ts';
import { getChannelCipherSuites } from '../../../../src/bmc/ipmi/commands/get-channel-cipher-suites.ts';
import {
  getChassisStatus,
  identifyStates,
  restorePolicies,
} from '../../../../src/bmc/ipmi/commands/get-chassis-status.ts';
import { getDeviceId } from '../../../../src/bmc/ipmi/commands/get-device-id.ts';
import { getSelTime } from '../../../../src/bmc/ipmi/commands/get-sel-time.ts';
import { getSessionInfo, type SessionInfo } from '../../../../src/bmc/ipmi/commands/get-session-info.ts';
import { getSystemGuid } from '../../../../src/bmc/ipmi/commands/get-system-guid.ts';
import { petAcknowledge } from '../../../../src/bmc/ipmi/commands/pet-acknowledge.ts';
import { setSessionPrivilege } from '../../../../src/bmc/ipmi/commands/set-session-privilege.ts';
import type { Decoded } from '../../../../src/bmc/ipmi/decoded.ts';
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
import { decodePacket, encodeRmcpPlus, encodeV15, type Packet } from '../../../../src/bmc/ipmi/packet.ts';
import { decodeRakp1, encodeRakp1 } from '../../../../src/bmc/ipmi/rakp-1.ts';
import { decodeRakp2, encodeRakp2 } from '../../../../src/bmc/ipmi/rakp-2.ts';
import { decodeRakp3, encodeRakp3 } from '../../../../src/bmc/ipmi/rakp-3.ts';
import { decodeRakp4, encodeRakp4 } from '../../../../src/bmc/ipmi/rakp-4.ts';
import { decodeRmcp, encodeRmcp } from '../../../../src/bmc/ipmi/rmcp.ts';
import { readingCommandCodecs, recordCodecs } from './reading-codecs.ts';
import { testedCodec as codec, testedCommand as command, type TestedCodec } from './tested-codec.ts';

const bits = (count: number) => fc.nat(2 ** count - 1);
const byte = bits(8);
const uint32 = fc.nat(0xffffffff);
const bytes = (minLength: number, maxLength = minLength) =>
  fc.uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array));
const nothing = fc.constant(undefined);
const algorithms = fc.record({ authentication: bits(6), integrity: bits(6), confidentiality: bits(6) });
const failed = fc.integer({ min: 1, max: 255 });

export const commandCodecs: readonly TestedCodec[] = [
  ...command(chassisControl, fc.constantFrom<ChassisControl>(...chassisControls), nothing),
  ...command(chassisIdentify, fc.record({ seconds: byte, indefinite: fc.boolean() }), nothing),
  ...command(closeSession, uint32, nothing),
  ...command(
    petAcknowledge,
    fc.record({
      ...{
        sequence: bits(16),
        localSeconds: uint32,
        eventSource: byte,
        sensorDevice: byte,
        sensorNumber: byte,
      },
      eventData: bytes(3),
    }),
    nothing,
  ),
  ...command(
    getChannelAuthCapabilities,
    fc.record({ channel: bits(4), privilege: bits(4) }),
    fc.record({
      channel: bits(4),
      ipmi20: fc.boolean(),
      kgSet: fc.boolean(),
      namedUsers: fc.boolean(),
      namelessUsers: fc.boolean(),
    }),
  ),
  ...command(
    getChannelCipherSuites,
    fc.record({ channel: bits(4), index: bits(6) }),
    fc.record({ channel: bits(4), records: bytes(0, 16) }),
  ),
  ...command(
    getChassisStatus,
    nothing,
    fc.record({
      power: fc.constantFrom('on' as const, 'off' as const),
      restorePolicy: fc.constantFrom(...restorePolicies),
      powerFault: fc.boolean(),
      identify: fc.constantFrom(...identifyStates, undefined),
    }),
  ),
  ...command(
    getDeviceId,
    nothing,
    fc.record({
      deviceId: byte,
      firmwareMajor: bits(7),
      firmwareMinor: fc.nat(99),
      manufacturer: bits(24),
      product: bits(16),
    }),
  ),
  ...command(getSelTime, nothing, uint32),
  ...command(
    getSessionInfo,
    fc.oneof(
      fc.constant({ by: 'current' as const }),
      fc.record({ by: fc.constant('index' as const), index: fc.integer({ min: 1, max: 63 }) }),
      fc.record({ by: fc.constant('handle' as const), handle: byte }),
      fc.record({ by: fc.constant('id' as const), bmcSessionId: uint32 }),
    ),
    fc.record<SessionInfo, 'handle' | 'possible' | 'active'>(
      {
        handle: byte,
        possible: bits(6),
        active: bits(6),
        session: fc.record({
          userId: bits(6),
          privilege: bits(4),
          ipmi20: fc.boolean(),
          channel: bits(4),
        }),
      },
      { requiredKeys: ['handle', 'possible', 'active'] },
    ),
  ),
  ...command(getSystemGuid, nothing, bytes(16)),
  ...command(setSessionPrivilege, bits(4), bits(4)),
];

const request = fc.record({
  netFn: bits(5).map((half) => half * 2),
  command: byte,
  sequence: bits(6),
  data: bytes(0, 40),
});
const responseHead = { tag: byte, consoleSessionId: uint32 };

const decodeDatagram = (datagram: Buffer): Decoded<Packet> => {
  const rmcp = decodeRmcp(datagram);
  return rmcp.ok ? decodePacket(rmcp.value.body) : rmcp;
};

const encodePacket = (packet: Packet): Buffer =>
  packet.format === 'v1.5' ? encodeV15(packet.payload) : encodeRmcpPlus(packet);

const plusPacket = fc.record({
  format: fc.constant('rmcp+' as const),
  payloadType: bits(6),
  encrypted: fc.boolean(),
  authenticated: fc.boolean(),
  sessionId: uint32,
  sequence: uint32,
  payload: bytes(0, 60),
  trailer: bytes(0, 30),
});
const v15Packet = fc.record({ format: fc.constant('v1.5' as const), payload: bytes(0, 255) });

export const frameCodecs: readonly TestedCodec[] = [
  codec(
    'RMCP',
    fc.record({ rmcpClass: fc.constantFrom('asf' as const, 'ipmi' as const), body: bytes(0, 40) }),
    ({ rmcpClass, body }) => encodeRmcp(rmcpClass, body),
    decodeRmcp,
  ),
  codec(
    'ASF',
    fc.oneof(
      fc.record({ type: fc.constant('ping' as const), tag: byte }),
      fc.record({ type: fc.constant('pong' as const), tag: byte, ipmi: fc.boolean() }),
    ),
    encodeAsf,
    decodeAsf,
  ),
  codec<Packet>('RMCP+ packet', plusPacket, encodePacket, decodeDatagram),
  codec<Packet>('IPMI 1.5 packet', v15Packet, encodePacket, decodeDatagram),
  codec('request message', request, encodeRequest, decodeRequest),
  codec(
    'response message',
    fc.tuple(request, byte).map(([message, completionCode]) => ({ ...message, completionCode })),
    encodeResponse,
    decodeResponse,
  ),
];

export const handshakeCodecs: readonly TestedCodec[] = [
  codec(
    'Open Session request',
    fc.record({ tag: byte, privilege: bits(4), consoleSessionId: uint32, algorithms }),
    encodeOpenSessionRequest,
    decodeOpenSessionRequest,
  ),
  codec(
    'Open Session response',
    fc.oneof(
      fc.record({ ...responseHead, status: failed, privilege: bits(4) }),
      fc.record({
        ...responseHead,
        status: fc.constant(0),
        privilege: bits(4),
        accepted: fc.record({ bmcSessionId: uint32, algorithms }),
      }),
    ),
    encodeOpenSessionResponse,
    decodeOpenSessionResponse,
  ),
  codec(
    'RAKP 1',
    fc.record({
      tag: byte,
      bmcSessionId: uint32,
      consoleRandom: bytes(16),
      role: byte,
      userName: bytes(0, 16),
    }),
    encodeRakp1,
    decodeRakp1,
  ),
  codec(
    'RAKP 2',
    fc.oneof(
      fc.record({ ...responseHead, status: failed }),
      fc.record({
        ...responseHead,
        status: fc.constant(0),
        accepted: fc.record({ bmcRandom: bytes(16), bmcGuid: bytes(16), code: bytes(0, 32) }),
      }),
    ),
    encodeRakp2,
    decodeRakp2,
  ),
  codec(
    'RAKP 3',
    fc.record({ tag: byte, status: byte, bmcSessionId: uint32, code: bytes(0, 32) }),
    encodeRakp3,
    decodeRakp3,
  ),
  codec('RAKP 4', fc.record({ ...responseHead, status: byte, code: bytes(0, 16) }), encodeRakp4, decodeRakp4),
];

export const allCodecs: readonly TestedCodec[] = [
  ...frameCodecs,
  ...handshakeCodecs,
  ...commandCodecs,
  ...readingCommandCodecs,
  ...recordCodecs,
];
