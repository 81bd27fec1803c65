import { type Backoff, backoffMs } from '../../core/backoff.ts';
import { type CallOffSignal, unlessCalledOff } from '../../core/call-off.ts';
import type { Clock, Timer } from '../../core/clock.ts';
import { CodedError } from '../../core/errors.ts';
import type { Lane } from '../../core/lane.ts';
import type { CallLimits } from '../../core/ports.ts';
import type { UdpFault, UdpLink } from '../../io/udp.ts';

/** How patiently one question is asked. */
export interface AskTiming {
  /** Pauses between sends of the same question. */
  readonly resend: Backoff;
  /** How long one question may stay unanswered. */
  readonly attemptMs: number;
  /** How long a closed port is tried again: a BMC that restarts opens it within moments. */
  readonly closedPortMs: number;
}

export const defaultTiming: AskTiming = {
  resend: { firstMs: 300, factor: 2, maxMs: 2000 },
  attemptMs: 5000,
  closedPortMs: 2000,
};

/** Pause before a question is sent again to a port that was closed. */
const closedPortPauseMs = 100;

/** One question to a BMC. */
export interface Question<Answer> {
  /** The datagram to send, made anew for every send. */
  frame(): Buffer;
  /** The answer that this datagram holds, or undefined where it answers something else. */
  read(datagram: Buffer): Answer | undefined;
  /** Whether the question may be sent again when no answer comes. */
  readonly resend: boolean;
  /** A shorter limit than the timing's, in milliseconds. */
  readonly limitMs?: number;
}

/** Asks one question at a time over one link. */
export interface Exchange {
  /**
   * Throws a CodedError: `bmc.timeout` (silence), `bmc.portClosed`, `bmc.unreachable`. Once it was
   * called, the question may have been sent.
   */
  ask<Answer>(question: Question<Answer>, limits: CallLimits): Promise<Answer>;
  /** Sends something that is not answered, without waiting for anything. */
  tell(datagram: Buffer): void;
  close(): void;
}

interface ExchangeDeps {
  readonly link: UdpLink;
  readonly clock: Clock;
  readonly lane: Lane;
  readonly timing: AskTiming;
  /** The BMC's address for messages. */
  readonly address: string;
}

const faultError = (fault: UdpFault, address: string): CodedError =>
  fault === 'refused'
    ? new CodedError('bmc.portClosed', `${address} answers, but its IPMI port is closed`)
    : new CodedError('bmc.unreachable', `the network has no way to ${address}`);

const silenceError = (address: string, waitedMs: number, sends: number, dropped: number): CodedError => {
  const times = sends === 1 ? 'once' : `${sends} times`;
  const counted =
    dropped === 1
      ? '1 datagram that answered nothing was'
      : `${dropped} datagrams that answered nothing were`;
  const strays = dropped > 0 ? `; ${counted} dropped` : '';
  const waited = (waitedMs / 1000).toFixed(1);
  return new CodedError('bmc.timeout', `no answer from ${address} in ${waited} s, asked ${times}${strays}`);
};

const calledOff = (address: string): CodedError =>
  new CodedError('bmc.timeout', `the question to ${address} was called off before an answer came`);

const noTime = (address: string): CodedError =>
  new CodedError('bmc.timeout', `there was no time left to ask ${address}; nothing was sent`);

const ignore = (): void => {};

/** Runs one question to its end: sends, resends, waits, and gives up by the rules of the timing. */
const runQuestion = <Answer>(
  deps: ExchangeDeps,
  question: Question<Answer>,
  limitMs: number,
  signal: CallOffSignal | undefined,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    if (signal?.calledOff) return reject(calledOff(deps.address));
    if (limitMs <= 0) return reject(noTime(deps.address));
    const { link, clock, timing, address } = deps;
    const startedMs = clock.nowMs();
    const untilMs = startedMs + limitMs;
    let sends = 0;
    let dropped = 0;
    let lastFault: UdpFault | undefined;
    let timer: Timer | undefined;

    const end = (settle: () => void) => {
      timer?.cancel();
      signal?.forget(onCallOff);
      link.receive(ignore, ignore);
      settle();
    };
    const giveUp = () =>
      end(() =>
        reject(lastFault ? faultError(lastFault, address) : silenceError(address, limitMs, sends, dropped)),
      );
    /** The one timer of a question: the next send, or the end where that comes first. */
    const wait = (pauseMs: number, next: () => void) => {
      timer?.cancel();
      const leftMs = untilMs - clock.nowMs();
      timer = pauseMs < leftMs ? clock.after(pauseMs, next) : clock.after(leftMs, giveUp);
    };
    const send = () => {
      wait(question.resend ? backoffMs(timing.resend, sends) : limitMs, send);
      sends += 1;
      lastFault = undefined;
      link.send(question.frame());
    };
    const onDatagram = (datagram: Buffer) => {
      const answer = question.read(datagram);
      if (answer !== undefined) return end(() => resolve(answer));
      dropped += 1;
    };
    const onFault = (fault: UdpFault) => {
      lastFault = fault;
      const spentMs = clock.nowMs() - startedMs;
      if (!question.resend || spentMs + closedPortPauseMs > Math.min(timing.closedPortMs, limitMs)) {
        return end(() => reject(faultError(fault, address)));
      }
      wait(closedPortPauseMs, send);
    };
    const onCallOff = () => end(() => reject(calledOff(address)));
    signal?.listen(onCallOff);
    link.receive(onDatagram, onFault);
    send();
  });

/** An exchange over `link`; every question waits for its turn in the device's lane, unless it is called off. */
export const createExchange = (deps: ExchangeDeps): Exchange => ({
  ask(question, limits) {
    let started = false;
    const asking = deps.lane.run(limits.priority, () => {
      started = true;
      const patienceMs = question.limitMs ?? deps.timing.attemptMs;
      return runQuestion(deps, question, Math.min(patienceMs, limits.deadline.remainingMs()), limits.signal);
    });
    // A question under way watches the signal itself.
    return started ? asking : unlessCalledOff(limits.signal, asking, () => calledOff(deps.address));
  },
  tell: (datagram) => deps.link.send(datagram),
  close: () => deps.link.close(),
});
