import { isUtf8 } from 'node:buffer';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Secret } from '../../core/secret.ts';
import { fillTemplate, type PlaceholderValues, placeholdersIn } from './template.ts';

/** How a tool is given its secrets: by environment and by file, never on its command line. */
export interface HandedSecrets {
  readonly environment: Readonly<Record<string, string>>;
  /** Content of the file `{secretFile}`, where the definition has one. */
  readonly file: string | undefined;
}

export interface SecretTemplates {
  readonly environment: Readonly<Record<string, string>>;
  readonly secretFile: readonly string[];
  /** What the format of the file cannot hold. */
  readonly refuses: RegExp | undefined;
}

export interface Secrets {
  readonly password: Secret;
  readonly kg: Secret | undefined;
  readonly user: string;
}

/** Why the secrets cannot be handed over, without a word of them. */
export type SecretsFailure = 'noText' | 'refused' | 'noKg';

/** An environment variable and a line of a text file hold text without NUL and line ends, in UTF-8. */
const textOf = (secret: Secret): string | undefined => {
  const bytes = secret.reveal();
  return isUtf8(bytes) && !/[\0\r\n]/.test(bytes.toString()) ? bytes.toString() : undefined;
};

const valuesOf = ({ password, kg, user }: Secrets): PlaceholderValues => ({
  user,
  password: textOf(password),
  ...(kg && { kg: textOf(kg), kgHex: kg.reveal().toString('hex') }),
});

/** Whether a template is for the K_g, and goes where none is configured. */
const leftOut = (template: string, { kg }: Secrets): boolean =>
  kg === undefined && placeholdersIn(template).some((name) => name === 'kg' || name === 'kgHex');

/** The secrets as one tool takes them. */
export const handSecrets = (
  templates: SecretTemplates,
  secrets: Secrets,
): Result<HandedSecrets, SecretsFailure> => {
  const values = valuesOf(secrets);
  const { environment, secretFile, refuses } = templates;
  const all = [...Object.values(environment), ...secretFile];
  const takesKg = all.some((template) => placeholdersIn(template).some((name) => name.startsWith('kg')));
  if (secrets.kg && !takesKg) return fail('noKg');

  const filled: [string, string][] = [];
  for (const [name, template] of Object.entries(environment)) {
    if (leftOut(template, secrets)) continue;
    const value = fillTemplate(template, values);
    if (value === undefined) return fail('noText');
    filled.push([name, value]);
  }
  const lines: string[] = [];
  for (const template of secretFile) {
    if (leftOut(template, secrets)) continue;
    const line = fillTemplate(template, values);
    if (line === undefined) return fail('noText');
    if (refuses && placeholdersIn(template).some((name) => refuses.test(values[name] ?? ''))) {
      return fail('refused');
    }
    lines.push(line);
  }
  const file = secretFile.length > 0 ? `${lines.join('\n')}\n` : undefined;
  return ok({ environment: Object.fromEntries(filled), file });
};

/** What those failures mean, as the end of a sentence that begins with the address. */
export const secretsFailureText: Readonly<Record<SecretsFailure, string>> = {
  noText: 'has a password or K_g that is not text, which this model cannot hand to its program',
  refused: 'has a password or K_g with characters that the secret file of this model cannot hold',
  noKg: 'has a K_g configured, which this model cannot hand to its program',
};

/** Takes the secrets out of a text that others wrote. */
export const scrubber = ({ password, kg }: Secrets): ((text: string) => string) => {
  const words = [password, kg].flatMap((secret) => {
    if (!secret || secret.length === 0) return [];
    return [secret.reveal().toString(), secret.reveal().toString('hex')];
  });
  return (text) => words.reduce((scrubbed, word) => scrubbed.replaceAll(word, '[redacted]'), text);
};
