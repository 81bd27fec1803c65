import type { TrapClass } from '../core/severity.ts';
import type { EventData } from '../events/catalogue.ts';
import type { MonitorName } from '../events/monitors.ts';

/** Something is wrong, says somebody; names and texts are fit to be told. */
export interface RaiseRequest extends MonitorName {
  readonly kind: 'raise';
  readonly message: string;
  readonly origin: EventData<'monitor.raised'>['origin'];
  /** Who says so: the name of a client, the address of a trap's sender, the name of a rule. */
  readonly by: string;
  readonly class?: TrapClass;
  /** Where the rule that raised it has a time of its own. */
  readonly expireSeconds?: number;
  /** The seq of the event that led to it. */
  readonly cause?: number;
}

/** It is over. */
export interface ClearRequest extends MonitorName {
  readonly kind: 'clear';
  readonly why: EventData<'monitor.cleared'>['why'];
  readonly requester?: string;
  readonly cause?: number;
}

export type MonitorRequest = RaiseRequest | ClearRequest;
