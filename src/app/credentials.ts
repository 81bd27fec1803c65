import type { BmcConfig } from '../config/driver.ts';
import type { Config } from '../config/load.ts';

type Servers = Config['servers'];

const differ = (before: BmcConfig, after: BmcConfig): boolean => {
  const names = new Set([...Object.keys(before.secrets), ...Object.keys(after.secrets)]);
  return [...names].some((name) => {
    const secret = before.secrets[name];
    return secret ? !secret.equals(after.secrets[name]) : true;
  });
};

/** The servers of both configurations whose password or K_g is another than before, or is new, or gone. */
export const changedCredentials = (before: Servers, after: Servers): string[] =>
  Object.keys(after).filter((server) => {
    const [old, now] = [before[server]?.bmc, after[server]?.bmc];
    return old !== undefined && now !== undefined && differ(old, now);
  });
