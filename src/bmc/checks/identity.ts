import { type Finding, failed, good, warning } from '../../core/finding.ts';
import type { JudgeGuid } from '../../core/ports.ts';

/** Whether the BMC that answers is the one that belongs to the server, as far as its GUID tells. */
export const checkIdentity = (address: string, guid: string | undefined, judge: JudgeGuid): Finding => {
  const standing = judge(guid);
  if (typeof standing === 'object') return failed('identity', 'bad', standing);
  if (guid === undefined) {
    return warning(
      'identity',
      `${address} has no GUID, so only its address tells it from the BMC of another server`,
      'Set a GUID with the tool of the maker, or see to it that nobody swaps the addresses of BMCs.',
    );
  }
  const identity = `${address} has the identity ${guid}`;
  switch (standing) {
    case 'known':
      return good('identity', `${identity}, the one that is remembered`);
    case 'new':
      return good('identity', `${identity}; the next forced stop or status remembers it`);
    case 'unchecked':
      return good('identity', `${identity}, which is not checked (pinIdentity: false)`);
  }
};
