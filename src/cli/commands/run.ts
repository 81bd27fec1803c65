import { type AppLogger, createLogger } from '../../app/logger.ts';
import { version } from '../../app/paths.ts';
import { type Daemon, startDaemon } from '../../app.ts';
import type { LoadedConfig } from '../../config/load.ts';
import { systemClock, type Timer } from '../../core/clock.ts';
import { codeOf, errorCatalogue, messageOf } from '../../core/errors.ts';
import { type ServiceManager, serviceManager } from '../../io/service-manager.ts';
import { readConfig } from '../read-config.ts';
import { type ExitCode, exitCodes, type Terminal } from '../terminal.ts';
import type { ConfigOptions } from './check-config.ts';

/** Feeds the watchdog until the returned function is called. */
const watch = (manager: ServiceManager): (() => void) => {
  const { watchdogMs } = manager;
  if (watchdogMs === undefined) return () => {};
  let timer: Timer | undefined;
  const beat = () => {
    manager.tell('WATCHDOG=1');
    timer = systemClock.after(watchdogMs, beat);
  };
  beat();
  return () => timer?.cancel();
};

const tellRemarks = ({ warnings, notices }: LoadedConfig, log: AppLogger): void => {
  for (const warning of warnings) log.warn({}, warning);
  for (const notice of notices) log.info({}, notice);
};

/** Reads everything anew, secrets too; a file that every user can open is no better than the one in force. */
const reload = async (file: string, daemon: Daemon, log: AppLogger): Promise<void> => {
  const loaded = await readConfig(file, 'refuse');
  if (loaded.ok) {
    tellRemarks(loaded.value, log);
    await daemon.reload(loaded.value.config);
    log.setLevel(loaded.value.config.log.level);
    log.info({ file }, 'the configuration was reloaded');
  } else {
    log.error(
      { file, problems: loaded.failure },
      'the new configuration is not valid; the old one stays in force',
    );
    await daemon.rejected(loaded.failure);
  }
};

/** A reload, with what the service manager is told around it, whatever comes of it. */
const announcedReload = async (
  reloadConfig: () => Promise<void>,
  log: AppLogger,
  manager: ServiceManager,
): Promise<void> => {
  manager.tell('RELOADING=1');
  try {
    await reloadConfig();
  } catch (error) {
    log.error({ error: messageOf(error) }, 'the reload failed; the old configuration stays in force');
  }
  manager.tell('READY=1');
};

/** Resolves when the process is told to end; reloads run one after the other until then. */
const untilToldToEnd = (onReload: () => Promise<void>): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    let reloading: Promise<void> = Promise.resolve();
    process.on('SIGHUP', () => {
      reloading = reloading.then(onReload);
    });
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
  });

/** A fault in one place must not end a forced stop in another; one that leaves the process undefined must end it. */
const surviveFaults = (log: AppLogger): void => {
  process.on('unhandledRejection', (reason) =>
    log.error({ error: messageOf(reason) }, 'a fault was not handled'),
  );
  process.on('uncaughtException', (error) => {
    log.error({ error: error.message, stack: error.stack }, 'the daemon ends on a fault of its own');
    process.exit(exitCodes.failed);
  });
};

/** Node joins its threads before it exits, and would wait for one that hangs in the disk, or in writing the log. */
const endThreads = async (log: AppLogger, stuck: boolean): Promise<void> => {
  if (stuck) log.error({}, 'the disk does not answer, so the process ends by SIGKILL');
  const isFree = await log.flush(systemClock);
  if (stuck || !isFree) process.kill(process.pid, 'SIGKILL');
};

/** `noroshi run`: the daemon, in the foreground, until SIGTERM or SIGINT. */
export const runCommand = async (terminal: Terminal, options: ConfigOptions): Promise<ExitCode> => {
  const loaded = await readConfig(options.config);
  if (!loaded.ok) {
    for (const problem of loaded.failure) terminal.error(problem);
    return exitCodes.usage;
  }
  const { config } = loaded.value;
  const log = createLogger(config.log.level, config.self.node);
  tellRemarks(loaded.value, log);
  surviveFaults(log);
  const manager = serviceManager(process.env, (error) =>
    log.warn({ error: error.message }, 'systemd-notify failed'),
  );
  let daemon: Daemon;
  try {
    daemon = await startDaemon(config, { clock: systemClock, log });
  } catch (error) {
    const code = codeOf(error);
    log.error(
      { code, error: messageOf(error), remedy: code && errorCatalogue[code].remedy },
      'the daemon could not start',
    );
    return exitCodes.failed;
  }
  const reloadConfig = () => reload(options.config, daemon, log);
  // Whoever reads that we are ready may send a signal at once, and one that nobody listens to would kill us.
  const toldToEnd = untilToldToEnd(() => announcedReload(reloadConfig, log, manager));
  log.info({ version, socket: config.engine.socket, servers: Object.keys(config.servers) }, 'ready');
  manager.tell('READY=1');
  const stopWatching = watch(manager);
  const signal = await toldToEnd;
  log.info({ signal }, 'stopping');
  manager.tell('STOPPING=1');
  const { stuck } = await daemon.stop();
  stopWatching();
  log.info({}, 'stopped');
  await endThreads(log, stuck);
  return exitCodes.done;
};
