import { genericOffsets } from './generic-offsets.ts';
import { sensorOffsets } from './sensor-offsets.ts';
import { hexText, sensorTypeText } from './sensor-types.ts';

/** Event/reading type codes, IPMI 2.0 table 42-1. */
export const eventTypes = { threshold: 0x01, sensorSpecific: 0x6f } as const;

/** What a platform event, an event log entry and a discrete sensor have in common. */
export interface StateKey {
  /** Table 42-3. */
  readonly sensorType: number;
  /** The event/reading type without its direction bit, 0-7Fh. */
  readonly eventType: number;
  /** 0-14. */
  readonly offset: number;
}

export interface PlatformEvent extends StateKey {
  /** False where the state came to its end. */
  readonly asserted: boolean;
}

const firstOemEventType = 0x70;

const tableOf = ({ sensorType, eventType }: StateKey): readonly string[] | undefined =>
  eventType === eventTypes.sensorSpecific ? sensorOffsets[sensorType] : genericOffsets[eventType];

/** The state of an offset in words; one that the specification does not name keeps its numbers. */
export const stateWords = (state: StateKey): string => {
  const words = tableOf(state)?.[state.offset];
  if (words !== undefined) return words;
  const { eventType, offset } = state;
  if (eventType >= firstOemEventType) return `OEM state ${offset} of event type ${hexText(eventType)}`;
  return `state ${offset} of event type ${hexText(eventType)}`;
};

/** An event in words: `Power Supply: presence detected`, and `, deasserted` where the state came to its end. */
export const eventWords = (event: PlatformEvent): string =>
  `${sensorTypeText(event.sensorType)}: ${stateWords(event)}${event.asserted ? '' : ', deasserted'}`;
