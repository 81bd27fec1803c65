/** How a session came to its end. */
export type SessionEnd = 'closed' | 'idle' | 'shutdown' | 'forgotten';

/**
 * Why a login did not succeed. With a wrong password a console sees it first, in RAKP 2: it then says
 * so (`console`) or, as ipmitool and FreeIPMI do, falls silent (`abandoned`).
 */
export type LoginRefusal = 'user' | 'password' | 'cipherSuite' | 'slotsFull' | 'console' | 'abandoned';

/** Something that happened in the simulated machine. */
export type MachineEvent =
  | { readonly what: 'power'; readonly value: 'on' | 'off' }
  | { readonly what: 'reset' | 'nmi' | 'softOff' }
  | {
      readonly what: 'identify';
      readonly value: 'off' | 'timed' | 'indefinite';
      /** How long a timed lamp stays lit; 0 where the time does not matter. */
      readonly seconds: number;
    };

/** Something that happened to the sessions of the simulated BMC. */
export type SessionEvent =
  | { readonly what: 'sessionOpened'; readonly user: string }
  | { readonly what: 'sessionClosed'; readonly user: string; readonly why: SessionEnd }
  | { readonly what: 'loginRefused'; readonly why: LoginRefusal; readonly user?: string };

/** A trap of its own was acknowledged; this BMC sends none, and believes any. */
export interface PetAcknowledged {
  readonly what: 'petAcknowledged';
  readonly sequence: number;
  readonly localSeconds: number;
  readonly sensorNumber: number;
}

/** An event with its wall time (ISO 8601, UTC). */
export type Stamped<Event> = Event & { readonly at: string };

export type MachineFact = Stamped<MachineEvent>;
export type SessionFact = Stamped<SessionEvent>;
export type BmcFact = MachineFact | SessionFact | Stamped<PetAcknowledged>;
