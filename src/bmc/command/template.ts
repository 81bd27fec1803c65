/** Placeholders in the words of command lines and in secret templates: `{name}`. Pure. */

const placeholder = /\{([^{}]*)\}/g;

/** What a word of any command line may hold. */
export const lineNames = ['host', 'port', 'user', 'privilege', 'cipherSuite', 'secretFile'] as const;
/** What the line of a timed identify lamp may hold beside that. */
export const timedNames = [...lineNames, 'seconds', 'secondsHex'] as const;
/** What the environment and the secret file may hold. */
export const secretNames = ['password', 'kg', 'kgHex', 'user'] as const;

/** A whole word that stands for all words of `login`. */
const loginWord = '{login}';

/** The line with the words of `login` in place of `{login}`. */
export const withLogin = (line: readonly string[], login: readonly string[]): readonly string[] =>
  line.flatMap((word) => (word === loginWord ? login : [word]));

export type PlaceholderValues = Readonly<Partial<Record<string, string>>>;

/** The names of the placeholders in a template. */
export const placeholdersIn = (template: string): string[] =>
  [...template.matchAll(placeholder)].map(([, name]) => name ?? '');

const named = (names: readonly string[]): string => names.map((name) => `{${name}}`).join(', ');

const secretWord = /^(password|passwd|pass|pw|secret|kg|kgHex|k_g)$/i;

/** The end of the sentence that begins with the path of a word, or undefined where the word is good. */
export const complaintOfWord = (word: string, known: readonly string[]): string | undefined => {
  if (word === loginWord) return undefined;
  for (const name of placeholdersIn(word)) {
    if (secretWord.test(name)) {
      return `{${name}} must not stand on a command line, where every user of this machine can read it; give it by environment or secretFile`;
    }
    if (!known.includes(name)) return `holds the unknown placeholder {${name}}; known here: ${named(known)}`;
  }
  // -P is the password of ipmitool, ipmiutil and of the lines that are copied from older products.
  if (/^(-P|--password)/.test(word)) {
    return `${word.startsWith('-P') ? '-P' : '--password'} puts a password on the command line, where every user of this machine can read it; give it by environment or secretFile`;
  }
  return undefined;
};

/** The end of the sentence that begins with the path of a secret template, or undefined where it is good. */
export const complaintOfSecretTemplate = (template: string): string | undefined => {
  const unknown = placeholdersIn(template).find((name) => !(secretNames as readonly string[]).includes(name));
  return unknown === undefined
    ? undefined
    : `holds the unknown placeholder {${unknown}}; known here: ${named(secretNames)}`;
};

/** The template with its placeholders filled in, or undefined where a value for one is missing. */
export const fillTemplate = (template: string, values: PlaceholderValues): string | undefined => {
  if (placeholdersIn(template).some((name) => values[name] === undefined)) return undefined;
  return template.replace(placeholder, (_whole, name: string) => values[name] ?? '');
};

/** Whether any of these lines holds a placeholder. */
export const anyHolds = (lines: readonly (readonly string[])[], name: string): boolean =>
  lines.some((line) => line.some((word) => placeholdersIn(word).includes(name)));

/** Whether a line asks for cipher suite 0 in so many words: `-J 0` (ipmiutil), `-C 0` (ipmitool), `-I 0` (FreeIPMI). */
export const asksForSuite0 = (line: readonly string[]): boolean =>
  line.some(
    (word, index) =>
      /^-[JCI]0$/.test(word) ||
      (/^(-[JCI]|--cipher-suite-id)$/.test(word) && line[index + 1] === '0') ||
      word === '--cipher-suite-id=0',
  );
