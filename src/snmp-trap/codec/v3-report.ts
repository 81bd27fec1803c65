import { element, integer, octets, oid, sequence } from './ber-writer.ts';
import { tags } from './tags.ts';
import { type AuthProtocol, authProtocols, digestOf } from './usm.ts';

/** usmStats counters that a Report names (RFC 3414 section 5). */
export const usmStats = {
  notInTimeWindows: '1.3.6.1.6.3.15.1.1.2.0',
  unknownEngineIds: '1.3.6.1.6.3.15.1.1.4.0',
} as const;

/** A Report of the authoritative engine, which a sender of informs learns its id and its time from. */
export interface Report {
  readonly about: keyof typeof usmStats;
  /** The counter's value. */
  readonly count: number;
  readonly msgId: number;
  readonly requestId: number;
  readonly engineId: Buffer;
  readonly engineBoots: number;
  readonly engineTime: number;
  /** Under which user it is authenticated; a discovery is answered without. */
  readonly signedBy?: { readonly user: string; readonly protocol: AuthProtocol; readonly key: Buffer };
}

const usm = 3;
const version = 3;
const authFlag = 1;
/** The largest message we take. */
const messageSize = 8192;

const headerOf = ({ msgId, signedBy }: Report): Buffer =>
  sequence(integer(msgId), integer(messageSize), octets(Buffer.of(signedBy ? authFlag : 0)), integer(usm));

const scopedPduOf = ({ about, count, engineId, requestId }: Report): Buffer => {
  const varbind = sequence(oid(usmStats[about]), integer(count, tags.counter32));
  const pdu = element(tags.report, integer(requestId), integer(0), integer(0), sequence(varbind));
  return sequence(octets(engineId), octets(''), pdu);
};

const securityOf = ({ engineId, engineBoots, engineTime, signedBy }: Report, digest: Buffer): Buffer =>
  octets(
    sequence(
      octets(engineId),
      integer(engineBoots),
      integer(engineTime),
      octets(Buffer.from(signedBy?.user ?? '', 'latin1')),
      octets(digest),
      octets(''),
    ),
  );

const encoded = (report: Report, digest: Buffer): Buffer =>
  sequence(integer(version), headerOf(report), securityOf(report, digest), scopedPduOf(report));

/** Encodes a Report (RFC 3414 section 3.2, steps 3 and 7): about 110 bytes. */
export const encodeReport = (report: Report): Buffer => {
  const { signedBy } = report;
  if (!signedBy) return encoded(report, Buffer.alloc(0));
  const blank = Buffer.alloc(authProtocols[signedBy.protocol].digestBytes);
  return encoded(report, digestOf(signedBy.protocol, signedBy.key, encoded(report, blank)));
};
