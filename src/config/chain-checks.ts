import { isAbsolute } from 'node:path';
import type { MethodSection } from './chain-section.ts';
import type { Complaint } from './explain.ts';
import type { ConfigFile } from './schema.ts';

type Server = ConfigFile['servers'][string];
type Named = readonly [key: keyof MethodSection, message: string];

/** A method that is left out where time is short, since it proves nothing. */
const onlyWaits = ({ method }: MethodSection): boolean => method === 'nmiWait' || method === 'kdumpWait';

const complaintsOfScript = ({ method, file, scriptVerifiesOff, supportsCheck }: MethodSection): Named[] => {
  const found: Named[] = [];
  if (file !== undefined && !isAbsolute(file)) found.push(['file', 'must be an absolute path']);
  if (method === 'script') return file === undefined ? [['file', 'a script needs its file']] : found;
  if (file !== undefined) found.push(['file', 'only a script has a file']);
  if (scriptVerifiesOff) found.push(['scriptVerifiesOff', 'only a script can be said to verify']);
  if (supportsCheck) found.push(['supportsCheck', 'only a script can be checked like that']);
  return found;
};

const keysOfKdump = ['from', 'sendNmi', 'firstMessageSeconds', 'quietSeconds'] as const;

const complaintsOfKdump = (section: MethodSection): Named[] => {
  if (section.method !== 'kdumpWait')
    return keysOfKdump
      .filter((key) => section[key] !== undefined)
      .map((key): Named => [key, `only a kdumpWait has ${key}`]);
  const { from, limitSeconds = Number.POSITIVE_INFINITY } = section;
  const found: Named[] = from ? [] : [['from', 'a kdumpWait needs the addresses that messages come from']];
  const tooLong = (['firstMessageSeconds', 'quietSeconds'] as const).filter(
    (key) => (section[key] ?? 0) > limitSeconds,
  );
  return [...found, ...tooLong.map((key): Named => [key, 'must not be more than limitSeconds'])];
};

/** What one method of a chain lacks, or has and must not have. */
const complaintsOfMethod = (section: MethodSection, isLast: boolean): Named[] => {
  const found = [...complaintsOfScript(section), ...complaintsOfKdump(section)];
  if (section.limitSeconds !== undefined || (section.method === 'bmc' && isLast)) return found;
  return [
    ...found,
    ['limitSeconds', 'is needed here: only a bmc at the end may take the rest of the deadline'],
  ];
};

/** What a method must have where the server has no BMC to power off, to read, or to send an NMI. */
const needsNoBmc = ({ method, scriptVerifiesOff, sendNmi }: MethodSection): boolean =>
  (method === 'script' && scriptVerifiesOff) || (method === 'kdumpWait' && sendNmi === false);

/** What is wrong with a chain as a whole. */
const complaintsOfWhole = ({ bmc, chain = [] }: Server, deadlineSeconds: number, key: string): string[] => {
  const found: string[] = [];
  const seconds = chain.reduce((sum, { limitSeconds = 0 }) => sum + limitSeconds, 0);
  if (seconds > deadlineSeconds)
    found.push(`its limits add up to ${seconds} s, more than ${key} (${deadlineSeconds})`);
  const last = chain.at(-1);
  if (seconds === deadlineSeconds && last?.limitSeconds === undefined)
    found.push(
      `its limits take all of ${key} (${deadlineSeconds}), and leave nothing for the bmc at its end`,
    );
  if (last && onlyWaits(last))
    found.push('nothing after its last wait stops the server: end it with a bmc or a script');
  if (!bmc && !chain.every(needsNoBmc))
    found.push(
      'without a bmc only a script with scriptVerifiesOff can prove anything: nothing else reads the power',
    );
  return found;
};

const checkChain = (name: string, server: Server, fenceSeconds: number): Complaint[] => {
  const { chain, deadlineSeconds } = server;
  if (!chain) return [];
  const path = ['servers', name, 'chain'];
  const found = chain.flatMap((section, index) =>
    complaintsOfMethod(section, index === chain.length - 1).map(([key, message]) => ({
      path: [...path, index, key],
      message,
    })),
  );
  const key = deadlineSeconds === undefined ? 'fence.deadlineSeconds' : `servers.${name}.deadlineSeconds`;
  const whole = complaintsOfWhole(server, deadlineSeconds ?? fenceSeconds, key);
  return [...found, ...whole.map((message) => ({ path, message }))];
};

/** The addresses of crash kernels, each with the place where it stands. */
const kdumpAddresses = (servers: ConfigFile['servers']) =>
  Object.entries(servers).flatMap(([server, { chain = [] }]) =>
    chain.flatMap(({ from = [] }, index) =>
      from.map((address, place) => ({
        ...{ server, address: address.toLowerCase() },
        path: ['servers', server, 'chain', index, 'from', place],
      })),
    ),
  );

/** Two servers with one address: the dump of the one would hold up the stop of the other. */
const checkKdumpAddresses = (servers: ConfigFile['servers']): Complaint[] => {
  const all = kdumpAddresses(servers);
  return all.flatMap(({ server, address, path }, index) => {
    const other = all.slice(0, index).find((one) => one.address === address && one.server !== server);
    return other
      ? [{ path, message: `is given for ${other.server} too; each server has addresses of its own` }]
      : [];
  });
};

/** Whether the methods of every chain are whole, and fit into the deadline that covers all of them. */
export const checkChains = ({ servers, fence }: Pick<ConfigFile, 'servers' | 'fence'>): Complaint[] => [
  ...Object.entries(servers).flatMap(([name, server]) => checkChain(name, server, fence.deadlineSeconds)),
  ...checkKdumpAddresses(servers),
];
