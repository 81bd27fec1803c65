import { z } from 'zod';
import { badRakp2Code } from './bad-rakp-2-code.ts';
import { badRakp4Code } from './bad-rakp-4-code.ts';
import { busy } from './busy.ts';
import type { Fault, FaultHook } from './define.ts';
import { delay } from './delay.ts';
import { drop } from './drop.ts';
import { duplicate } from './duplicate.ts';
import { forgetsSessions } from './forgets-sessions.ts';
import { frozen } from './frozen.ts';
import { garbage } from './garbage.ts';
import { emptyGuid, splitGuid, wrongGuid } from './guids.ts';
import { notInState } from './not-in-state.ts';
import { otherPort } from './other-port.ts';
import { refusesSuite } from './refuses-suite.ts';
import { reorder } from './reorder.ts';
import { saysOff } from './says-off.ts';
import { sessionFull } from './session-full.ts';
import { slowOff } from './slow-off.ts';
import { staysOn } from './stays-on.ts';
import { truncatesPassword } from './truncates-password.ts';
import { unansweredControl } from './unanswered-control.ts';
import { wrongClock } from './wrong-clock.ts';
import { wrongSequence } from './wrong-sequence.ts';

/**
 * Every fault, by the interface it is put over. Of one interface the first lies innermost: on the wire
 * that is nearest to the BMC, so that a copy can be lost and a lost datagram is not delayed.
 */
export const faultsByHook = {
  supply: { slowOff, staysOn },
  machine: { saysOff, notInState },
  wallMs: { wrongClock },
  wire: { frozen, garbage, otherPort, duplicate, drop, reorder, delay },
  sessions: { sessionFull, forgetsSessions },
  numbering: { wrongSequence },
  handshake: { badRakp2Code, badRakp4Code },
  guids: { wrongGuid, splitGuid, emptyGuid },
  offer: { refusesSuite },
  passwords: { truncatesPassword },
  commands: { unansweredControl, busy },
} as const satisfies { readonly [Hook in FaultHook]: Readonly<Record<string, Fault<Hook>>> };

/** The same in one list, by name. */
export const faultCatalogue = {
  ...faultsByHook.supply,
  ...faultsByHook.machine,
  ...faultsByHook.wallMs,
  ...faultsByHook.wire,
  ...faultsByHook.sessions,
  ...faultsByHook.numbering,
  ...faultsByHook.handshake,
  ...faultsByHook.guids,
  ...faultsByHook.offer,
  ...faultsByHook.passwords,
  ...faultsByHook.commands,
};

type Catalogue = typeof faultCatalogue;
export type FaultName = keyof Catalogue;

/** Faults to switch on, each with its value, or off (`false`); those not named stay as they are. */
export type FaultSettings = {
  readonly [Name in FaultName]?: z.input<Catalogue[Name]['value']> | false | undefined;
};

/** The same for the faults of the network alone. */
export type WireFaultSettings = Pick<FaultSettings, keyof typeof faultsByHook.wire>;

export const faultNames = Object.keys(faultCatalogue) as FaultName[];

const settingOf = ({ value, form }: (typeof faultCatalogue)[FaultName]): z.ZodType =>
  z.union([z.literal(false), value], { error: `must be ${form}; false switches it off` }).optional();

/** The schema of {@link FaultSettings}, for the options file, the command line and control lines. */
export const faultSettingsSchema = z
  .strictObject(Object.fromEntries(faultNames.map((name) => [name, settingOf(faultCatalogue[name])])))
  .transform((settings) => settings as FaultSettings);

/** Where a fault sits, for people. */
export const hookWords: Readonly<Record<FaultHook, string>> = {
  supply: 'power supply',
  machine: 'machine',
  wallMs: 'clock',
  wire: 'wire',
  sessions: 'session table',
  numbering: 'session sequence numbers',
  handshake: 'handshake',
  guids: 'GUID',
  offer: 'cipher suites',
  passwords: 'passwords',
  commands: 'commands',
};
