import { createReceiver, type ReceivedPdu, type ReceiverPeer, type ReceiverSocket } from 'net-snmp';
import { fail, ok, type Result } from '../core/result.ts';
import type { TrapSource } from './codec/notification.ts';
import type { AuthProtocol } from './codec/usm.ts';
import type { PrivacyProtocol, TrapUser } from './users.ts';

/** What the library made of one datagram. */
export interface Opened {
  readonly pdu: ReceivedPdu;
  /** Its acknowledgement of an inform, which it would have sent at once. */
  readonly answer?: Buffer;
}

/**
 * npm net-snmp as a function: it decrypts, checks and answers SNMPv3, and never sees a network. Its socket is an
 * object of ours that is fed one datagram at a time and catches what it sends. The library acknowledges an inform
 * before anybody has stored it, and throws on the way to an answer: both end here.
 */
export interface V3Library {
  /** Nothing of the library's own words comes out: its errors hold the right digest of a wrong message. */
  open(datagram: Buffer, source: TrapSource): Result<Opened, 'v3Content'>;
  replaceUsers(users: readonly TrapUser[]): void;
}

/** Numbers of the library (AuthProtocols, PrivProtocols, SecurityLevel). */
const authNumbers: Record<AuthProtocol, number> = { sha1: 3, sha224: 4, sha256: 5, sha384: 6, sha512: 7 };
const privacyNumbers: Record<PrivacyProtocol, number> = { aes128: 4, aes256: 6, aes256c: 8 };

const libraryUser = ({ name, auth, privacy }: TrapUser) => ({
  name,
  level: privacy ? (3 as const) : (2 as const),
  authProtocol: authNumbers[auth.protocol],
  authKey: auth.passphrase.reveal().toString('utf8'),
  ...(privacy && {
    privProtocol: privacyNumbers[privacy.protocol],
    privKey: privacy.passphrase.reveal().toString('utf8'),
  }),
});

type Feed = (datagram: Buffer, peer: ReceiverPeer) => void;

/** A socket that goes nowhere: `fed` takes the library's listener, `sent` gets what it wants to send. */
const innerSocket = (fed: (feed: Feed) => void, sent: (bytes: Buffer) => void): ReceiverSocket => ({
  on(event, listener) {
    if (event === 'message') fed(listener as unknown as Feed);
  },
  bind() {},
  send(buffer, offset, length, _port, _address, done) {
    sent(Buffer.from(buffer.subarray(offset, offset + length)));
    done(null, length);
  },
  close() {},
});

export const createV3Library = (engineId: Buffer): V3Library => {
  let feed: Feed = () => {};
  let result: { pdu?: ReceivedPdu; answer?: Buffer } = {};
  const socket = innerSocket(
    (listener) => {
      feed = listener;
    },
    (bytes) => {
      result.answer = bytes;
    },
  );
  const dgramModule = { createSocket: () => socket };
  const receiver = createReceiver({ engineID: engineId, dgramModule }, (_error, received) => {
    if (received) result.pdu = received.pdu;
  });
  let names: readonly string[] = [];
  return {
    open(datagram, source) {
      result = {};
      try {
        feed(datagram, source);
      } catch {
        return fail('v3Content');
      }
      const { pdu, answer } = result;
      return pdu === undefined ? fail('v3Content') : ok({ pdu, ...(answer && { answer }) });
    },
    replaceUsers(users) {
      const authorizer = receiver.getAuthorizer();
      for (const name of names) authorizer.deleteUser(name);
      for (const user of users) authorizer.addUser(libraryUser(user));
      names = users.map(({ name }) => name);
    },
  };
};
