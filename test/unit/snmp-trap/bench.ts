import { Secret } from '../../../src/core/secret.ts';
import { createVirtualClock, type VirtualClock } from '../../../src/core/virtual-clock.ts';
import type { TrapNotification } from '../../../src/snmp-trap/codec/notification.ts';
import { createEngineWindow, type EngineStamp } from '../../../src/snmp-trap/engine-window.ts';
import { createIntake, type Intake } from '../../../src/snmp-trap/intake.ts';
import { createOwnEngine, type OwnEngine } from '../../../src/snmp-trap/own-engine.ts';
import type { RefusalNews } from '../../../src/snmp-trap/refusal-herald.ts';
import type { TrapUser } from '../../../src/snmp-trap/users.ts';
import { createV3Gate } from '../../../src/snmp-trap/v3-gate.ts';
import type { V3Account } from '../../support/traps/v3-sender.ts';

export const account: V3Account = {
  user: 'noroshi',
  protocol: 'sha256',
  authPassphrase: 'authentic-enough',
  privPassphrase: 'private-enough',
};

export const userOf = (one: V3Account, engineIds: readonly string[] = []): TrapUser => ({
  name: one.user,
  auth: { protocol: one.protocol, passphrase: new Secret(one.authPassphrase) },
  ...(one.privPassphrase !== undefined && {
    privacy: { protocol: 'aes128' as const, passphrase: new Secret(one.privPassphrase) },
  }),
  engineIds,
});

export const source = { address: '192.0.2.11', port: 40_000 };
export const relay = { address: '192.0.2.200', port: 40_001 };
export const ownId = Buffer.from('80007ed905000102030405060708090a0b', 'hex');

export interface Bench {
  readonly clock: VirtualClock;
  readonly own: OwnEngine;
  readonly intake: Intake;
  readonly delivered: TrapNotification[];
  readonly told: RefusalNews[];
  readonly answers: Buffer[];
  /** How deliveries end from now on; they wait while it is `hold`, until {@link release}. */
  disk: 'takes' | 'fails' | 'holds';
  release(): void;
  send(datagram: Buffer, from?: typeof source): void;
  stamps(): EngineStamp[];
  /** Lets what was sent be delivered. */
  settle(): Promise<void>;
}

export interface BenchOptions {
  readonly users?: readonly TrapUser[];
  readonly boots?: number;
  readonly engines?: readonly EngineStamp[];
}

/** The intake without its sockets, on the virtual clock. */
export const createBench = ({
  users = [userOf(account)],
  boots = 3,
  engines = [],
}: BenchOptions = {}): Bench => {
  const clock = createVirtualClock();
  const own = createOwnEngine(clock, ownId, boots);
  const window = createEngineWindow(clock, engines);
  const delivered: TrapNotification[] = [];
  const told: RefusalNews[] = [];
  const answers: Buffer[] = [];
  let held: (() => void)[] = [];
  const intake = createIntake({
    clock,
    v3: createV3Gate({ clock, own, window }),
    async deliver(notification) {
      if (bench.disk === 'holds') await new Promise<void>((resolve) => held.push(resolve));
      if (bench.disk === 'fails') throw new Error('the disk is full');
      delivered.push(notification);
    },
    remember: async () => {},
    refused: (news) => told.push(news),
  });
  intake.admit({
    sources: new Set([source.address, '2001:db8::1']),
    relays: new Set([relay.address]),
    communities: [new Secret('public')],
    users,
  });
  const bench: Bench = {
    ...{ clock, own, intake, delivered, told, answers, disk: 'takes' },
    release() {
      const waiting = held;
      held = [];
      bench.disk = bench.disk === 'holds' ? 'takes' : bench.disk;
      for (const resolve of waiting) resolve();
    },
    send: (datagram, from = source) => intake.receive(datagram, from, (answer) => answers.push(answer)),
    stamps: window.stamps,
    settle: () => clock.advance(0),
  };
  return bench;
};
