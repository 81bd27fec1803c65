import type { ErrorCode } from '../../core/errors.ts';
import { bad, type Check, type Finding, failed, good, warning } from '../../core/finding.ts';
import type { Reason } from '../../core/outcome.ts';
import type { Contact } from '../client/login.ts';
import { privilegeLevels } from '../ipmi/privilege.ts';

/** What IPMI 1.5 keeps of a password; a BMC that does so to all of them refuses the rest. */
const shortPasswordBytes = 16;

const userOf = ({ login }: Contact): string =>
  login.userName.length > 0 ? `user ${login.userName.toString()}` : 'the anonymous user';

/** What a failed login is about. */
const checkOf = (code: ErrorCode): Check => {
  switch (code) {
    case 'bmc.cipherSuite':
      return 'suite';
    case 'bmc.privilege':
      return 'privilege';
    case 'bmc.sessionFull':
      return 'slots';
    default:
      return 'login';
  }
};

export const loginFailure = ({ login }: Contact, { code, message }: Reason): Finding => {
  const bytes = login.password.length;
  const hint =
    code === 'bmc.auth' && bytes > shortPasswordBytes
      ? `; it has ${bytes} bytes, and some BMCs keep only ${shortPasswordBytes}`
      : '';
  return failed(checkOf(code), 'bad', { code, message: `${message}${hint}` });
};

const suiteFinding = ({ address, suites, learned }: Contact): Finding => {
  if (suites.includes(0)) {
    return bad(
      'suite',
      `cipher suite 0 is configured for ${address}: it checks no password, so neither side is proved to be who it says`,
      'Take 0 out of cipherSuites, and enable cipher suite 17 in the BMC.',
    );
  }
  if (learned.suite === 17) return good('suite', `${address} uses cipher suite 17`);
  return warning(
    'suite',
    `${address} uses cipher suite ${learned.suite} (SHA-1), which is weaker than 17 (SHA-256)`,
    suites.includes(17)
      ? 'Enable cipher suite 17 in the BMC; it may need newer firmware.'
      : 'Put 17 in front of cipherSuites; enable it in the BMC where it is refused.',
  );
};

const privilegeFinding = (contact: Contact): Finding => {
  const { privilege } = contact.login;
  const user = `${userOf(contact)} of ${contact.address}`;
  if (privilegeLevels[privilege] < privilegeLevels.operator) {
    const message = `${user} logs in at the privilege ${privilege}, and Chassis Control needs operator`;
    const remedy = 'Say privilege: operator in the configuration, and give the user that level in the BMC.';
    return failed('privilege', 'bad', { code: 'bmc.privilege', message }, remedy);
  }
  if (privilege === 'operator')
    return good('privilege', `${user} has the privilege operator, which is enough`);
  return warning(
    'privilege',
    `${user} logs in at the privilege ${privilege}, which is more than a forced stop needs`,
    'Say privilege: operator in the configuration, and give the user no more than that in the BMC.',
  );
};

/** What a login that came through shows. */
export const loginFindings = (contact: Contact): Finding[] => [
  good('login', `${userOf(contact)} logged in at ${contact.address}`),
  suiteFinding(contact),
  privilegeFinding(contact),
];
