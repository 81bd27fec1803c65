import type { Examination, ExaminedServer } from '../../bridge/engine/services.ts';
import type { Finding } from '../../core/finding.ts';
import { findingRows } from '../finding-rows.ts';
import { readinessText } from '../readiness-text.ts';
import { type ExitCode, exitCodes, type Terminal, table } from '../terminal.ts';
import { type EngineOptions, withEngine } from '../with-engine.ts';

const warningsText = (findings: readonly Finding[]): string => {
  const count = findings.filter(({ state }) => state === 'warning').length;
  if (count === 0) return '';
  return count === 1 ? '; 1 warning' : `; ${count} warnings`;
};

const renderVerdict = ({ server, works, findings, ...rehearsed }: ExaminedServer): string[] => [
  `${server}: a forced stop would ${works ? 'work' : 'NOT work'} now${warningsText(findings)}`,
  `  in the background: ${readinessText(rehearsed)}`,
  ...table(findings.flatMap(findingRows)).map((line) => `  ${line}`),
];

/** The verdicts for people: the verdict on each server first, then a line for each finding, with its remedy below. */
export const renderExamination = ({ servers }: Examination): string[] => servers.flatMap(renderVerdict);

/** `noroshi doctor [SERVER]`: whether a forced stop would work now. */
export const doctorCommand = (
  terminal: Terminal,
  server: string | undefined,
  options: EngineOptions,
): Promise<ExitCode> =>
  withEngine(terminal, options, async (client) => {
    const examination = await client.call('doctor.run', server === undefined ? {} : { server });
    const lines = options.json ? [JSON.stringify(examination)] : renderExamination(examination);
    for (const line of lines) terminal.out(line);
    return examination.works ? exitCodes.done : exitCodes.failed;
  });
