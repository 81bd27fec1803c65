/** A user of the simulated BMC. */
export interface SimUser {
  readonly name: string;
  readonly password: string;
  readonly privilege: 'user' | 'operator' | 'admin';
}

export const defaultUsers = {
  admin: { name: 'admin', password: 'secret', privilege: 'admin' },
  operator: { name: 'oper', password: 'operpw', privilege: 'operator' },
  user: { name: 'viewer', password: 'viewpw', privilege: 'user' },
} as const satisfies Record<string, SimUser>;

/** What lan.conf is written from. */
export interface LanConfig {
  readonly host: string;
  readonly port: number;
  readonly users: readonly SimUser[];
  /** 32 hex digits. */
  readonly guid: string;
  readonly kg?: string | undefined;
}

/** ipmi_sim cuts passwords and K_g after 19 characters without a word, so longer ones test nothing. */
const longestSecret = 19;

const quoted = (what: string, value: string): string => {
  if (value.length > longestSecret || /[\s"\\$]/.test(value)) {
    throw new Error(
      `ipmi_sim cannot be given the ${what} "${value}": at most ${longestSecret} characters, no spaces, quotes, "\\" or "$".`,
    );
  }
  return `"${value}"`;
};

const userLine = (user: SimUser, index: number): string =>
  `  user ${index + 2} true ${quoted('user name', user.name)} ${quoted('password', user.password)} ${user.privilege} 10 none md2 md5 straight`;

/** ipmi_sim's lan.conf (man ipmi_lan): one LAN channel, the chassis hook of the run folder, the users. */
export const lanConf = (config: LanConfig): string => {
  if (!/^[0-9a-f]{32}$/i.test(config.guid)) {
    throw new Error(`ipmi_sim needs a GUID of 32 hex digits, not "${config.guid}".`);
  }
  const levels = ['callback', 'user', 'operator', 'admin'];
  return [
    'name "bmc"',
    'set_working_mc 0x20',
    '  startlan 1',
    `    addr ${config.host} ${config.port}`,
    '    priv_limit admin',
    ...levels.map((level) => `    allowed_auths_${level} md5`),
    `    guid ${config.guid}`,
    ...(config.kg === undefined ? [] : [`    bmc_key ${quoted('K_g', config.kg)}`]),
    '  endlan',
    '  chassis_control "./chassis-hook"',
    ...config.users.map(userLine),
    '',
  ].join('\n');
};

/**
 * The emulator's commands (man ipmi_sim_cmd): one BMC that answers Get Device ID, and what `more` gives it, such as
 * sensors; a forced stop needs nothing else.
 */
export const emulatorCommands = (more: readonly string[]): string =>
  [
    'mc_setbmc 0x20',
    'mc_add 0x20 0x20 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02',
    ...more,
    'mc_enable 0x20',
    '',
  ].join('\n');
