import { systemClock } from '../../../src/core/clock.ts';
import { Secret } from '../../../src/core/secret.ts';
import { startSimBmc } from '../../../src/sim/bmc/server.ts';
import { atEnd } from '../../interop/rig/endings.ts';

type Power = 'on' | 'off';

/** A simulated server whose BMC listens on a real socket, and a memory of its power by the wall clock. */
export interface RealServer {
  readonly name: string;
  readonly bmc: { readonly host: string; readonly port: number };
  readonly account: { readonly user: string; readonly password: string };
  press(power: Power): void;
  /** Whether the power was so at any moment between the two. */
  was(power: Power, fromMs: number, toMs: number): boolean;
  /** Whether it went off between the two. */
  wentOff(fromMs: number, toMs: number): boolean;
  resets(): number;
  sessions(): number;
}

const account = { user: 'admin', password: 'a-password-of-20-byt' };
const machine = { offDelayMs: 120, onDelayMs: 50 };
/** More than any run opens at a time: slots that are idle for a minute are not what is looked at here. */
const limits = { slots: 64 };

export const startRealServer = async (name: string): Promise<RealServer> => {
  const changes: { readonly atMs: number; readonly power: Power }[] = [{ atMs: 0, power: 'on' }];
  const bmc = await startSimBmc({
    clock: systemClock,
    users: [{ name: account.user, password: new Secret(account.password) }],
    guid: Buffer.from(name.padEnd(16)),
    machine,
    limits,
    onFact(fact) {
      if (fact.what === 'power') changes.push({ atMs: Date.parse(fact.at), power: fact.value });
    },
  });
  atEnd({ stop: () => bmc.close(), kill: () => {} });
  return {
    name,
    bmc,
    account,
    press: bmc.machine.press,
    was: (power, fromMs, toMs) =>
      changes.some((change, index) => {
        const untilMs = changes[index + 1]?.atMs ?? Number.POSITIVE_INFINITY;
        return change.power === power && change.atMs <= toMs && untilMs >= fromMs;
      }),
    wentOff: (fromMs, toMs) =>
      changes.some(({ atMs, power }) => power === 'off' && atMs >= fromMs && atMs <= toMs),
    resets: () => bmc.machine.counts().reset,
    sessions: bmc.sessions,
  };
};
