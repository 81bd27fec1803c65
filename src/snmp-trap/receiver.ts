import { type Clock, within } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { ListenAt } from '../io/udp-listener.ts';
import type { TrapNotification } from './codec/notification.ts';
import type { IntakeCounters } from './counters.ts';
import { createEngineWindow, type EngineWindow } from './engine-window.ts';
import type { GatewayEngine } from './gateway-engine.ts';
import { type Admission, createIntake } from './intake.ts';
import { createListeners, type ListenerState } from './listeners.ts';
import type { RefusalNews } from './refusal-herald.ts';
import { createV3Gate } from './v3-gate.ts';

export interface ReceiverDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly engine: GatewayEngine;
  /**
   * Settles when the notification is on disk, or rejects: an inform is acknowledged after it, or not at all. Undefined
   * where nothing is to be waited for.
   */
  readonly deliver: (notification: TrapNotification) => Promise<void> | undefined;
  readonly refused: (news: RefusalNews) => void;
}

export interface ReceiverSettings extends Admission {
  readonly listen: readonly ListenAt[];
}

/** What the receiver has done and where it listens, for `health`. */
export interface TrapCounters extends IntakeCounters {
  readonly listeners: readonly ListenerState[];
  /** Our engine id in hex, which senders of v3 informs find out by themselves. */
  readonly engineId: string;
  readonly engineBoots: number;
}

/** As long as sockets stay open for acknowledgements: a disk that hangs must not keep them. */
const answersMs = 2_000;

/** Receives SNMP traps and informs. */
export interface TrapReceiver {
  /** Puts settings in force: at the first call it begins to listen. */
  apply(settings: ReceiverSettings): Promise<void>;
  counters(): Promise<TrapCounters>;
  /** Takes no more, answers informs for 2 s at most, closes the sockets, and waits until all that was taken is recorded or refused. */
  close(): Promise<void>;
}

/** Saves what engines sent last, where that has changed since; a disk that fails is logged once until it works again. */
const rememberOver = (
  { own, save }: GatewayEngine,
  window: EngineWindow,
  log: Logger,
): (() => Promise<void>) => {
  const ownId = own.id.toString('hex');
  const others = () => window.stamps().filter(({ engineId }) => engineId !== ownId);
  let failed = false;
  let saved = 0;
  return async () => {
    const changes = window.changes();
    if (changes === saved) return;
    try {
      await save(others);
      saved = Math.max(saved, changes);
      failed = false;
    } catch (error) {
      if (!failed) log.error({ error: messageOf(error) }, 'the state of SNMPv3 cannot be saved');
      failed = true;
    }
  };
};

/** Opens no socket yet. */
export const createTrapReceiver = (deps: ReceiverDeps): TrapReceiver => {
  const { clock, log, engine, deliver, refused } = deps;
  const { own } = engine;
  const window = createEngineWindow(clock, engine.others);
  const v3 = createV3Gate({ clock, own, window });
  const intake = createIntake({
    clock,
    v3,
    deliver,
    refused,
    remember: rememberOver(engine, window, log),
  });
  const listeners = createListeners({ clock, log, receive: intake.receive });
  return {
    async apply({ listen, ...admission }) {
      intake.admit(admission);
      await listeners.apply(listen);
    },
    async counters() {
      const states = await listeners.states();
      const said = { engineId: own.id.toString('hex'), engineBoots: own.boots };
      return { listeners: states, ...intake.counters(), ...said };
    },
    async close() {
      listeners.deafen();
      await within(clock, answersMs, intake.idle());
      await listeners.close();
      await intake.idle();
    },
  };
};
