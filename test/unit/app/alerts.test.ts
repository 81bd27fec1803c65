import { expect, test } from 'vitest';
import { loggingAlerts } from '../../../src/app/alerts.ts';
import { CodedError } from '../../../src/core/errors.ts';
import type { Language } from '../../../src/core/language.ts';
import { type LogFields, silentLogger } from '../../../src/core/log.ts';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import { createBus } from '../../../src/events/bus.ts';
import type { NewEvent } from '../../../src/events/catalogue.ts';
import { createEventLog } from '../../../src/events/event-log.ts';
import { createMemoryJournal } from '../../support/memory-journal.ts';

const createScene = async () => {
  const clock = createVirtualClock();
  const journal = createMemoryJournal(clock);
  const inner = createEventLog({ journal, bus: createBus(silentLogger), log: silentLogger, clock });
  await inner.start();
  const lines: unknown[] = [];
  const write = (level: string) => (fields: LogFields, message: string) =>
    void lines.push({ level, ...fields, message });
  const log = {
    ...{ debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
  };
  const spoken: { language: Language } = { language: 'en' };
  return { journal, lines, spoken, events: loggingAlerts(inner, log, () => spoken.language) };
};

const failed: NewEvent = {
  type: 'fence.finished',
  source: 'fence',
  data: {
    ...{ job: 'j', server: 'server2', action: 'off', outcome: 'unknown', fenced: false },
    ...{ journalled: true, steps: [] },
  },
};

test('every alert is a line of the log at its level, in the language of the moment; other events are none', async () => {
  const { events, lines, spoken } = await createScene();
  await events.record({ type: 'bmc.answered', source: 'bmc', data: { server: 'server2' } });
  expect(lines).toEqual([]);
  spoken.language = 'ja';
  await events.record(failed);
  expect(lines).toEqual([
    {
      ...{ level: 'error', alert: 'rc/420', event: 'fence.finished', seq: 2 },
      message: 'サーバ server2 のパワーオフに失敗しました。電源オフを確認できません (unknown)。',
    },
    {
      ...{ level: 'warn', alert: 'rc/433', event: 'fence.finished', seq: 2 },
      message: expect.stringContaining('server2'),
    },
  ]);
});

test('an alert is told where the disk does not take its event, and the failure is passed on', async () => {
  const { events, lines, journal } = await createScene();
  journal.failAppends(new CodedError('journal.failed'));
  await expect(events.record(failed)).rejects.toMatchObject({ code: 'journal.failed' });
  expect(lines).toMatchObject([
    { alert: 'rc/420', recorded: false },
    { alert: 'rc/433', recorded: false },
  ]);
});
