import { describe, expect, test } from 'vitest';
import { violations } from '../support/house-rules.ts';

/** The faults of a house that has only these files. */
const faultsOf = (files: Record<string, string>): string[] => violations(new Map(Object.entries(files)));

/** The faults of one import, from one path to another path of src/. */
const importFaults = (from: string, to: string): string[] => {
  const up = '../'.repeat(from.split('/').length - 2);
  return faultsOf({ [from]: `import { x } from '${up || './'}${to.replace('src/', '')}';\n` });
};

describe('imports that are allowed', () => {
  test.each([
    ['src/events/bus.ts', 'src/core/log.ts'],
    ['src/events/bus.ts', 'src/events/catalogue.ts'],
    ['src/bmc/client/udp.ts', 'src/io/udp.ts'],
    ['src/bmc/client/udp.ts', 'src/bmc/ipmi/rmcp.ts'],
    ['src/bmc/ipmi/rmcp.ts', 'src/core/result.ts'],
    ['src/fence/job.ts', 'src/events/bus.ts'],
    ['src/fence/job.ts', 'src/evidence/verdict.ts'],
    ['src/schedule/plan.ts', 'src/evidence/verdict.ts'],
    ['src/panel/paint.ts', 'src/evidence/verdict.ts'],
    ['src/snmp-trap/pet.ts', 'src/bmc/ipmi/event-tables.ts'],
    ['src/bridge/nut.ts', 'src/ups/codec.ts'],
    ['src/bridge/engine.ts', 'src/fence/job.ts'],
    ['src/sim/bmc.ts', 'src/bmc/ipmi/rmcp.ts'],
    ['src/sim/lamp.ts', 'src/lamp/codec/nh.ts'],
    ['src/sim/bmc.ts', 'src/config/schema.ts'],
    ['src/cli/sim.ts', 'src/sim/bmc.ts'],
    ['src/cli/run.ts', 'src/app.ts'],
    ['src/main.ts', 'src/cli/run.ts'],
    ['src/app.ts', 'src/bmc/drivers/native.ts'],
  ])('%s imports %s', (from, to) => {
    expect(importFaults(from, to)).toEqual([]);
  });
});

describe('imports that are refused', () => {
  test.each([
    ['src/core/clock.ts', 'src/events/bus.ts', 'imports go down only'],
    ['src/events/bus.ts', 'src/config/load.ts', 'rooms of one floor'],
    ['src/config/load.ts', 'src/io/udp.ts', 'rooms of one floor'],
    ['src/io/udp.ts', 'src/events/bus.ts', 'rooms of one floor'],
    ['src/io/udp.ts', 'src/bmc/ipmi/rmcp.ts', 'imports go down only'],
    ['src/bmc/client/udp.ts', 'src/ups/poller.ts', 'rooms of one floor'],
    ['src/bmc/client/udp.ts', 'src/fence/job.ts', 'imports go down only'],
    ['src/snmp-trap/pet.ts', 'src/bmc/client/udp.ts', 'rooms of one floor'],
    ['src/bmc/ipmi/rmcp.ts', 'src/bmc/client/udp.ts', 'a pure codec'],
    ['src/lamp/codec.ts', 'src/io/udp.ts', 'a pure codec'],
    ['src/monitor/state.ts', 'src/evidence/verdict.ts', 'rooms of one floor'],
    ['src/evidence/verdict.ts', 'src/fence/job.ts', 'rooms of one floor'],
    ['src/fence/job.ts', 'src/bridge/engine.ts', 'imports go down only'],
    ['src/bridge/engine.ts', 'src/cli/run.ts', 'imports go down only'],
    ['src/fence/job.ts', 'src/app.ts', 'imports go down only'],
    ['src/sim/bmc.ts', 'src/bmc/client/udp.ts', 'src/sim may import'],
    ['src/sim/bmc.ts', 'src/events/bus.ts', 'src/sim may import'],
    ['src/app.ts', 'src/sim/bmc.ts', 'only src/cli and test'],
    ['src/main.ts', 'src/sim/bmc.ts', 'only src/cli and test'],
    ['src/bmc/client/udp.ts', 'src/sim/bmc.ts', 'only src/cli and test'],
    ['src/core/clock.ts', 'src/../test/support/peers.ts', 'outside of src/'],
  ])('%s imports %s', (from, to, why) => {
    expect(importFaults(from, to)).toEqual([expect.stringContaining(why)]);
  });

  test.each([
    "import '../fence/job.ts';",
    "import type { Job } from '../fence/job.ts';",
    "export * from '../fence/job.ts';",
    'import {\n  a,\n  b,\n} from "../fence/job.ts";',
    "const job = await import('../fence/job.ts');",
    "type Job = import('../fence/job.ts').Job;",
    "new Worker(new URL('../fence/job.ts', import.meta.url));",
    "import { a } from '../fence/job.js';",
    "const quote = /['\"`]/; import { a } from '../fence/job.ts';",
    `const text = \`a \${b ? \`'\` : '}'} /* \`; import { a } from '../fence/job.ts';`,
  ])('whatever its form: %s', (source) => {
    expect(faultsOf({ 'src/ups/poller.ts': source })).toEqual([
      expect.stringContaining('fence is above ups, and imports go down only'),
    ]);
  });

  test.each([
    "// import '../fence/job.ts';",
    "/* import '../fence/job.ts'; */",
    "/**\n * import '../fence/job.ts';\n */",
    'const text = "import \'../fence/job.ts\'";',
    "const text = `import '../fence/job.ts'`;",
  ])('but not where it is only told of: %s', (source) => {
    expect(faultsOf({ 'src/ups/poller.ts': source })).toEqual([]);
  });

  test('a fault names its line', () => {
    const source = "/* one\n two */\nimport '../fence/job.ts';\n";
    expect(faultsOf({ 'src/ups/poller.ts': source })[0]).toMatch(/^src\/ups\/poller\.ts:3: /);
  });
});

