import { exchange } from '../bridge/noc/snmp/inform.ts';
import { readV2Reply } from '../bridge/noc/snmp/reply.ts';
import { sendBurst } from '../bridge/noc/udp-burst.ts';
import type { Clock } from '../core/clock.ts';
import { CodedError } from '../core/errors.ts';
import type { UdpLink } from '../io/udp.ts';
import { decodeMessage } from '../snmp-trap/codec/message.ts';
import { bytesOfHex } from './varbind-words.ts';

/** What a datagram is to us; of a v3 message only its user's keys would tell. */
export type RecordedKind = 'trap' | 'inform' | 'message' | 'datagram';

/** A datagram that was recorded somewhere, and what can be read of it without keys. */
export interface Recorded {
  readonly datagram: Buffer;
  readonly version: 'v1' | 'v2c' | 'v3' | 'unreadable';
  readonly kind: RecordedKind;
  readonly trapOid?: string;
  /** Of a v2c inform: its answer can be told from another. */
  readonly requestId?: number;
}

/** What one UDP datagram holds over IPv4. */
export const mostBytes = 65_507;
const answerMs = 5_000;

/** Reads the hex digits. What is no notification is sent all the same: receivers are tried with such, too. */
export const recordedOf = (hex: string): Recorded => {
  const datagram = bytesOfHex(hex);
  if (!datagram?.length || datagram.length > mostBytes)
    throw new CodedError('usage', `--hex: a datagram is wanted as hex digits, 1 to ${mostBytes} bytes`);
  const message = decodeMessage(datagram);
  if (!message.ok) return { datagram, version: 'unreadable', kind: 'datagram' };
  if (!('content' in message.value)) return { datagram, version: 'v3', kind: 'message' };
  const { version, content } = message.value;
  const { kind, trapOid } = content;
  return {
    datagram,
    version,
    kind,
    trapOid,
    ...(kind === 'inform' && { requestId: content.request.requestId }),
  };
};

/** Sends it once, and waits for the answer where it wants one. Throws a `trap.notTaken` error. */
export const sendRecorded = async (
  clock: Clock,
  link: UdpLink,
  { datagram, requestId }: Recorded,
): Promise<'answered' | 'sent'> => {
  const failed = (message: string) => new CodedError('trap.notTaken', message);
  if (requestId === undefined) {
    const failure = await sendBurst(clock, link, [datagram]);
    if (failure !== undefined) throw failed(failure);
    return 'sent';
  }
  const answer = await exchange({ clock, link, answerMs }, datagram, (bytes) => {
    const reply = readV2Reply(bytes);
    return reply?.kind === 'response' && reply.requestId === requestId ? reply : undefined;
  });
  if (answer.kind !== 'answer') throw failed(answer.kind === 'fault' ? answer.message : 'it does not answer');
  if (answer.value.errorStatus !== 0)
    throw failed(`it answers with error status ${answer.value.errorStatus}`);
  return 'answered';
};
