import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Event, EventData, NewEvent } from '../../../src/events/catalogue.ts';
import { severityOf } from '../../../src/events/catalogue.ts';
import { applyEvent, emptyView, type View, viewSchema } from '../../../src/events/view.ts';
import { anyHistory } from '../../support/event-arbitraries.ts';
import { fenceRequested } from '../../support/sample-events.ts';

const at = '2026-01-01T00:00:00.000Z';

const fold = (events: readonly NewEvent[], from: View = emptyView): View =>
  events.reduce<View>(
    (view, event) =>
      applyEvent(view, { ...event, seq: view.seq + 1, at, severity: severityOf(event) } as Event),
    from,
  );

const finished = (job: string, changes: Partial<EventData<'fence.finished'>> = {}): NewEvent => ({
  type: 'fence.finished',
  source: 'fence',
  data: {
    ...{ job, server: 'server1', action: 'off', outcome: 'unknown', fenced: false },
    ...{ journalled: true, steps: [], reason: { code: 'fence.deadline', message: 'too late' } },
    ...changes,
  },
});

const provedLate = (job: string, power: 'on' | 'off', action: 'off' | 'cycle' = 'off'): NewEvent => ({
  type: 'fence.provedLate',
  source: 'fence',
  data: { job, server: 'server1', action, proof: { by: 'bmc', power, at } },
});

describe('servers', () => {
  test('power, identity, lamp and report each come from their own event', () => {
    const view = fold([
      { type: 'server.powerChanged', source: 'bmc', data: { server: 'server1', power: 'off', by: 'bmc' } },
      { type: 'bmc.identityPinned', source: 'bmc', data: { server: 'server1', guid: 'abc' } },
      { type: 'identify.changed', source: 'panel', data: { server: 'server1', lit: true, requester: 'cli' } },
      {
        type: 'cluster.reported',
        source: 'engine',
        data: { node: 'server1', state: 'down', requester: 'e' },
      },
      { type: 'bmc.answered', source: 'bmc', data: { server: 'server2' } },
    ]);
    expect(view).toEqual({
      ...emptyView,
      seq: 5,
      servers: {
        server1: {
          ...{ power: 'off', powerAt: at, bmc: 'unknown', guid: 'abc', identifyLit: true, reported: 'down' },
          ...{ lamp: { at, automatic: false }, outage: { since: at, seq: 4 } },
        },
        server2: { power: 'unknown', bmc: 'ok', identifyLit: false, reported: 'unknown' },
      },
    });
  });

  test('a start forgets what was read before it, and keeps what was decided', () => {
    const view = fold([
      { type: 'server.powerChanged', source: 'bmc', data: { server: 'server1', power: 'off', by: 'bmc' } },
      { type: 'bmc.answered', source: 'bmc', data: { server: 'server1' } },
      { type: 'bmc.identityPinned', source: 'bmc', data: { server: 'server1', guid: 'abc' } },
      { type: 'gateway.started', source: 'app', data: { node: 'server2', version: '0' } },
    ]);
    expect(view.servers.server1).toEqual({
      ...{ power: 'unknown', bmc: 'unknown', guid: 'abc', identifyLit: false, reported: 'unknown' },
    });
  });

  test('the reason of a failing BMC is kept until it answers', () => {
    const reason = { code: 'bmc.auth' as const, message: 'no' };
    const failing = fold([{ type: 'bmc.refused', source: 'bmc', data: { server: 'server1', reason } }]);
    expect(failing.servers.server1).toMatchObject({ bmc: 'refused', bmcReason: reason });
    const well = fold([{ type: 'bmc.answered', source: 'bmc', data: { server: 'server1' } }], failing);
    expect(well.servers.server1?.bmc).toBe('ok');
    expect(well.servers.server1).not.toHaveProperty('bmcReason');
  });

  test('a foreign BMC is a refusal, and the pinned identity stays', () => {
    const view = fold([
      { type: 'bmc.identityPinned', source: 'bmc', data: { server: 'server1', guid: 'mine' } },
      {
        type: 'bmc.identityMismatched',
        source: 'bmc',
        data: { server: 'server1', pinned: 'mine', found: 'other' },
      },
    ]);
    expect(view.servers.server1).toMatchObject({
      ...{ guid: 'mine', bmc: 'refused', bmcReason: { code: 'bmc.identity' } },
    });
  });

  const word: NewEvent = {
    type: 'server.confirmedOff',
    source: 'app',
    data: { server: 'server1', requester: 'alice', reason: 'unplugged', despiteLife: true },
  };
  const readOn: NewEvent = {
    type: 'server.powerChanged',
    source: 'bmc',
    data: { server: 'server1', power: 'on', by: 'bmc' },
  };

  test("the operator's word makes power that was read on unknown, so that it is told when read again", () => {
    const view = fold([readOn, word]);
    expect(view.servers.server1).toMatchObject({
      power: 'unknown',
      confirmedOff: { at, requester: 'alice', reason: 'unplugged' },
    });
    expect(view.servers.server1).not.toHaveProperty('powerAt');
  });

  test("the operator's word ends with life after it, and is not revived by what follows", () => {
    const view = fold([word, readOn, { ...readOn, data: { ...readOn.data, power: 'off' } } as NewEvent]);
    expect(view.servers.server1).toMatchObject({ power: 'off', confirmedOff: { endedSeq: 2 } });
    expect(fold([word], view).servers.server1?.confirmedOff).not.toHaveProperty('endedSeq');
  });

  test.each(['on', 'cycle'] as const)("the operator's word is taken back by a power-%s", (action) => {
    const request = fenceRequested('job1');
    const on = { ...request, data: { ...request.data, action } } as NewEvent;
    expect(fold([word, on]).servers.server1).not.toHaveProperty('confirmedOff');
    expect(fold([word, request]).servers.server1).toHaveProperty('confirmedOff');
  });

  test('a proof in a report does not set the power of the server', () => {
    const proof = { by: 'bmc' as const, power: 'off' as const, at };
    const view = fold([fenceRequested('job1'), finished('job1', { outcome: 'confirmed', proof })]);
    expect(view.servers.server1?.power).toBe('unknown');
  });
});