describe('modules that are not ours', () => {
  test.each([
    ['src/core/clock.ts', 'node:fs', 'core does no I/O'],
    ['src/core/clock.ts', 'net', 'core does no I/O'],
    ['src/bmc/ipmi/rmcp.ts', 'node:dgram', 'a pure codec does no I/O'],
    ['src/bridge/engine.ts', 'node:timers/promises', 'core/clock'],
  ])('%s may not import %s', (path, specifier, why) => {
    expect(faultsOf({ [path]: `import x from '${specifier}';` })).toEqual([expect.stringContaining(why)]);
  });

  test.each([
    ['src/core/secret.ts', 'node:util'],
    ['src/bmc/ipmi/rakp-crypto.ts', 'node:crypto'],
    ['src/io/udp.ts', 'node:dgram'],
    ['src/config/load.ts', 'yaml'],
  ])('%s may import %s', (path, specifier) => {
    expect(faultsOf({ [path]: `import x from '${specifier}';` })).toEqual([]);
  });
});

describe('time', () => {
  const uses = [
    'const a = Date.now();',
    'const a = performance.now();',
    'const a = performance\n  .now();',
    'setTimeout(run, 5);',
    'setInterval(run, 5);',
    'globalThis.setTimeout(run, 5);',
    'const later = setTimeout;',
    'const a = new Date();',
    'const a = new Date;',
    'const a = process.hrtime.bigint();',
    'const a = AbortSignal.timeout(5);',
    `const a = \`\${Date.now()}\`;`,
  ];

  test.each(uses)('is not taken from the platform: %s', (source) => {
    expect(faultsOf({ 'src/fence/job.ts': source })).toEqual([
      expect.stringContaining('time is a parameter'),
    ]);
  });

  test('but for core/clock', () => {
    expect(faultsOf({ 'src/core/clock.ts': uses.join('\n') })).toEqual([]);
  });

  test.each([
    'const a = new Date(clock.wallMs());',
    'const a = new DateRange();',
    'socket.setTimeout(5);',
    '// Date.now() would be wrong here',
    'const a = "Date.now()";',
    'const a = clock.now();',
    'const a = b / 2; /* setTimeout */',
  ])('%s is no such use', (source) => {
    expect(faultsOf({ 'src/fence/job.ts': source })).toEqual([]);
  });
});

describe('files', () => {
  test('of more than 400 lines are refused', () => {
    expect(faultsOf({ 'src/fence/job.ts': 'x;\n'.repeat(400) })).toEqual([]);
    expect(faultsOf({ 'src/fence/job.ts': 'x;\n'.repeat(401) })).toEqual([
      'src/fence/job.ts: has 401 lines; split it (at most 400)',
    ]);
  });

  test('in a room that the house does not have are refused', () => {
    expect(faultsOf({ 'src/utils/misc.ts': '' })).toEqual([
      expect.stringContaining('in no room of the house'),
    ]);
    expect(faultsOf({ 'src/helpers.ts': '' })).toEqual([expect.stringContaining('in no room of the house')]);
  });

  test('that import one another in a ring are refused, and the ring is told once', () => {
    const ring = {
      'src/fence/a.ts': "import { b } from './b.ts';",
      'src/fence/b.ts': "import type { c } from './c.ts';",
      'src/fence/c.ts': "import { a } from './a.ts';",
      'src/fence/d.ts': "import { a } from './a.ts';",
    };
    expect(faultsOf(ring)).toEqual([
      'src/fence/a.ts: imports itself in a ring: src/fence/a.ts → src/fence/b.ts → src/fence/c.ts → src/fence/a.ts',
    ]);
    expect(faultsOf({ 'src/fence/a.ts': "import './a.ts';" })).toEqual([
      'src/fence/a.ts: imports itself in a ring: src/fence/a.ts → src/fence/a.ts',
    ]);
    expect(faultsOf({ ...ring, 'src/fence/c.ts': '' })).toEqual([]);
  });
});
