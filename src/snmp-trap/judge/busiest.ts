/** The sender with the most; of equals, the first. */
export const busiest = (bySource: ReadonlyMap<string, { readonly size: number }>): string | undefined => {
  let found: { readonly source: string; readonly size: number } | undefined;
  for (const [source, { size }] of bySource) if (!found || size > found.size) found = { source, size };
  return found?.source;
};
