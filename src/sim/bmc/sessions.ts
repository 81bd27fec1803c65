import { randomBytes } from 'node:crypto';
import type { CipherSuite } from '../../bmc/ipmi/cipher-suites.ts';
import type { RakpContext } from '../../bmc/ipmi/rakp-crypto.ts';
import type { Protection } from '../../bmc/ipmi/sealed.ts';
import type { SequenceWindow } from '../../bmc/ipmi/sequence-window.ts';
import type { Clock, Timer } from '../../core/clock.ts';
import type { SessionEnd } from './facts.ts';
import type { ReplyCache } from './reply-cache.ts';
import type { BmcUser } from './users.ts';

/** What a login that has come through has in addition. */
export interface ActiveSession {
  readonly protection: Protection;
  /** Inbound session sequence numbers. */
  readonly window: SequenceWindow;
  /** Outbound session sequence number last used. */
  sentSequence: number;
  readonly replies: ReplyCache;
  readonly user: BmcUser;
  /** The level asked for in RAKP 1, cut to the user's limit. */
  readonly highestPrivilege: number;
  /** The level in force. */
  privilege: number;
}

/** A slot of the table: a handshake, then an active session. */
export interface SessionSlot {
  readonly bmcSessionId: number;
  /** The BMC's short name of the slot, from 1 (IPMI 2.0 section 22.20). */
  readonly handle: number;
  readonly consoleSessionId: number;
  /** Address and port of the console: ipmitool uses one session id for all its processes. */
  readonly peer: string;
  readonly suite: CipherSuite;
  /** The last handshake message and its answer, for messages that come twice. */
  answered: { readonly request: Buffer; readonly reply: Buffer } | undefined;
  /** Known after RAKP 1. */
  login: { readonly context: RakpContext; readonly user: BmcUser } | undefined;
  /** Known after RAKP 3. */
  active: ActiveSession | undefined;
}

/** The session slots of a BMC: few, and taken by handshakes too. */
export interface SessionTable {
  /** Takes a slot for a handshake, or undefined where all are taken. */
  open(request: {
    readonly consoleSessionId: number;
    readonly peer: string;
    readonly suite: CipherSuite;
  }): SessionSlot | undefined;
  find(bmcSessionId: number): SessionSlot | undefined;
  /** The unfinished handshake that `request` opened, where it comes again from the same place. */
  reopened(request: Buffer, peer: string): SessionSlot | undefined;
  activate(slot: SessionSlot, active: ActiveSession): void;
  /** The session was used: its idle time starts anew. */
  touch(slot: SessionSlot): void;
  close(slot: SessionSlot, why: SessionEnd): void;
  /** The sessions that are open, in the order of their logins' beginnings. */
  active(): SessionSlot[];
  activeCount(): number;
  /** What Get Session Info tells: sessions that can be open at once, and sessions that are. */
  usage(): { readonly possible: number; readonly active: number };
  closeAll(): void;
}

export interface SessionLimits {
  /** Default 4, as on many real BMCs. */
  readonly slots: number;
  /** How long a handshake may stay unfinished, in milliseconds. */
  readonly handshakeMs: number;
  /** How long an active session may stay unused, in milliseconds (IPMI 2.0 section 6.12.15: 60 s). */
  readonly idleMs: number;
}

/** Get Session Info has six bits for a number of sessions. */
const mostTold = 63;

export const createSessionTable = (deps: {
  clock: Clock;
  limits: SessionLimits;
  onOpened: (active: ActiveSession) => void;
  onClosed: (active: ActiveSession, why: SessionEnd) => void;
  /** A handshake was left unfinished; `user` is known after RAKP 1. */
  onAbandoned: (user: BmcUser | undefined) => void;
}): SessionTable => {
  const { clock, limits } = deps;
  const slots = new Map<number, { slot: SessionSlot; timer: Timer }>();

  const all = () => [...slots.values()].map(({ slot }) => slot);
  const unusedId = (): number => {
    const id = randomBytes(4).readUInt32LE();
    return id === 0 || slots.has(id) ? unusedId() : id;
  };
  const close = (slot: SessionSlot, why: SessionEnd) => {
    const entry = slots.get(slot.bmcSessionId);
    if (!entry) return;
    entry.timer.cancel();
    slots.delete(slot.bmcSessionId);
    if (slot.active) deps.onClosed(slot.active, why);
    else if (why === 'idle') deps.onAbandoned(slot.login?.user);
  };
  const freeHandle = (): number => {
    const taken = new Set(all().map(({ handle }) => handle));
    let handle = 1;
    while (taken.has(handle)) handle += 1;
    return handle;
  };
  const keep = (slot: SessionSlot) => {
    slots.get(slot.bmcSessionId)?.timer.cancel();
    const limitMs = slot.active ? limits.idleMs : limits.handshakeMs;
    slots.set(slot.bmcSessionId, { slot, timer: clock.after(limitMs, () => close(slot, 'idle')) });
  };
  const active = () => all().filter((slot) => slot.active);

  return {
    open(request) {
      if (slots.size >= limits.slots) return undefined;
      const slot: SessionSlot = {
        ...request,
        bmcSessionId: unusedId(),
        handle: freeHandle(),
        answered: undefined,
        login: undefined,
        active: undefined,
      };
      keep(slot);
      return slot;
    },
    find: (bmcSessionId) => slots.get(bmcSessionId)?.slot,
    reopened: (request, peer) =>
      all().find((slot) => !slot.login && slot.peer === peer && slot.answered?.request.equals(request)),
    activate(slot, session) {
      slot.active = session;
      keep(slot);
      deps.onOpened(session);
    },
    touch: keep,
    close,
    active,
    activeCount: () => active().length,
    usage: () => ({
      possible: Math.min(limits.slots, mostTold),
      active: Math.min(active().length, mostTold),
    }),
    closeAll() {
      for (const slot of all()) close(slot, 'shutdown');
    },
  };
};
