import { readConfig } from '../read-config.ts';
import { type CommonOptions, type ExitCode, exitCodes, type Terminal } from '../terminal.ts';

export interface ConfigOptions extends CommonOptions {
  readonly config: string;
}

/** `noroshi check-config`: every problem of a configuration, without starting anything. */
export const checkConfigCommand = async (terminal: Terminal, options: ConfigOptions): Promise<ExitCode> => {
  const loaded = await readConfig(options.config);
  const problems = loaded.ok ? [] : loaded.failure;
  const warnings = loaded.ok ? loaded.value.warnings : [];
  const notices = loaded.ok ? loaded.value.notices : [];
  if (options.json) terminal.out(JSON.stringify({ ok: loaded.ok, problems, warnings, notices }));
  else {
    for (const problem of problems) terminal.error(problem);
    for (const line of [...warnings, ...notices]) terminal.out(`note: ${line}`);
    if (loaded.ok) {
      const { servers } = loaded.value.config;
      terminal.out(`${options.config}: good; servers: ${Object.keys(servers).join(', ')}`);
    }
  }
  return loaded.ok ? exitCodes.done : exitCodes.usage;
};
