/** The BMC's GUID at the two places where it tells it, 16 bytes in the order of the wire; one and the same on a sound BMC. */
export interface Guids {
  /** In RAKP message 2, IPMI 2.0 section 13.21. */
  rakp2(): Buffer;
  /** In the answer to Get System GUID, section 22.14. */
  system(): Buffer;
}

export const oneGuid = (guid: Buffer): Guids => ({ rakp2: () => guid, system: () => guid });
