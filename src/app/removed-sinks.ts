import { mqttSink } from '../bridge/mqtt/event-sink.ts';
import type { Config } from '../config/load.ts';
import type { Parts } from './parts.ts';
import { note } from './record.ts';

/** Ends the trouble of sinks that the configuration has no more: nobody else would. */
export interface RemovedSinks {
  /** To be called when the configuration has changed. */
  look(): void;
  stop(): void;
}

/** What it looks at. */
export interface RemovedSinksParts extends Pick<Parts, 'events' | 'bus'> {
  readonly current: { readonly config: Pick<Config, 'noc' | 'mqtt'> };
}

/** Looks at once, so that a sink that was taken out while the gateway was away is told of as well. */
export const tellRemovedSinks = ({ events, bus, current }: RemovedSinksParts): RemovedSinks => {
  /** Whose end is on its way to the record. */
  const telling = new Set<string>();

  const isConfigured = (sink: string): boolean => {
    const { noc, mqtt } = current.config;
    return Object.hasOwn(noc?.sinks ?? {}, sink) || (mqtt !== undefined && sink === mqttSink);
  };
  const look = (): void => {
    for (const [sink, since] of Object.entries(events.view().failingSinks ?? {})) {
      if (isConfigured(sink) || telling.has(sink)) continue;
      telling.add(sink);
      void note(events, { type: 'sink.removed', source: 'bridge', data: { sink, since } }).finally(() =>
        telling.delete(sink),
      );
    }
  };
  // A failure that was on its way to a slow disk can follow the reload that took its sink out, and a disk that was full
  // did not take the end.
  const stop = bus.subscribe(({ type }) => {
    if (type === 'sink.failing' || type === 'journal.recovered') look();
  });
  look();
  return { look, stop };
};
