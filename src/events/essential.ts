import type { EventType } from './catalogue.ts';
import { typesMatching } from './glob.ts';

/**
 * What is still recorded on a full disk, in the room the ballast leaves: what forced stops and local
 * actions decided and proved, which BMC is whose, what the gateway and its journal went through. Everything else can be
 * read or reported again.
 */
const essentialGlobs = [
  ...['fence.*', 'local.*', 'bmc.identity*', 'gateway.*', 'journal.*'],
  ...['server.powerChanged', 'server.confirmedOff'],
] as const;

export const essentialTypes: ReadonlySet<EventType> = new Set(typesMatching(essentialGlobs));
