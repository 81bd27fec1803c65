import { z } from 'zod';

/** What several sections of the configuration hold. */

export const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/)
  .meta({
    expects:
      'a name of 1 to 63 letters, digits, dots, dashes or underscores that begins with a letter or digit',
  });

/** A path of the file system; the loader makes relative ones absolute, from the folder of the file. */
export const path = z
  .string()
  .regex(/^[^\0]{1,4095}$/)
  .meta({ expects: 'a path' });

export const group = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/)
  .meta({ expects: 'the name of a group' });

export const fileMode = z
  .string()
  .regex(/^0[0-7]{3}$/)
  .meta({ expects: 'four octal digits in quotes that begin with 0, such as "0660"' });

/** An address that needs no name to be resolved. */
export const address = z.union([z.ipv4(), z.ipv6()]).meta({ expects: 'an IPv4 or IPv6 address' });
