import { z } from 'zod';

/** A path of the file system; the loader makes relative ones absolute, from the folder of the file. */
export const path = z
  .string()
  .regex(/^[^\0]{1,4095}$/)
  .meta({ expects: 'a path' });

/** An address that needs no name to be resolved. */
export const address = z.union([z.ipv4(), z.ipv6()]).meta({ expects: 'an IPv4 or IPv6 address' });
