/** Informs that were taken lately: a sender that missed the acknowledgement sends the very same bytes again. */
export interface InformMemory {
  /** `pending` while it is being recorded, its acknowledgement afterwards, undefined where it is not known. */
  find(digest: Buffer): Buffer | 'pending' | undefined;
  put(digest: Buffer, state: Buffer | 'pending'): void;
  forget(digest: Buffer): void;
}

const mostInforms = 1024;

export const createInformMemory = (): InformMemory => {
  const known = new Map<string, Buffer | 'pending'>();
  return {
    find: (digest) => known.get(digest.toString('base64')),
    put(digest, state) {
      known.set(digest.toString('base64'), state);
      const [oldest] = known.keys();
      if (known.size > mostInforms && oldest !== undefined) known.delete(oldest);
    },
    forget: (digest) => void known.delete(digest.toString('base64')),
  };
};
