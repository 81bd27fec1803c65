import { type ExitCode, exitCodes, type Terminal } from '../terminal.ts';

export interface DemoOptions {
  readonly speed?: string;
  readonly once?: boolean;
  readonly json?: boolean;
}

export const demoCommand = async (terminal: Terminal, _options: DemoOptions): Promise<ExitCode> => {
  terminal.error('being written');
  return exitCodes.failed;
};
