import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/**
 * Stand-ins for everything that could stop the machine the tests run on: both in-band tools, found before any real
 * one, a file in place of the device, and a file in place of the kernel's trigger.
 */
export interface LocalTools {
  readonly folder: string;
  /** What a daemon is to have as its PATH. */
  readonly path: string;
  readonly device: string;
  readonly trigger: string;
  /** The keys that `local` in a configuration needs to touch nothing but the stand-ins. */
  readonly section: {
    readonly tools: Readonly<Record<'ipmitool' | 'ipmiutil', Readonly<Record<string, unknown>>>>;
    readonly sysrq: { readonly trigger: string };
  };
  /** Has a tool do this, after it has written down how it was called. */
  teach(tool: 'ipmitool' | 'ireset', body: string): void;
  /** Each call so far: its words, then its environment, sorted. */
  calls(): { readonly words: string; readonly environment: readonly string[] }[];
  /** What was written into the trigger. */
  pressed(): string;
}

/** Variables that the shell of a stand-in sets by itself. */
const ofTheShell = /^(PWD|OLDPWD|SHLVL|_)=/;

export const saysYes = {
  ipmitool: 'echo "Chassis Power Control: Reset"',
  ireset: 'echo "ipmiutil reset: IPMI_Reset ok"',
} as const;

/** A new set of stand-ins; both tools say yes and do nothing. Goes with the test. */
export const createLocalTools = (): LocalTools => {
  const folder = mkdtempSync(join(tmpdir(), 'noroshi-local-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const bin = join(folder, 'bin');
  const log = join(folder, 'calls');
  const device = join(folder, 'ipmi0');
  const trigger = join(folder, 'sysrq-trigger');
  mkdirSync(bin);
  writeFileSync(device, '');
  writeFileSync(trigger, '');
  const teach: LocalTools['teach'] = (tool, body) => {
    const record = `{ echo "call ${tool} $*"; env; echo end; } >> ${log}`;
    writeFileSync(join(bin, tool), `#!/bin/sh\n${record}\n${body}\n`);
    chmodSync(join(bin, tool), 0o755);
  };
  teach('ipmitool', saysYes.ipmitool);
  teach('ireset', saysYes.ireset);
  return {
    ...{ folder, device, trigger, teach },
    path: `${bin}:/usr/bin:/bin`,
    section: { tools: { ipmitool: { device }, ipmiutil: { device } }, sysrq: { trigger } },
    calls: () =>
      (existsSync(log) ? readFileSync(log, 'utf8') : '')
        .split('end\n')
        .filter((text) => text.startsWith('call '))
        .map((text) => {
          const [first = '', ...lines] = text.trim().split('\n');
          const environment = lines.filter((line) => !ofTheShell.test(line)).sort();
          return { words: first.slice('call '.length), environment };
        }),
    pressed: () => readFileSync(trigger, 'utf8'),
  };
};
