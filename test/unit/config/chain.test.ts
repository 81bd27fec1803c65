import { expect, it } from 'vitest';
import { createWorkspace, goodConfig } from './workspace.ts';

/** Chains and guards of a configuration that is good but for them; the problem lines that follow. */

const withChain = (chain: string, more = ''): string =>
  goodConfig.replace('      passwordFile: bmc.pw\n', `      passwordFile: bmc.pw\n    chain:\n${chain}`) +
  more;

const line = (method: string): string => `      - ${method}\n`;
const bmc = line('{ method: bmc, limitSeconds: 5 }');
const script = '{ method: script, file: /opt/stop, limitSeconds: 5 }';
const kdump = (more: string) => line(`{ method: kdumpWait, limitSeconds: 8, from: [192.0.2.21]${more} }`);

const good: [string, string, string?][] = [
  ['a BMC with a limit', bmc],
  ['a BMC that takes the rest', line('{ method: bmc }')],
  [
    'a script that verifies, and is checked',
    line(
      '{ method: script, file: /opt/stop, limitSeconds: 5, scriptVerifiesOff: true, supportsCheck: true }',
    ),
  ],
  [
    'waits before what proves',
    kdump(', sendNmi: false, firstMessageSeconds: 8, quietSeconds: 8') +
      line('{ method: nmiWait, limitSeconds: 2 }') +
      bmc,
  ],
];

it.each(good)('%s is good', async (_name, chain) => {
  expect(await createWorkspace().problems(withChain(chain))).toEqual([]);
});

const rest = 'is needed here: only a bmc at the end may take the rest of the deadline';
const wrong: [string, string, string[]][] = [
  [
    'limits beyond the deadline',
    line('{ method: nmiWait, limitSeconds: 11 }') + bmc,
    ['its limits add up to 16 s, more than fence.deadlineSeconds (15)'],
  ],
  [
    'limits that leave nothing for the BMC',
    line('{ method: nmiWait, limitSeconds: 15 }') + line('{ method: bmc }'),
    ['its limits take all of fence.deadlineSeconds (15), and leave nothing for the bmc at its end'],
  ],
  [
    'a script without a file',
    line('{ method: script, limitSeconds: 5 }'),
    ['[0].file: a script needs its file'],
  ],
  [
    'a relative file',
    line('{ method: script, file: stop.sh, limitSeconds: 5 }'),
    ['[0].file: must be an absolute path'],
  ],
  ['a file on a BMC', line('{ method: bmc, file: /opt/stop }'), ['[0].file: only a script has a file']],
  [
    'a BMC that verifies',
    line('{ method: bmc, scriptVerifiesOff: true }'),
    ['[0].scriptVerifiesOff: only a script can be said to verify'],
  ],
  [
    'a BMC that is checked',
    line('{ method: bmc, supportsCheck: true }'),
    ['[0].supportsCheck: only a script can be checked like that'],
  ],
  ['a script without a limit', line('{ method: script, file: /opt/stop }'), [`[0].limitSeconds: ${rest}`]],
  [
    'a BMC without a limit before the end',
    line('{ method: bmc }') + line(script),
    [`[0].limitSeconds: ${rest}`],
  ],
  ['a wait without a limit', line('{ method: nmiWait }') + bmc, [`[0].limitSeconds: ${rest}`]],
  [
    'a wait at the end',
    bmc + line('{ method: nmiWait, limitSeconds: 5 }'),
    ['nothing after its last wait stops the server: end it with a bmc or a script'],
  ],
  [
    'a kdumpWait that does not know whom to hear',
    line('{ method: kdumpWait, limitSeconds: 5 }') + bmc,
    ['[0].from: a kdumpWait needs the addresses that messages come from'],
  ],
  [
    'a kdumpWait by name',
    line('{ method: kdumpWait, limitSeconds: 5, from: [server1] }') + bmc,
    ['[0].from[0]: must be an IPv4 or IPv6 address, not "server1"'],
  ],
  [
    'times beyond the limit',
    kdump(', firstMessageSeconds: 9, quietSeconds: 10') + bmc,
    [
      '[0].firstMessageSeconds: must not be more than limitSeconds',
      '[0].quietSeconds: must not be more than limitSeconds',
    ],
  ],
  [
    'keys of a kdumpWait elsewhere',
    line('{ method: bmc, from: [192.0.2.21], sendNmi: true, firstMessageSeconds: 1, quietSeconds: 1 }'),
    ['from', 'sendNmi', 'firstMessageSeconds', 'quietSeconds'].map(
      (key) => `[0].${key}: only a kdumpWait has ${key}`,
    ),
  ],
  [
    'an unknown method',
    line('{ method: prayer, limitSeconds: 5 }'),
    ['[0].method: must be bmc, script, nmiWait or kdumpWait, not "prayer"'],
  ],
];

