import { type EventType, eventTypes } from './catalogue.ts';

/**
 * Whether `name` matches `glob`, in which `*` stands for any run of characters. Globs come from
 * socket clients, so this runs in linear time: a regular expression built from many stars would not.
 */
const matches = (glob: string, name: string): boolean => {
  const [head = '', ...rest] = glob.split('*');
  const tail = rest.pop();
  if (tail === undefined) return glob === name;
  if (!name.startsWith(head)) return false;
  let from = head.length;
  for (const part of rest) {
    const found = name.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return name.length - tail.length >= from && name.endsWith(tail);
};

/** The event types that match any of the globs; a glob that matches none adds none. */
export const typesMatching = (globs: readonly string[]): EventType[] =>
  eventTypes.filter((type) => globs.some((glob) => matches(glob, type)));
