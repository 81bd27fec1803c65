import type { FaultName, FaultSettings } from '../../../src/sim/bmc/faults/catalogue.ts';

/** What is wrong in one row of the fault matrix. */
export interface Row {
  /** What stands in the heading of the row. */
  readonly title: string;
  /** The fault of the catalogue that the row shows, where it is one. */
  readonly fault?: FaultName;
  readonly faults: FaultSettings;
  /** Whether the BMC's identity is known from an earlier proof; default true. */
  readonly pinned?: boolean;
  /** What answers at the address instead of the server's own BMC. */
  readonly instead?: 'closedPort' | 'noRoute' | 'otherServer';
  readonly note?: string;
}

const row = <Name extends FaultName>(
  fault: Name,
  value: Exclude<FaultSettings[Name], false | undefined>,
  more: Pick<Row, 'note' | 'pinned'> = {},
): Row => {
  const shown = value === true ? '' : `: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
  const met = more.pinned === false ? ', at first contact' : '';
  return { title: `${fault}${shown}${met}`, fault, faults: { [fault]: value }, ...more };
};

export const soundTitle = 'sound';

/** The BMCs and networks of the matrix: a sound one, every fault in its forms, and addresses that are wrong. */
export const rows: readonly Row[] = [
  {
    title: soundTitle,
    faults: {},
    note: 'Nothing is wrong. The server needs 0.5 s to go off, and 0.5 s to come on.',
  },
  row('slowOff', 3000),
  row('slowOff', 20_000, { note: 'Longer than the deadline.' }),
  row('staysOn', true),
  row('saysOff', true, { note: 'What no single source can catch: see the introduction.' }),
  row('notInState', true),
  row('wrongClock', -3600),
  row('frozen', true),
  row('garbage', 'instead'),
  row('garbage', 'before'),
  row('otherPort', true),
  row('duplicate', true),
  row('drop', 0.25),
  row('drop', true),
  row('reorder', true),
  row('delay', 50),
  row('delay', 700, {
    note: 'Longer than the answer to a command that must not be sent twice is waited for (1 s).',
  }),
  row('delay', 3000, { note: 'Longer than any answer is waited for (5 s).' }),
  row('sessionFull', true),
  row('forgetsSessions', true),
  row('forgetsSessions', 2, { note: 'Enough for the login and one reading.' }),
  row('wrongSequence', 'outOfWindow'),
  row('wrongSequence', 'repeated'),
  row('badRakp2Code', true),
  row('badRakp4Code', true),
  row('wrongGuid', true),
  row('wrongGuid', true, {
    pinned: false,
    note: 'Nothing is known yet that the identity could be held against.',
  }),
  row('wrongGuid', '22'.repeat(16), { pinned: false, note: 'An identity that belongs to another server.' }),
  row('splitGuid', true),
  row('emptyGuid', true),
  row('emptyGuid', true, { pinned: false }),
  row('refusesSuite', 17),
  row('refusesSuite', [17, 3]),
  row('truncatesPassword', true),
  row('unansweredControl', 'executed'),
  row('unansweredControl', 'ignored'),
  row('busy', 3),
  row('busy', true),
  row('busy', { on: 'reads' }),
  row('busy', { on: 'control' }),
  {
    title: 'swapped address',
    faults: {},
    instead: 'otherServer',
    note: 'The BMC of another server, which is known too, answers at the address.',
  },
  {
    title: 'closed port',
    faults: {},
    instead: 'closedPort',
    note: 'The address answers, but nothing listens there.',
  },
  { title: 'no route', faults: {}, instead: 'noRoute', note: 'The network has no way to the address.' },
];