describe('jobs', () => {
  test('a requested job is known at once, and is the last fence of its server', () => {
    const view = fold([fenceRequested('job1')]);
    expect(view.jobs.job1).toEqual({
      ...{ job: 'job1', server: 'server1', action: 'off', requester: 'test', deadlineMs: 15_000 },
      ...{ requestedAt: at, requestedSeq: 1 },
    });
    expect(view.servers.server1?.lastFence).toBe('job1');
  });

  test('reading the status is no fence', () => {
    const status = fenceRequested('job2');
    const view = fold([
      fenceRequested('job1'),
      { ...status, data: { ...status.data, action: 'status' } } as NewEvent,
    ]);
    expect(view.jobs.job2?.action).toBe('status');
    expect(view.servers.server1?.lastFence).toBe('job1');
  });

  test('a report whose request was never recorded still makes a job', () => {
    const view = fold([finished('job1', { journalled: false })]);
    expect(view.jobs.job1).toMatchObject({
      requester: 'fence',
      deadlineMs: 0,
      report: { journalled: false },
    });
  });

  test('off that was proved late makes the job fenced and keeps why it had ended', () => {
    const view = fold([fenceRequested('job1'), finished('job1'), provedLate('job1', 'off')]);
    expect(view.jobs.job1).toMatchObject({
      lateProof: { power: 'off' },
      report: {
        ...{ fenced: true, outcome: 'confirmed', proof: { by: 'bmc', power: 'off' } },
        reason: { code: 'fence.deadline' },
      },
    });
  });

  test('a cycle whose off was proved late has its fence part confirmed; its return is told by restart', () => {
    const view = fold([finished('job1', { action: 'cycle' }), provedLate('job1', 'off', 'cycle')]);
    expect(view.jobs.job1?.report).toMatchObject({ fenced: true, outcome: 'confirmed' });
  });

  test('on that was read late fences nothing', () => {
    const view = fold([finished('job1'), provedLate('job1', 'on')]);
    expect(view.jobs.job1?.lateProof?.power).toBe('on');
    expect(view.jobs.job1?.report).toMatchObject({ fenced: false, outcome: 'unknown' });
    expect(view.jobs.job1?.report).not.toHaveProperty('proof');
  });

  test('the later half of a cycle is added to its report', () => {
    const restart = { outcome: 'confirmed' as const };
    const view = fold([
      finished('job1', { action: 'cycle' }),
      { type: 'fence.restarted', source: 'fence', data: { job: 'job1', server: 'server1', restart } },
    ]);
    expect(view.jobs.job1?.report?.restart).toEqual(restart);
  });

  test('late news of a forgotten job changes nothing', () => {
    expect(fold([provedLate('job1', 'off')]).jobs).toEqual({});
  });

  test('all unfinished jobs are kept, and of the finished ones at least the newest 200, never above 400', () => {
    const ids = Array.from({ length: 1000 }, (_, index) => `job${index}`);
    let view = fold([fenceRequested('running')]);
    for (const [index, id] of ids.entries()) {
      view = fold([fenceRequested(id), finished(id)], view);
      const kept = Object.keys(view.jobs);
      expect(kept.length).toBeLessThanOrEqual(401);
      expect(kept).toEqual(expect.arrayContaining(['running', id, ids[Math.max(0, index - 199)]]));
    }
  });
});

