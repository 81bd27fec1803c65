import type { Clock } from '../../../core/clock.ts';
import type { UdpLink } from '../../../io/udp.ts';
import { type SnmpNotification, v3Inform } from './encode.ts';
import { exchange } from './inform.ts';
import { type Reply, readReply } from './reply.ts';
import type { SenderEngine } from './target.ts';
import type { UsmKeys } from './usm-user.ts';
import { decodeV3, type Engine, encodeDiscovery } from './v3-message.ts';

export interface V3InformerDeps {
  readonly clock: Clock;
  readonly own: SenderEngine;
  readonly keysAt: (engineId: Buffer) => UsmKeys;
  readonly newId: () => number;
  readonly uptimeTicks: () => number;
}

/** A receiver's engine as we know it: its time goes on with ours. */
interface Known extends Engine {
  readonly learntMs: number;
}

/** usmStats (RFC 3414 section 5): what a receiver says it does not like. */
const reports: Readonly<Record<string, string>> = {
  '1.3.6.1.6.3.15.1.1.1.0': 'it does not take this security level',
  '1.3.6.1.6.3.15.1.1.2.0': 'our clocks differ (not in time window)',
  '1.3.6.1.6.3.15.1.1.3.0': 'it does not know the user',
  '1.3.6.1.6.3.15.1.1.4.0': 'it has another engine id',
  '1.3.6.1.6.3.15.1.1.5.0': 'it has another authentication passphrase for the user',
  '1.3.6.1.6.3.15.1.1.6.0': 'it has another privacy passphrase for the user',
};
const notInTimeWindow = '1.3.6.1.6.3.15.1.1.2.0';

interface Heard {
  readonly engine: Engine;
  readonly authentic: boolean;
  readonly reply: Reply;
}

/** Sends v3 informs to one receiver, and remembers its engine between them. */
export const createV3Informer = ({ clock, own, keysAt, newId, uptimeTicks }: V3InformerDeps) => {
  let known: Known | undefined;

  /** Only what is signed moves the clock of an engine we know (RFC 3414 section 3.2 step 7b). */
  const learn = ({ id, boots, time }: Engine): Known => {
    known = { id, boots, time, learntMs: clock.nowMs() };
    return known;
  };
  const now = ({ learntMs, id, boots, time }: Known): Engine => ({
    ...{ id, boots },
    time: time + Math.floor((clock.nowMs() - learntMs) / 1000),
  });
  const reader =
    (msgId: number) =>
    (datagram: Buffer): Heard | undefined => {
      const message = decodeV3(datagram, keysAt);
      const reply = message?.pdu && readReply(message.pdu);
      if (!message || !reply || message.msgId !== msgId) return undefined;
      // An answer counts only if it is signed; a report may not be, where the receiver does not know us.
      if (reply.kind === 'response' && !message.authentic) return undefined;
      return { engine: message.engine, authentic: message.authentic, reply };
    };

  const discover = async (link: UdpLink, answerMs: number): Promise<Known | string> => {
    const msgId = newId();
    const answer = await exchange({ clock, link, answerMs }, encodeDiscovery(msgId), reader(msgId));
    if (answer.kind === 'fault') return answer.message;
    if (answer.kind === 'silence' || answer.value.engine.id.length === 0) return 'it does not answer';
    return learn(answer.value.engine);
  };

  const attempt = async (link: UdpLink, answerMs: number, notification: SnmpNotification) => {
    const peer = known ?? (await discover(link, answerMs));
    if (typeof peer === 'string') return { failure: peer, again: true };
    const id = newId();
    const engine = now(peer);
    const stamp = { id, uptimeTicks: uptimeTicks() };
    const datagram = v3Inform(notification, stamp, { own, keys: keysAt(engine.id), engine });
    const answer = await exchange({ clock, link, answerMs }, datagram, reader(id));
    if (answer.kind === 'fault') return { failure: answer.message, again: true };
    if (answer.kind === 'silence') {
      // It may have been set up anew, and then drops what is for its former engine.
      known = undefined;
      return { failure: 'it does not answer', again: true };
    }
    const { reply, authentic, engine: heard } = answer.value;
    if (reply.kind === 'response') {
      learn(heard);
      if (reply.errorStatus === 0) return undefined;
      return { failure: `it answers with error status ${reply.errorStatus}`, again: false };
    }
    if (reply.about === notInTimeWindow && authentic) learn(heard);
    else known = undefined;
    return { failure: reports[reply.about] ?? `it reports ${reply.about}`, again: true };
  };

  return {
    /** Undefined where the receiver has it, else why not. */
    async inform(
      link: UdpLink,
      notification: SnmpNotification,
      { answerMs, tries }: { answerMs: number; tries: number },
    ): Promise<string | undefined> {
      let failure = '';
      for (let tried = 0; tried < tries; tried += 1) {
        const came = await attempt(link, answerMs, notification);
        if (!came) return undefined;
        failure = came.failure;
        if (!came.again) return failure;
      }
      return failure;
    },
  };
};
