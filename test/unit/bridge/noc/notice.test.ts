import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { createFilter, defaultEvents, typesOf } from '../../../../src/bridge/noc/filter.ts';
import { type Notice, noticeOf } from '../../../../src/bridge/noc/notice.ts';
import { languages } from '../../../../src/core/language.ts';
import { type Event, type NewEvent, severityOf } from '../../../../src/events/catalogue.ts';
import { anyHistory } from '../../../support/event-arbitraries.ts';

const speaker = { gateway: 'server1', cluster: 'prod-a', language: 'en' } as const;
const at = '2026-11-21T01:02:03.456Z';

const eventOf = (event: NewEvent, seq = 7): Event =>
  ({ ...event, severity: severityOf(event), seq, at }) as Event;
const told = (event: NewEvent): Notice | undefined => noticeOf(eventOf(event), speaker);

const reason = { code: 'bmc.timeout', message: 'no answer' } as const;
const report = { job: 'j', server: 'server2', journalled: true, steps: [] };
const failed: NewEvent = {
  ...{ type: 'fence.finished', source: 'fence', severity: 'critical' },
  data: { ...report, action: 'off', outcome: 'unknown', fenced: false, reason },
};
const proof = { by: 'bmc', power: 'off', at } as const;
const of = <Type extends NewEvent['type']>(type: Type, data: Extract<NewEvent, { type: Type }>['data']) =>
  ({ type, source: 'test', data }) as NewEvent;

describe('a notice', () => {
  it('says of a failed forced stop what the product calls it', () => {
    expect(told(failed)).toEqual({
      key: 'server1/fence/server2',
      state: 'raise',
      severity: 'critical',
      weight: 'critical',
      server: 'server2',
      text: 'Forced stop (off) of server2 FAILED: it was not proved to be off (bmc.timeout). It must not be taken over from.',
      type: 'fence.finished',
      alert: { module: 'rc', id: 420 },
      seq: 7,
      at,
      gateway: 'server1',
      cluster: 'prod-a',
    });
  });

  test.for<[string, NewEvent, NewEvent]>([
    ['a BMC', of('bmc.unreachable', { server: 's', reason }), of('bmc.answered', { server: 's' })],
    ['a BMC that refuses', of('bmc.refused', { server: 's', reason }), of('bmc.answered', { server: 's' })],
    [
      'another machine',
      of('bmc.identityMismatched', { server: 's', pinned: 'a', found: 'b' }),
      of('bmc.answered', { server: 's' }),
    ],
    [
      'readiness',
      of('server.readinessChanged', { server: 's', ready: false, reason }),
      of('server.readinessChanged', { server: 's', ready: true }),
    ],
    [
      'cipher suite 0',
      of('bmc.cipherZeroChanged', { server: 's', accepted: true }),
      of('bmc.cipherZeroChanged', { server: 's', accepted: false }),
    ],
    [
      'the journal',
      of('journal.impaired', { reason: 'fullDisk', message: 'full' }),
      of('journal.recovered', { reason: 'fullDisk', since: at, lost: 3 }),
    ],
    [
      'the configuration',
      of('config.rejected', { problems: ['line 3'] }),
      of('config.reloaded', { servers: [] }),
    ],
    [
      'a sink',
      of('sink.failing', { sink: 'x', reason: 'dead' }),
      of('sink.recovered', { sink: 'x', since: at, sent: 2 }),
    ],
    [
      'a sink that is gone',
      of('sink.failing', { sink: 'x', reason: 'dead' }),
      of('sink.removed', { sink: 'x', since: at }),
    ],
    ['a late proof', failed, of('fence.provedLate', { job: 'j', server: 'server2', action: 'off', proof })],
    [
      'a later forced stop',
      failed,
      of('fence.finished', { ...report, action: 'off', outcome: 'confirmed', fenced: true, proof }),
    ],
    [
      'the word of the operator',
      failed,
      of('server.confirmedOff', { server: 'server2', requester: 'me', reason: 'seen', despiteLife: false }),
    ],
  ])('of %s is cleared under the key that it was raised under', ([, raising, clearing]) => {
    const [raised, cleared] = [told(raising), told(clearing)];
    expect(raised?.state).toBe('raise');
    expect(cleared).toMatchObject({ state: 'clear', key: raised?.key });
  });

  it('is one clean line in every language, whatever the event holds', () => {
    fc.assert(
      fc.property(anyHistory, fc.constantFrom(...languages), (events, language) => {
        for (const event of events) {
          const notice = noticeOf(event, { ...speaker, language });
          if (!notice) continue;
          expect(notice.text.length).toBeGreaterThan(0);
          expect(notice.text.length).toBeLessThanOrEqual(400);
          expect(notice.text).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        }
      }),
    );
  });
});

describe('a filter', () => {
  const wants = (event: NewEvent, filter: Partial<Parameters<typeof createFilter>[0]> = {}) => {
    const whole = eventOf(event);
    const notice = noticeOf(whole, speaker);
    const isWanted = createFilter({ events: defaultEvents, severity: 'info', ...filter });
    return notice !== undefined && isWanted(whole, notice);
  };

  it('sends what wakes people, forced stops first, and not the chatter', () => {
    expect(wants(failed)).toBe(true);
    expect(wants(of('journal.impaired', { reason: 'hung', message: 'hangs' }))).toBe(true);
    expect(wants(of('server.powerChanged', { server: 's', power: 'on', by: 'bmc' }))).toBe(false);
    expect(wants(of('cluster.reported', { node: 's', state: 'up', requester: 'e' }))).toBe(false);
    expect(wants(of('identify.changed', { server: 's', lit: true, requester: 'e' }))).toBe(false);
  });

  it('lets a clear go where its raise went', () => {
    const raised = of('bmc.unreachable', { server: 's', reason });
    const cleared = of('bmc.answered', { server: 's' });
    for (const severity of ['info', 'notice', 'warning', 'critical'] as const)
      expect(wants(cleared, { severity }), severity).toBe(wants(raised, { severity }));
  });

  it('knows servers', () => {
    expect(wants(failed, { servers: ['server2'] })).toBe(true);
    expect(wants(failed, { servers: ['server1'] })).toBe(false);
    expect(wants(of('journal.impaired', { reason: 'hung', message: '' }), { servers: ['server2'] })).toBe(
      false,
    );
  });

  it('always sees maintenances', () => {
    expect(typesOf({ events: ['fence.finished'] })).toEqual(
      new Set(['fence.finished', 'maintenance.began', 'maintenance.ended']),
    );
  });
});
