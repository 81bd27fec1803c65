import type { RunResult } from './rig/run.ts';
import { freeipmi, ipmitool, type Login, type Subject } from './sim-bmc-tools.ts';

type Where = Pick<Subject, 'host' | 'port'>;

const lines = ({ stdout, stderr, code }: RunResult): string[] => {
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
  return stdout.trim().split('\n').filter(Boolean);
};

const cellsOf = (line: string, separator: string): string[] =>
  line.split(separator).map((cell) => cell.trim());

/** What `ipmitool sdr elist` prints of a sensor: `ok`, `ns`, `lnc` …, and its reading in words. */
export interface ToolSensor {
  readonly name: string;
  readonly status: string;
  readonly reading: string;
}

export const ipmitoolSensors = async (at: Where, suite: number, login: Login): Promise<ToolSensor[]> =>
  lines(await ipmitool(at as Subject, suite, 'sdr elist', login)).map((line) => {
    const [name = '', , status = '', , reading = ''] = cellsOf(line, '|');
    return { name, status, reading };
  });

export const ipmitoolSel = async (at: Where, suite: number, login: Login): Promise<string[]> =>
  lines(await ipmitool(at as Subject, suite, 'sel elist', login));

/** `opensesspriv`: ipmi_sim reports the privilege 0 when a session is opened, which is no matter to others. */
const freeipmiOptions = '--no-header-output --comma-separated-output -W opensesspriv';

/** The columns of ipmi-sensors: id, name, type, reading, units, event. */
export const freeipmiSensors = async (at: Where, suite: number, login: Login): Promise<string[][]> =>
  lines(await freeipmi('ipmi-sensors', at as Subject, suite, freeipmiOptions, login)).map((line) =>
    cellsOf(line, ','),
  );

/** The columns of ipmi-sel: id, date, time, name, type, event. */
export const freeipmiSel = async (at: Where, suite: number, login: Login): Promise<string[][]> =>
  lines(await freeipmi('ipmi-sel', at as Subject, suite, freeipmiOptions, login)).map((line) =>
    cellsOf(line, ','),
  );

/** Words that carry no meaning, and that one side says and the other does not. */
const idle = new Set(['the', 'a', 'an', 'to', 'of', 'or', 'and', 'is', 'in', 'with', 'by']);

const wordsOf = (text: string): Set<string> =>
  new Set(
    text
      .toLowerCase()
      .replaceAll(/non-|off-line/g, (part) => part.replace('-', ''))
      .split(/[^a-z0-9]+/)
      .filter((word) => word !== '' && !idle.has(word))
      .map((word) => word.slice(0, 5)),
  );

/** How much of the shorter of two texts the other one says too, from 0 to 1. */
export const agreement = (one: string, other: string): number => {
  const [a, b] = [wordsOf(one), wordsOf(other)];
  const common = [...a].filter((word) => b.has(word)).length;
  return common / Math.max(1, Math.min(a.size, b.size));
};

export const peers = ['ipmitool', 'ipmi-sensors', 'ipmi-sel'] as const;
