import type { Event } from './catalogue.ts';

/** What one event shows of a server that is alive. */
export interface SignOfLife {
  readonly server: string;
  /** The path that shows it. */
  readonly by: 'bmc' | 'engine';
  readonly seen: string;
}

/** The one place that says which events show life; a trap does not, since anybody can send one. */
export const signOfLife = (event: Event): SignOfLife | undefined => {
  if ((event.type === 'server.powerChanged' || event.type === 'bmc.rechecked') && event.data.power === 'on') {
    return { server: event.data.server, by: 'bmc', seen: 'its power was read on' };
  }
  if (event.type === 'cluster.reported' && event.data.state === 'up') {
    return { server: event.data.node, by: 'engine', seen: 'the engine reports it up' };
  }
  return undefined;
};
