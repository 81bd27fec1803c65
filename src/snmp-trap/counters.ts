import { type TrapRefusal, trapRefusals } from '../core/trap-refusal.ts';

/**
 * What became of every datagram. Each one received is in exactly one of the others: `received` = `recorded` +
 * `pending` + all of `refused` + `discoveries` + `repeated`.
 */
export interface IntakeCounters {
  readonly received: number;
  readonly recorded: number;
  /** Taken, and not yet on disk. */
  readonly pending: number;
  readonly refused: Readonly<Partial<Record<TrapRefusal, number>>>;
  /** SNMPv3 questions for our engine id that were answered. */
  readonly discoveries: number;
  /** SNMPv3 informs that came again after they were taken. */
  readonly repeated: number;
  /** Informs that were acknowledged; one of `recorded` or `repeated` each. */
  readonly acknowledged: number;
}

export interface Tally {
  received: number;
  recorded: number;
  pending: number;
  discoveries: number;
  repeated: number;
  acknowledged: number;
  refuse(reason: TrapRefusal): void;
  read(): IntakeCounters;
}

export const createTally = (): Tally => {
  const refused = new Map<TrapRefusal, number>(trapRefusals.map((reason) => [reason, 0]));
  const tally: Tally = {
    ...{ received: 0, recorded: 0, pending: 0, discoveries: 0, repeated: 0, acknowledged: 0 },
    refuse: (reason) => void refused.set(reason, (refused.get(reason) ?? 0) + 1),
    read() {
      const { refuse: _refuse, read: _read, ...numbers } = tally;
      return { ...numbers, refused: Object.fromEntries([...refused].filter(([, count]) => count > 0)) };
    },
  };
  return tally;
};
