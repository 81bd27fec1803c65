import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topicLevel, topicsOf } from '../../../../src/bridge/mqtt/topics.ts';

describe('topics', () => {
  it('stand below prefix, cluster and node', () => {
    const topics = topicsOf('site/a/noroshi', 'prod-a', 'server1');
    expect(topics.status).toBe('site/a/noroshi/prod-a/server1/status');
    expect(topics.server('server2')).toBe('site/a/noroshi/prod-a/server1/state/server/server2');
    expect(topics.event('fence.finished')).toBe('site/a/noroshi/prod-a/server1/event/fence.finished');
  });

  it.each([
    ['server1.rack-2_b', 'server1.rack-2_b'],
    ['a+b', 'a%2Bb'],
    ['#', '%23'],
    ['a/b', 'a%2Fb'],
    ['100%', '100%25'],
    ['a\u0000b\nc', 'a%00b%0Ac'],
    ['\u0085', '%C2%85'],
    ['狼煙', '狼煙'],
    ['\uD800x', '\uFFFDx'],
  ])('write %j as %j', (name, level) => {
    expect(topicLevel(name)).toBe(level);
  });

  it('hold one level for every name, without wildcards and control characters, and no two names meet', () => {
    const name = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(topicLevel(one)).not.toMatch(/[+#/\p{Cc}\p{Cs}]/u);
        expect(topicLevel(one) === topicLevel(other)).toBe(one === other);
        expect(decodeURIComponent(topicLevel(one))).toBe(one);
      }),
    );
  });
});
