import { type Procedure, readPatiently } from './procedure.ts';

/** Reads the power and changes nothing. */
export const readStatus: Procedure = async (context) => {
  const outcome = await readPatiently(context);
  return 'ending' in outcome ? outcome.ending : { kind: 'proved', proof: outcome.value.proof };
};
