const endOfFields = 0xc1;
const lengthMask = 0x3f;

/**
 * The OEM custom fields of a PET: each a type/length byte (length in the low six bits) and its data, until C1h.
 * That a field is coded as in FRU records is from memory of the PET format specification; the raw bytes stay
 * beside it. A field that is cut off ends the list.
 */
export const oemFieldsOf = (oem: Buffer): Buffer[] => {
  const fields: Buffer[] = [];
  let at = 0;
  while (at < oem.length) {
    const typeAndLength = oem.readUInt8(at);
    const length = typeAndLength & lengthMask;
    const end = at + 1 + length;
    if (typeAndLength === endOfFields || length === 0 || end > oem.length) break;
    fields.push(oem.subarray(at + 1, end));
    at = end;
  }
  return fields;
};
