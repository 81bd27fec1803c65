import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createWorkspace, goodConfig } from './workspace.ts';

const withLocal = (section: string): string => `${goodConfig}local: ${section}\n`;

const loadLocal = async (section: string) => {
  const { folder, load } = createWorkspace();
  const loaded = await load(withLocal(section));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  return { folder, local: loaded.value.config.local };
};

describe('the section local', () => {
  it('is not there unless it is written', async () => {
    const loaded = await createWorkspace().load(goodConfig);
    expect(loaded.ok && loaded.value.config.local).toBeUndefined();
  });

  it('needs nothing but the actions', async () => {
    const { local } = await loadLocal('{ actions: [reset, off, cycle, nmi] }');
    expect(local).toMatchObject({
      ...{ socket: '/run/noroshi/local.sock', mode: 0o600, actions: ['reset', 'off', 'cycle', 'nmi'] },
      ...{ ways: ['ipmitool', 'ipmiutil', 'sysrq'], stillRunsSeconds: 10, deadlineSeconds: 60 },
      sysrq: { trigger: '/proc/sysrq-trigger' },
    });
    expect(local?.tools.ipmitool).toEqual({
      ...{ limitSeconds: 5, device: '/dev/ipmi0', accepted: 'Chassis Power Control:' },
      reset: ['ipmitool', '-I', 'open', 'chassis', 'power', 'reset'],
      off: ['ipmitool', '-I', 'open', 'chassis', 'power', 'off'],
      cycle: ['ipmitool', '-I', 'open', 'chassis', 'power', 'cycle'],
      nmi: ['ipmitool', '-I', 'open', 'chassis', 'power', 'diag'],
    });
    expect(local?.tools.ipmiutil).toMatchObject({
      reset: ['ireset', '-r', '-F', 'open'],
      off: ['ireset', '-d', '-F', 'open'],
      cycle: ['ireset', '-c', '-F', 'open'],
      nmi: ['ireset', '-n', '-F', 'open'],
    });
  });

  it('takes other lines and other tools, and keeps what is not said', async () => {
    const { folder, local } = await loadLocal(
      '{ socket: l.sock, mode: "0660", group: ha, actions: [reset], ways: [mine, ipmitool], tools: { mine: { reset: [/opt/reset-me, now] }, ipmitool: { limitSeconds: 9, reset: [ipmitool, raw, "0", "2", "3"] } } }',
    );
    expect(local).toMatchObject({ socket: join(folder, 'l.sock'), mode: 0o660, group: 'ha' });
    expect(local?.tools.mine).toEqual({ limitSeconds: 5, reset: ['/opt/reset-me', 'now'] });
    expect(local?.tools.ipmitool).toMatchObject({
      ...{ limitSeconds: 9, device: '/dev/ipmi0' },
      reset: ['ipmitool', 'raw', '0', '2', '3'],
      off: ['ipmitool', '-I', 'open', 'chassis', 'power', 'off'],
    });
  });

  it('has no tool that nobody configured, whatever its name', async () => {
    const { local } = await loadLocal('{ actions: [reset] }');
    expect(local?.tools.constructor).toBeUndefined();
  });

  it.each([
    ['{}', 'local.actions: is missing; it must be a list of 1 to 4 items, each reset, off, cycle or nmi'],
    ['{ actions: [on] }', 'local.actions[0]: must be reset, off, cycle or nmi, not "on"'],
    ['{ actions: [off, off] }', 'local.actions[1]: names an action a second time'],
    [
      '{ actions: [off], ways: [sysrq, constructor] }',
      'local.ways[1]: is no tool and not sysrq; known here: ipmitool, ipmiutil, sysrq',
    ],
    ['{ actions: [off], ways: [sysrq, sysrq] }', 'local.ways[1]: names a way a second time'],
    ['{ actions: [off, cycle], ways: [sysrq] }', 'local.actions[1]: none of local.ways can do cycle'],
    [
      '{ actions: [off], stillRunsSeconds: 20 }',
      'local.deadlineSeconds: the limits of all ways and the waits after them add up to 71 s; the last way must have its turn as well',
    ],
    ['{ actions: [off], tools: { sysrq: {} } }', 'local.tools.sysrq: sysrq is the kernel, and no tool'],
    ['{ actions: [off], sysrq: { trigger: t } }', 'local.sysrq.trigger: must be an absolute path'],
    [
      '{ actions: [off], tools: { ipmitool: { device: ipmi0 } } }',
      'local.tools.ipmitool.device: must be an absolute path',
    ],
    [
      '{ actions: [off], tools: { mine: { off: [bin/off] } } }',
      'local.tools.mine.off[0]: must be an absolute path',
    ],
    [
      '{ actions: [off], tools: { ipmitool: { off: [ipmitool, -P, secret, power] } } }',
      'local.tools.ipmitool.off[1]: -P puts a password on the command line, where every user of this machine can read it; in-band needs none',
    ],
    [
      '{ actions: [off], tools: { ipmiutil: { off: [ireset, -d, -N, 192.0.2.1] } } }',
      'local.tools.ipmiutil.off[2]: -N names a host, and a local action is about this server alone',
    ],
    [
      '{ actions: [off], tools: { mine: { off: [] } } }',
      'local.tools.mine.off: must be a list of 1 to 64 words, not an empty list',
    ],
    [
      '{ actions: [off], socket: /run/noroshi/engine.sock }',
      'local.socket: must not be the same as engine.socket',
    ],
    [
      `{ actions: [off], socket: /${'x'.repeat(107)} }`,
      'local.socket: the path of a socket may have 107 bytes at most',
    ],
  ])('refuses %s', async (section, problem) => {
    expect(await createWorkspace().problems(withLocal(section))).toEqual([`noroshi.yaml:14: ${problem}`]);
  });

  it('is refused on a machine that is none of the servers', async () => {
    const text = withLocal('{ actions: [off] }').replace(
      'node: server1, role: member',
      'node: tower, role: control',
    );
    expect(await createWorkspace().problems(text)).toEqual([
      'noroshi.yaml:14: local: a control machine has no server of its own to stop',
    ]);
  });
});
