import { type Clock, timedOut, within } from '../../../core/clock.ts';
import { messageOf } from '../../../core/errors.ts';
import { connectStream, type TlsOptions, type WriteStream } from '../../../io/stream.ts';
import type { ConnectUdp, UdpLink } from '../../../io/udp.ts';
import type { AddressOf } from '../address-book.ts';
import type { NoticeSender } from '../sender.ts';
import { sendBurst } from '../udp-burst.ts';
import { type Facility, framed, type framings, syslogMessage } from './message.ts';

/** One receiver of syslog. */
export interface SyslogTarget {
  /** An address, or a name that the system resolves. */
  readonly host: string;
  readonly port: number;
  readonly facility: Facility;
  /** Longest message, in bytes. */
  readonly mostBytes: number;
  readonly transport:
    | { readonly over: 'udp' }
    | { readonly over: 'tcp'; readonly framing: (typeof framings)[number] }
    | { readonly over: 'tls'; readonly trust: Omit<TlsOptions, 'name'>; readonly name: string };
}

export interface SyslogSenderDeps {
  readonly clock: Clock;
  readonly connect: ConnectUdp;
  readonly addressOf: AddressOf;
}

/** A burst that a receiver's socket buffer has room for. */
const datagramWindow = 16;
/**
 * A stream has its own flow control. Each window waits for objections, so this is what bounds the rate (1,000 messages
 * per second), and what comes twice where a connection breaks.
 */
const streamWindow = 100;
const connectLimitMs = 10_000;
const writeLimitMs = 10_000;
/** How long a peer that is gone has to say so, before what was written counts as taken. */
const objectionMs = 100;

const createUdpSyslog = (
  target: SyslogTarget,
  { clock, connect, addressOf }: SyslogSenderDeps,
): NoticeSender => {
  let link: UdpLink | undefined;
  const letGo = () => {
    link?.close();
    link = undefined;
  };
  return {
    window: datagramWindow,
    proof: 'sent',
    async send(notices) {
      try {
        // Anew each time: the name may have another address by now, and a burst is cheap.
        letGo();
        link = await connect(await addressOf(target.host), target.port);
        const failure = await sendBurst(
          clock,
          link,
          notices.map((notice) => syslogMessage(notice, target)),
        );
        return failure === undefined ? { taken: notices.length } : { taken: 0, failure };
      } catch (error) {
        return { taken: 0, failure: messageOf(error) };
      }
    },
    async close() {
      letGo();
    },
  };
};

/**
 * Syslog has no answers: what the system took and the peer did not object to counts as taken. A connection that breaks
 * may have lost what was on its way (RFC 5424 section 8.5); what was written in the same breath is sent again.
 */
const createStreamSyslog = (target: SyslogTarget, { clock, addressOf }: SyslogSenderDeps): NoticeSender => {
  const { transport } = target;
  const framing = transport.over === 'tcp' ? transport.framing : 'octetCounted';
  let stream: WriteStream | undefined;
  const letGo = () => {
    stream?.close();
    stream = undefined;
  };
  const open = async (): Promise<WriteStream> => {
    if (stream && stream.broken() === undefined) return stream;
    letGo();
    stream = await connectStream(clock, {
      ...{ address: await addressOf(target.host), port: target.port, limitMs: connectLimitMs },
      ...(transport.over === 'tls' && { tls: { ...transport.trust, name: transport.name } }),
    });
    return stream;
  };
  return {
    window: streamWindow,
    proof: 'sent',
    async send(notices) {
      try {
        const current = await open();
        const frames = notices.map((notice) => framed(syslogMessage(notice, target), framing));
        await current.write(Buffer.concat(frames), writeLimitMs);
        const objection = await within(clock, objectionMs, current.breaks);
        if (objection === timedOut) return { taken: notices.length };
        letGo();
        return { taken: 0, failure: objection };
      } catch (error) {
        letGo();
        return { taken: 0, failure: messageOf(error) };
      }
    },
    async close() {
      letGo();
    },
  };
};

/** Sends notices as syslog (RFC 5424) over UDP (RFC 5426), TCP (RFC 6587) or TLS (RFC 5425). */
export const createSyslogSender = (target: SyslogTarget, deps: SyslogSenderDeps): NoticeSender =>
  target.transport.over === 'udp' ? createUdpSyslog(target, deps) : createStreamSyslog(target, deps);
