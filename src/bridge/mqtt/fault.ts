import { CodedError, type ErrorCode } from '../../core/errors.ts';

/** What went wrong between the gateway and its broker. */
export type MqttFault = CodedError & { readonly code: Extract<ErrorCode, `mqtt.${string}`> };

export const mqttFault = (code: MqttFault['code'], message: string): MqttFault =>
  new CodedError(code, message) as MqttFault;
