import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { password, type Target, user } from './rig.ts';

/** Wall time and CPU of one run of somebody else's program, its children included. */
export interface PeerRun {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly exitCode: number;
}

/** Runs a program and prints its times as JSON: Node cannot ask for the CPU of a child. */
const stopwatch = `
import json, resource, subprocess, sys, time
def spent():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
before = spent()
start = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
wall = time.perf_counter() - start
print(json.dumps({"wallMs": wall * 1000, "cpuMs": (spent() - before) * 1000, "exitCode": code}))
`;

export const timed = (argv: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<PeerRun> =>
  new Promise((resolve, reject) => {
    const child = spawn('python3', ['-c', stopwatch, ...argv], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
    child.once('error', reject);
    child.once('exit', () => {
      try {
        resolve(JSON.parse(output) as PeerRun);
      } catch {
        reject(new Error(`the stopwatch printed no times for ${argv[0]}`));
      }
    });
  });

type Address = Pick<Target, 'host' | 'port'>;

const addresses = (targets: readonly Address[]): string =>
  targets.map(({ host, port }) => `${host}:${port}`).join(',');

const runIpmipower = (
  folder: string,
  targets: readonly Address[],
  words: readonly string[],
): Promise<PeerRun> => {
  const config = join(folder, 'freeipmi.conf');
  writeFileSync(config, `username ${user}\npassword ${password}\n`, { mode: 0o600 });
  return timed([
    ...['ipmipower', '--config-file', config, '-D', 'LAN_2_0', '-I', '3', '-W', 'opensesspriv'],
    ...['-h', addresses(targets), ...words, '-F', String(targets.length)],
  ]);
};

/** FreeIPMI's ipmipower, one process for all BMCs; it reads the power until it is off. */
export const ipmipower = (
  folder: string,
  targets: readonly Address[],
  action: 'off' | 'on',
): Promise<PeerRun> =>
  runIpmipower(folder, targets, [`--${action}`, action === 'off' ? '--wait-until-off' : '--wait-until-on']);

/** ipmipower's look at the power of all BMCs, once: the least that a check of theirs costs. */
export const ipmipowerStat = (folder: string, targets: readonly Address[]): Promise<PeerRun> =>
  runIpmipower(folder, targets, ['--stat']);

/** Processes at a time for tools that serve one BMC each. */
const fanOut = 64;

const perBmc = (
  targets: readonly Target[],
  script: string,
  environment: NodeJS.ProcessEnv,
): Promise<PeerRun> => {
  const hosts = targets.map(({ host }) => host).join('\n');
  const line = `printf '%s\\n' "$HOSTS" | xargs -P ${fanOut} -I HOST sh -c '${script}'`;
  const port = String(targets[0]?.port);
  return timed(['sh', '-c', line], { ...environment, HOSTS: hosts, PORT: port });
};

/** ipmitool: off, then one status. */
export const ipmitool = (targets: readonly Target[]): Promise<PeerRun> => {
  const base = `ipmitool -I lanplus -C 3 -H HOST -p $PORT -U ${user} -E chassis power`;
  return perBmc(targets, `${base} off && ${base} status`, { IPMI_PASSWORD: password });
};

/** fence_ipmilan with its defaults, the password on its standard input. */
export const fenceIpmilan = (targets: readonly Target[]): Promise<PeerRun> => {
  const options = `action=off\\nlanplus=1\\ncipher=3\\nip=HOST\\nipport=$PORT\\nusername=${user}\\npassword=$IPMI_PASSWORD\\n`;
  return perBmc(targets, `printf "${options}" | fence_ipmilan`, { IPMI_PASSWORD: password });
};
