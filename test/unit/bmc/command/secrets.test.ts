import { describe, expect, it } from 'vitest';
import { handSecrets, scrubber } from '../../../../src/bmc/command/secrets.ts';
import { Secret } from '../../../../src/core/secret.ts';

const templates = {
  environment: { PASSWORD: '{password}', KEY: '{kg}' },
  secretFile: ['user {user}', 'password {password}', 'k_g 0x{kgHex}'],
  refuses: /[\s#]/,
};
const secrets = (password: string | Buffer, kg?: string | Buffer) => ({
  password: new Secret(password),
  kg: kg === undefined ? undefined : new Secret(kg),
  user: 'oper',
});

describe('secrets for a program', () => {
  it('go into its environment and its file', () => {
    expect(handSecrets(templates, secrets('hunter2', 'key'))).toEqual({
      ok: true,
      value: {
        environment: { PASSWORD: 'hunter2', KEY: 'key' },
        file: 'user oper\npassword hunter2\nk_g 0x6b6579\n',
      },
    });
  });

  it('leave out what is for a K_g where there is none', () => {
    expect(handSecrets(templates, secrets('hunter2'))).toEqual({
      ok: true,
      value: { environment: { PASSWORD: 'hunter2' }, file: 'user oper\npassword hunter2\n' },
    });
  });

  it.each([
    [
      'a K_g that the program cannot be given',
      { ...templates, environment: {}, secretFile: [] },
      secrets('x', 'key'),
      'noKg',
    ],
    ['a password with NUL', templates, secrets(Buffer.from([0x61, 0x00])), 'noText'],
    ['a password that is not UTF-8', templates, secrets(Buffer.from([0xff, 0xfe])), 'noText'],
    ['a line end, which would begin another line of the file', templates, secrets('a\nuser root'), 'noText'],
    ['what the file cannot hold', templates, secrets('a b'), 'refused'],
  ])('refuse %s', (_what, given, held, failure) => {
    expect(handSecrets(given, held)).toEqual({ ok: false, failure });
  });

  it('are not expanded again: a password that looks like a placeholder stays as it is', () => {
    const handed = handSecrets({ ...templates, secretFile: [] }, secrets('{user}$(id)', 'k'));
    expect(handed).toMatchObject({ ok: true, value: { environment: { PASSWORD: '{user}$(id)' } } });
  });

  it('are taken out of what others wrote, as text and as hex', () => {
    const scrub = scrubber(secrets('hunter2', 'key'));
    expect(scrub('pw hunter2 68756e74657232, k 6b6579 key.')).toBe(
      'pw [redacted] [redacted], k [redacted] [redacted].',
    );
  });
});
