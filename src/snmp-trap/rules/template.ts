import { cleaned, type PlainValue } from './plain-value.ts';

/** Values of one trap by name. A list is several values at once, for keys. */
export interface Values {
  get(name: string): PlainValue | readonly string[] | undefined;
}

/** A template cut into texts and the names of values, once when the rules are read. */
export type Template = readonly (string | { readonly name: string })[];

const unknownValue = '?';

export const parseTemplate = (template: string): Template =>
  template
    .split(/\{([^{}]*)\}/)
    .map((part, index) => (index % 2 === 0 ? part : { name: part }))
    .filter((part) => part !== '');

const shown = (value: PlainValue | readonly string[] | undefined): string => {
  if (value === undefined) return unknownValue;
  return typeof value === 'object' ? value.join(', ') : String(value);
};

/** The template with its values, bounded and without control characters; a value the trap does not have is `?`. */
export const render = (
  template: Template,
  values: Values,
  longest: number,
  inWords: (name: string, value: PlainValue) => string | undefined = () => undefined,
): string => {
  const text = template.map((part) => {
    if (typeof part === 'string') return part;
    const value = values.get(part.name);
    const words = value === undefined || typeof value === 'object' ? undefined : inWords(part.name, value);
    return words ?? shown(value);
  });
  return cleaned(text.join(''), longest);
};

/** The keys of a template: one, or one for each element where it holds a list (none for an empty one). */
export const renderKeys = (template: Template, values: Values, longest: number): string[] => {
  const lists = template.flatMap((part) => {
    const value = typeof part === 'string' ? undefined : values.get(part.name);
    return typeof part === 'object' && typeof value === 'object' ? [{ name: part.name, value }] : [];
  });
  const list = lists[0];
  if (!list) return [render(template, values, longest)];
  return list.value.map((one) => {
    const single: Values = { get: (name) => (name === list.name ? one : values.get(name)) };
    return render(template, single, longest);
  });
};
