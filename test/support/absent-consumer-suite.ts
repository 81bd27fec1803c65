import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { until } from './bounded.ts';
import { createSite, type Site } from './daemon.ts';
import { deliveryFaults, type Heard, heardIn, startConsumer } from './event-consumer.ts';
import { flood, residentMiB } from './monitor-flood.ts';

export interface Absence {
  /** Monitor events while the consumer is away; an even number. */
  readonly events: number;
  /** What the journal may keep; less than the events take. */
  readonly maxSizeMiB: number;
  /** What the daemon's memory may grow by, from a tenth of the events to their end. */
  readonly mostGrowthMiB: number;
  readonly onEnd?: (figures: Readonly<Record<string, number>>) => void;
}

const lastHeard = (heard: readonly Heard[]): number =>
  heard.reduce((seq, one) => ('event' in one ? one.event.seq : seq), 0);

const limitMs = 120_000;

/** Describes a consumer that is away while more happens than the journal may keep. */
export const describeAbsence = ({ events, maxSizeMiB, mostGrowthMiB, onEnd }: Absence) =>
  describe(`a consumer that is away for ${events} monitor events, of which ${maxSizeMiB} MiB are kept`, () => {
    let site: Site;
    let file: string;
    let acknowledged: number;
    let firstKept: number;
    let last: number;
    const memory = { early: 0, late: 0 };

    const health = async (client: EngineClient) => {
      const { journal } = await client.call('health', {});
      return { firstSeq: journal.firstSeq ?? 0, lastSeq: journal.lastSeq ?? 0 };
    };

    beforeAll(
      async () => {
        site = createSite({
          servers: { server1: undefined },
          sections: { journal: { maxSizeMiB } },
        });
        file = join(site.folder, 'heard.jsonl');
        let daemon = await site.start();
        let client = await site.connect();
        await flood(client, 40, () => undefined);
        const before = startConsumer(site.socket, 'engine', file);
        const { lastSeq } = await health(client);
        await until(() => lastHeard(heardIn(file)) >= lastSeq, limitMs, 'the consumer to hear the beginning');
        await before.kill();
        acknowledged = lastHeard(heardIn(file));

        await flood(client, events, () => {
          memory.early ||= residentMiB(daemon);
        });
        memory.late = residentMiB(daemon);
        await client.close();
        await daemon.stop();

        daemon = await site.start();
        client = await site.connect();
        ({ firstSeq: firstKept, lastSeq: last } = await health(client));
        const after = startConsumer(site.socket, 'engine', file);
        await until(() => lastHeard(heardIn(file)) >= last, limitMs, 'the consumer to hear the rest');
        await after.kill();
        await client.close();
        await daemon.stop();
      },
      Math.max(120_000, events * 10),
    );

    afterAll(() =>
      onEnd?.({
        events: last,
        'acknowledged before': acknowledged,
        'first kept': firstKept,
        heard: heardIn(file).length,
        'MiB at a tenth': Math.round(memory.early),
        'MiB at the end': Math.round(memory.late),
      }),
    );

    test('so much that not all of it is kept', () => {
      expect(last).toBeGreaterThan(events);
      expect(firstKept).toBeGreaterThan(acknowledged + 1);
      expect(last - firstKept).toBeGreaterThan(100);
    });

    test('is told of the gap first, exactly once, and then of everything that is kept, in order', () => {
      const heard = heardIn(file);
      expect(deliveryFaults(heard)).toEqual([]);
      const gaps = heard.flatMap((one) => ('gap' in one ? [one.gap] : []));
      expect(gaps).toHaveLength(1);
      const [gap] = gaps;
      expect(gap?.to).toBe(firstKept - 1);
      // What was heard and not acknowledged may come again: the gap begins there at the latest.
      expect(gap?.from).toBeLessThanOrEqual(acknowledged + 1);
      const afterGap = heard.slice(heard.findIndex((one) => 'gap' in one));
      const seqs = afterGap.flatMap((one) => ('event' in one ? [one.event.seq] : []));
      expect(new Set(seqs).size).toBe(last - firstKept + 1);
    });

    test('costs the daemon no memory', () => {
      expect(memory.early).toBeGreaterThan(0);
      expect(memory.late - memory.early).toBeLessThan(mostGrowthMiB);
    });
  });
