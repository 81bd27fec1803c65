import type { Clock } from '../core/clock.ts';
import type { TrapRefusal } from '../core/trap-refusal.ts';
import type { TrapNotification, TrapSource } from './codec/notification.ts';
import { isAuthentic } from './codec/usm.ts';
import type { V3Message } from './codec/v3-message.ts';
import { encodeReport, type Report } from './codec/v3-report.ts';
import type { EngineWindow } from './engine-window.ts';
import { createInformMemory } from './inform-memory.ts';
import { createV3Library } from './library.ts';
import type { OwnEngine } from './own-engine.ts';
import { createReportLimit } from './report-limit.ts';
import { type KeyedUser, keyUsers, type TrapUser } from './users.ts';
import { v3ContentOf } from './v3-content.ts';

/** An inform as far as it is to be answered. */
export interface Question {
  readonly requestId: number;
  /** Told whether the inform was recorded; answers what its sender is to be sent. */
  readonly settled: (recorded: boolean) => Buffer | undefined;
}

/** What is to be done with a v3 datagram. */
export type V3Verdict =
  /** Of an inform with the question that it is. */
  | {
      readonly kind: 'notification';
      readonly notification: TrapNotification;
      readonly question?: Question;
    }
  /** A question for our engine id, and its answer. */
  | { readonly kind: 'discovery'; readonly answer: Buffer }
  /** An inform that was taken before; without an answer as long as it is not recorded. */
  | { readonly kind: 'repeated'; readonly answer?: Buffer }
  | { readonly kind: 'refused'; readonly reason: TrapRefusal; readonly answer?: Buffer };

export interface V3GateDeps {
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly own: OwnEngine;
  readonly window: EngineWindow;
}

/**
 * The order of RFC 3414 section 3.2, every step before the library sees a byte: engine, user, level, digest, time and
 * replay. Only what proved that it knows the key is decrypted.
 */
export interface V3Gate {
  judge(message: V3Message, datagram: Buffer, source: TrapSource): V3Verdict;
  replaceUsers(users: readonly TrapUser[]): void;
}

const refused = (reason: TrapRefusal): V3Verdict => ({ kind: 'refused', reason });

export const createV3Gate = ({ clock, own, window }: V3GateDeps): V3Gate => {
  const library = createV3Library(own.id);
  const informs = createInformMemory();
  const mayReport = createReportLimit(clock);
  const reports = { unknownEngineIds: 0, notInTimeWindows: 0 };
  let users: ReadonlyMap<string, KeyedUser> = new Map();

  const report = (
    about: Report['about'],
    { msgId, requestId }: V3Message,
    signedBy?: Report['signedBy'],
  ): Buffer => {
    reports[about] += 1;
    const count = reports[about] % 2 ** 32;
    const engine = { engineId: own.id, engineBoots: own.boots, engineTime: own.time() };
    return encodeReport({ about, count, msgId, requestId, ...engine, ...(signedBy && { signedBy }) });
  };

  const discovery = (message: V3Message, source: TrapSource): V3Verdict =>
    mayReport(source.address)
      ? { kind: 'discovery', answer: report('unknownEngineIds', message) }
      : refused('v3Discovery');

  /** An inform that tells another time than ours: its sender is told ours, under its own key. */
  const outOfTime = (message: V3Message, { user }: KeyedUser, key: Buffer, source: TrapSource): V3Verdict => {
    if (!message.reportable || !mayReport(source.address)) return refused('v3Window');
    const signedBy = { user: message.user, protocol: user.auth.protocol, key };
    return { kind: 'refused', reason: 'v3Window', answer: report('notInTimeWindows', message, signedBy) };
  };

  const repeated = ({ digest }: V3Message): V3Verdict => {
    const state = informs.find(digest);
    if (state === undefined) return refused('v3Replay');
    return { kind: 'repeated', ...(state !== 'pending' && { answer: state }) };
  };

  const questionOf = ({ digest }: V3Message, requestId: number, answer: Buffer | undefined): Question => {
    informs.put(digest, 'pending');
    return {
      requestId,
      settled(recorded) {
        if (recorded && answer) informs.put(digest, answer);
        else {
          informs.forget(digest);
          window.forget(own.id.toString('hex'), digest);
        }
        return recorded ? answer : undefined;
      },
    };
  };

  const open = (message: V3Message, datagram: Buffer, source: TrapSource, isOurs: boolean): V3Verdict => {
    const opened = library.open(datagram, source);
    const content = opened.ok ? v3ContentOf(opened.value.pdu) : undefined;
    if (!opened.ok || !content) return refused('v3Content');
    // We are the authority for informs, and the sender is for its traps (RFC 3412 section 7.1 step 9).
    if ((content.kind === 'inform') !== isOurs) return refused('v3Engine');
    const notification: TrapNotification = { version: 'v3', source, ...content };
    if (!isOurs) return { kind: 'notification', notification };
    const { answer, pdu } = opened.value;
    return { kind: 'notification', notification, question: questionOf(message, pdu.id, answer) };
  };

  const admit = (message: V3Message, datagram: Buffer, source: TrapSource, known: KeyedUser): V3Verdict => {
    const isOurs = message.engineId.equals(own.id);
    const engineId = message.engineId.toString('hex');
    const { auth, engineIds } = known.user;
    if (!isOurs && engineIds.length > 0 && !engineIds.includes(engineId)) return refused('v3Engine');
    const key = known.keyAt(message.engineId);
    if (!isAuthentic(auth.protocol, key, datagram, message)) return refused('v3Digest');
    const { engineBoots: boots, engineTime } = message;
    if (isOurs && !own.inWindow(boots, engineTime)) return outOfTime(message, known, key, source);
    // Who sends informs may be ahead of our time, which must not move it for the others.
    const time = isOurs ? own.time() : engineTime;
    switch (window.judge({ engineId, boots, time }, message.digest)) {
      case 'window':
        return refused('v3Window');
      case 'replay':
        return repeated(message);
      case 'full':
        return refused('v3EngineTable');
      case 'fresh':
        known.keep(message.engineId, key);
        return open(message, datagram, source, isOurs);
    }
  };

  return {
    judge(message, datagram, source) {
      if (message.reportable && !message.engineId.equals(own.id)) return discovery(message, source);
      const known = users.get(message.user);
      if (!known) return refused('v3User');
      const wanted = known.user.privacy ? 'authPriv' : 'authNoPriv';
      if (message.level !== wanted) return refused('v3Level');
      if (message.engineId.length === 0) return refused('v3Engine');
      return admit(message, datagram, source, known);
    },
    replaceUsers(next) {
      users = keyUsers(next);
      library.replaceUsers(next);
    },
  };
};