describe('for any valid history', () => {
  test('the view restored from a snapshot equals the one that was saved', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const view = history.reduce<View>(applyEvent, emptyView);
        expect(viewSchema.parse(JSON.parse(JSON.stringify(view)))).toEqual(view);
      }),
    );
  });

  test('folding on from a snapshot at any point comes to the same view', () => {
    fc.assert(
      fc.property(anyHistory, fc.nat(60), (history, cut) => {
        const whole = history.reduce<View>(applyEvent, emptyView);
        const early = history.slice(0, cut).reduce<View>(applyEvent, emptyView);
        const restored = viewSchema.parse(JSON.parse(JSON.stringify(early)));
        expect(history.slice(cut).reduce<View>(applyEvent, restored)).toEqual(whole);
      }),
    );
  });

  test('events that are already folded in change nothing, and no fold alters the view it started from', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const view = history.reduce<View>(applyEvent, emptyView);
        const before = structuredClone(view);
        expect(history.reduce<View>(applyEvent, view)).toBe(view);
        const next = history.at(-1) ?? { ...fenceRequested('job1'), at, severity: 'notice' };
        applyEvent(view, { ...next, seq: history.length + 1 } as Event);
        expect(view).toEqual(before);
      }),
      { examples: [[[{ ...fenceRequested('job1'), seq: 1, at, severity: 'notice' }]]] },
    );
  });

  test('a server is fenced in no report unless an event said so', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const view = history.reduce<View>(applyEvent, emptyView);
        const provable = new Set(
          history.flatMap((event) => {
            if (event.type === 'fence.finished') return event.data.fenced ? [event.data.job] : [];
            return event.type === 'fence.provedLate' && event.data.proof.power === 'off'
              ? [event.data.job]
              : [];
          }),
        );
        const fenced = Object.values(view.jobs).filter((job) => job.report?.fenced);
        expect(fenced.filter((job) => !provable.has(job.job))).toEqual([]);
      }),
    );
  });
});

test('what is no view is not restored', () => {
  expect(viewSchema.safeParse({ seq: 1 }).success).toBe(false);
  expect(viewSchema.safeParse({ ...emptyView, servers: { a: { power: 'maybe' } } }).success).toBe(false);
});
