import { execFile } from 'node:child_process';

/** What a service manager is told (sd_notify(3)). */
export type ServiceState = 'READY=1' | 'RELOADING=1' | 'STOPPING=1' | 'WATCHDOG=1';

/** Speaks to systemd, where it asked to be spoken to. */
export interface ServiceManager {
  /** Half of the watchdog interval in milliseconds, or undefined where no watchdog waits. */
  readonly watchdogMs: number | undefined;
  tell(state: ServiceState): void;
}

const program = 'systemd-notify';
const limitMs = 5_000;
const microsecondsPerMs = 1000;

/**
 * Tells the service manager through `systemd-notify`, since Node has no datagram Unix sockets. Without
 * NOTIFY_SOCKET nothing is told. One after the other: a RELOADING=1 that overtook its READY=1 would
 * last for ever. The unit needs NotifyAccess=all.
 */
export const serviceManager = (
  environment: NodeJS.ProcessEnv,
  onFailure: (error: Error) => void,
): ServiceManager => {
  const { NOTIFY_SOCKET, WATCHDOG_USEC } = environment;
  if (!NOTIFY_SOCKET) return { watchdogMs: undefined, tell() {} };
  const watchdogMs = Number(WATCHDOG_USEC) / microsecondsPerMs / 2;
  const options = { timeout: limitMs, env: { NOTIFY_SOCKET, PATH: environment.PATH } };
  const notify = (state: ServiceState) =>
    new Promise<void>((resolve) => {
      execFile(program, [`--pid=${process.pid}`, state], options, (error) => {
        if (error) onFailure(error);
        resolve();
      });
    });
  let told: Promise<void> = Promise.resolve();
  return {
    watchdogMs: watchdogMs > 0 ? watchdogMs : undefined,
    tell(state) {
      told = told.then(() => notify(state));
    },
  };
};
