import { createPetAcknowledger, type PetAcknowledger } from '../bmc/pet-acknowledger.ts';
import type { Config } from '../config/load.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import { ownerFor } from '../core/owner.ts';
import type { TrapNotification } from '../snmp-trap/codec/notification.ts';
import { acknowledgementFor } from '../snmp-trap/pet/acknowledge.ts';
import type { Hardware } from './hardware.ts';

export interface PetDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: () => Config;
  readonly hardware: () => Hardware;
}

/** Acknowledgements of Platform Event Traps, where the configuration names this gateway as the one that sends them. */
export interface PetAcknowledgements extends Omit<PetAcknowledger, 'offer'> {
  /** Acknowledges a trap, to be called once all of it is on disk; undefined where it is none of ours to acknowledge. */
  dueFor(notification: TrapNotification): (() => void) | undefined;
}

/**
 * The server whose BMC is told of a trap from this address, if by us. The acknowledgement goes to the BMC of the
 * configuration, never to where the trap says that it came from.
 */
const serverToTell = ({ traps, servers, self }: Config, source: string): string | undefined => {
  const server = traps?.sources.get(source);
  const owners = traps?.acknowledgePet?.owners ?? [];
  if (server === undefined || !Object.hasOwn(servers, server)) return undefined;
  return ownerFor(owners, server) === self.node ? server : undefined;
};

export const startPetAcknowledgements = ({ clock, log, config, hardware }: PetDeps): PetAcknowledgements => {
  const { offer, ...rest } = createPetAcknowledger({
    ...{ clock, log },
    bmcOf: (server) => hardware().bmcOf(server),
  });
  return {
    ...rest,
    dueFor(notification) {
      const server = serverToTell(config(), notification.source.address);
      const acknowledgement = server === undefined ? undefined : acknowledgementFor(notification);
      if (server === undefined || !acknowledgement) return undefined;
      return () => offer(server, acknowledgement);
    },
  };
};