/** A problem line without its file, its line and the path of the chain. */
const bare = (problem: string): string =>
  problem.replace(/^noroshi\.yaml:\d+: /, '').replace(/^servers\.server1\.chain(: )?/, '');

it.each(wrong)('%s is told', async (_name, chain, problems) => {
  const found = await createWorkspace().problems(withChain(chain));
  expect(found.map(bare)).toEqual(problems);
});

const withoutBmc = (chain: string): string =>
  goodConfig.replace(/ {2}server2:\n.*\n/, `  server2:\n    chain:\n${chain}`);
const needsProof =
  'servers.server2.chain: without a bmc only a script with scriptVerifiesOff can prove anything: nothing else reads the power';

it('a server without a BMC needs a script that verifies, and may wait for a kernel that crashes by itself', async () => {
  const { problems } = createWorkspace();
  const trusted = line('{ method: script, file: /opt/stop, limitSeconds: 5, scriptVerifiesOff: true }');
  expect(await problems(withoutBmc(trusted))).toEqual([]);
  expect(await problems(withoutBmc(kdump(', sendNmi: false') + trusted))).toEqual([]);
  for (const chain of [
    line(script),
    bmc,
    kdump('') + trusted,
    line('{ method: nmiWait, limitSeconds: 2 }') + trusted,
  ])
    expect((await problems(withoutBmc(chain))).map(bare)).toEqual([needsProof]);
});

it('a server may have a deadline of its own', async () => {
  const { problems, load } = createWorkspace();
  const long = withChain(line('{ method: nmiWait, limitSeconds: 60 }') + bmc);
  const own = (seconds: number) => long.replace('    chain:', `    deadlineSeconds: ${seconds}\n    chain:`);
  expect(await problems(own(65))).toEqual([]);
  expect((await problems(own(64))).map(bare)).toEqual([
    'its limits add up to 65 s, more than servers.server1.deadlineSeconds (64)',
  ]);
  const loaded = await load(own(65));
  expect(loaded.ok && loaded.value.config.servers.server1?.deadlineSeconds).toBe(65);
});

it('an address belongs to the crash kernel of one server', async () => {
  const chain = kdump('') + bmc;
  const text = withChain(chain).replace(
    '    bmc: { model: ipmi, host: 192.0.2.12',
    `    chain:\n${chain}    bmc: { model: ipmi, host: 192.0.2.12`,
  );
  expect((await createWorkspace().problems(text)).map(bare)).toEqual([
    'servers.server2.chain[0].from[0]: is given for server1 too; each server has addresses of its own',
  ]);
});

it('the storm guard needs four servers', async () => {
  const { problems } = createWorkspace();
  const guarded = `${goodConfig}fence: { guards: { tooMany: { servers: 2, seconds: 60 } } }\n`;
  expect((await problems(guarded)).map(bare)).toEqual([
    'fence.guards.tooMany: needs at least 4 servers, and there are 2: it could keep the last one from being stopped',
  ]);
  const more = [3, 4].map(
    (n) =>
      `  server${n}: { bmc: { model: ipmi, host: 192.0.2.1${n}, user: fence, passwordEnv: BMC_PASSWORD } }\n`,
  );
  expect(await problems(guarded.replace('deviceDirectories', `${more.join('')}deviceDirectories`))).toEqual(
    [],
  );
});

it('guards stand as they are meant unless the file says otherwise', async () => {
  const loaded = await createWorkspace().load(goodConfig);
  expect(loaded.ok && loaded.value.config.fence).toEqual({
    ...{ deadlineSeconds: 15, kdump: { listen: '::', port: 7410 } },
    guards: { requesterFencedSeconds: 300, repeatSeconds: 1 },
  });
});
