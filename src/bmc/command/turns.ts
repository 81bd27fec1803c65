import type { CallOffSignal } from '../../core/call-off.ts';
import { type CallOff, createCallOff } from '../../core/call-off.ts';
import type { Clock } from '../../core/clock.ts';
import type { Lane } from '../../core/lane.ts';
import type { CallLimits } from '../../core/ports.ts';

/** One program at a time for one BMC. */
export interface Turns {
  /**
   * Runs `work` when its turn comes; `missed` where the deadline or a call-off comes first, and then nothing
   * was run. Work that only reads gives way to a forced stop: its signal calls it off, and it is run again.
   */
  take<Value>(
    kind: 'read' | 'act',
    limits: CallLimits,
    work: (signal: CallOffSignal) => Promise<Value>,
  ): Promise<Value | 'missed'>;
}

/** The read that is running, while it may be put off. */
interface Yielding {
  readonly callOff: CallOff;
  gaveWay: boolean;
}

/** The same signal, which can also be called off from here. */
const ownCallOff = (signal: CallOffSignal | undefined) => {
  const own = createCallOff();
  if (signal?.calledOff) own.callOff();
  signal?.listen(own.callOff);
  return { own, forget: () => signal?.forget(own.callOff) };
};

export const createTurns = (clock: Clock, lane: Lane): Turns => {
  let yielding: Yielding | undefined;

  const putOff = () => {
    if (!yielding) return;
    yielding.gaveWay = true;
    yielding.callOff.callOff();
  };

  /** Waits for the lane, no longer than the limits; what gave up waiting is passed over when its turn comes. */
  const inLane = <Value>(limits: CallLimits, work: () => Promise<Value>): Promise<Value | 'missed'> =>
    new Promise((resolve, reject) => {
      const { deadline, priority, signal } = limits;
      const late = () => deadline.passed() || signal?.calledOff === true;
      if (late()) return resolve('missed');
      let waiting = true;
      const stopWaiting = () => {
        waiting = false;
        timer.cancel();
        signal?.forget(giveUp);
      };
      const giveUp = () => {
        stopWaiting();
        resolve('missed');
      };
      const timer = clock.after(deadline.remainingMs(), giveUp);
      signal?.listen(giveUp);
      const turn = async () => {
        if (!waiting) return;
        stopWaiting();
        resolve(late() ? 'missed' : await work());
      };
      lane.run(priority, turn).catch(reject);
    });

  const once = async <Value>(
    kind: 'read' | 'act',
    limits: CallLimits,
    work: (signal: CallOffSignal) => Promise<Value>,
  ): Promise<Value | 'missed' | 'gaveWay'> =>
    inLane(limits, async () => {
      const { own, forget } = ownCallOff(limits.signal);
      const mine: Yielding = { callOff: own, gaveWay: false };
      yielding = kind === 'read' && limits.priority !== 'forcedStop' ? mine : undefined;
      try {
        const value = await work(own.signal);
        return mine.gaveWay ? 'gaveWay' : value;
      } finally {
        yielding = undefined;
        forget();
      }
    });

  return {
    async take(kind, limits, work) {
      if (limits.priority === 'forcedStop') putOff();
      for (;;) {
        const value = await once(kind, limits, work);
        if (value !== 'gaveWay') return value;
      }
    },
  };
};
